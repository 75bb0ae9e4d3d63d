using Millrace.Data;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The end of a chain: keeps what arrived since the last barrier for one reader.</summary>
sealed class Collector : Target
{
    List<Batch> _batches = [];

    /// <summary>Batches that have room; more are taken all the same.</summary>
    public int RoomBatches { get; init; } = int.MaxValue;

    public override bool IsBlocked => _batches.Count >= RoomBatches;

    /// <summary>How far time has come here.</summary>
    public Frontier Frontier { get; private set; } = Frontier.Start;

    /// <summary>Whether nothing is known of time here for now.</summary>
    public bool IsIdle { get; private set; }

    public override void OnBatch(Batch batch)
    {
        if (batch.Origin is null && batch.Watermarks is null)
        {
            _batches.Add(batch.Retain());
            return;
        }
        // Origins hold on to raw bytes, which nobody asks for past this point.
        var bare = batch.Home.RentBatch(batch.Schema);
        for (var i = 0; i < batch.Columns.Count; i++) bare.Add(batch[i].Retain());
        bare.Weights = (Column<int>?)batch.Weights?.Retain();
        bare.RowCount = batch.RowCount;
        _batches.Add(bare);
    }

    public override void OnFrontier(Frontier frontier) => Frontier = frontier;

    public override void OnIdle(bool isIdle) => IsIdle = isIdle;

    /// <summary>Hands over what was kept, and takes an empty list in its place.</summary>
    public List<Batch> Take(List<Batch> empty)
    {
        (var taken, _batches) = (_batches, empty);
        return taken;
    }

    /// <summary>Releases what is left, at the end of a run.</summary>
    public void Clear()
    {
        foreach (var batch in _batches) batch.Release();
        _batches.Clear();
    }
}
