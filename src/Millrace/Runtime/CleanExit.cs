using Millrace.Data;
using Millrace.Quality;

namespace Millrace.Runtime;

/// <summary>Where the clean rows of a source leave its part of the plan: they are counted, and kept in their origin where a late table may want them.</summary>
sealed class CleanExit(QualityCounters counters, bool keepsRows)
{
    public void OnBatch(Batch batch)
    {
        counters.AddAccepted(batch.RowCount);
        if (!keepsRows || batch.Origin is not { Rows: null } origin) return;
        // The copy has no origin of its own: it would hold itself alive.
        var rows = batch.Home.RentBatch(batch.Schema);
        for (var i = 0; i < batch.Columns.Count; i++) rows.Add(batch[i].Retain());
        rows.OriginRows = (Column<int>?)batch.OriginRows?.Retain();
        rows.RowCount = batch.RowCount;
        origin.Rows = rows;
    }
}
