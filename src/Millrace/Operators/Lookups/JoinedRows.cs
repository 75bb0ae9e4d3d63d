using Millrace.Data;
using Millrace.State;

namespace Millrace.Operators.Lookups;

/// <summary>Makes batches of left rows and, beside them, remembered rows of the right side. Weights, watermarks and origin are those of the left rows.</summary>
sealed class JoinedRows(Schema schema, int leftColumns, IReadOnlyList<bool> needed, RowSlots right, MemoryAccountant memory)
{
    /// <summary>All rows of a batch, whose columns are shared.</summary>
    /// <param name="left">The left rows.</param>
    /// <param name="slots">For each the right row.</param>
    public Batch All(Batch left, ReadOnlySpan<int> slots)
    {
        var joined = memory.RentBatch(schema);
        joined.RowCount = slots.Length;
        for (var i = 0; i < leftColumns; i++) joined.Add(left[i].Retain());
        right.AppendTo(slots, joined);
        joined.ShareBesides(left);
        return joined;
    }

    /// <summary>Some rows of a batch, in the given order.</summary>
    public Batch Some(Batch left, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
    {
        var joined = memory.RentBatch(schema);
        joined.RowCount = slots.Length;
        for (var i = 0; i < leftColumns; i++) joined.Add(needed[i] ? left[i].Gather(rows) : memory.RentNulls(schema[i].Type, rows.Length));
        right.AppendTo(slots, joined);
        joined.GatherBesides(left, rows);
        return joined;
    }
}
