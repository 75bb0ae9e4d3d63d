using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.State;

/// <summary>Looking keys up without adding those that are not there.</summary>
public sealed partial class KeyedTable
{
    /// <summary>Finds the keys of rows; nothing is added.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="columns">The key columns of the batch, of the table's types.</param>
    /// <param name="rows">The rows to look up, or empty for all rows in order.</param>
    /// <param name="keys">Takes a number for each row looked up, or -1 where its key is not in the table.</param>
    public void Look(Batch batch, ImmutableArray<int> columns, ReadOnlySpan<int> rows, Span<int> keys)
    {
        if (rows.IsEmpty) rows = _identity.AsSpan(0, keys.Length);
        if (columns.Length == 1)
        {
            switch (batch[columns[0]])
            {
                case Column<int> { HasNulls: false } c: LookInts(c, rows, keys); return;
                case Column<long> { HasNulls: false } c: LookLongs(c, rows, keys); return;
                case TextColumn { HasNulls: false } c when c.Heap.IsDictionary: LookCodes(c, rows, keys); return;
            }
        }
        var hashes = _batchHashes.AsSpan(0, rows.Length);
        KeyHash.Compute(batch, columns, rows, hashes);
        for (var i = 0; i < rows.Length; i++) keys[i] = ProbeWhole(hashes[i], batch, columns, rows[i]);
    }

    void LookInts(Column<int> column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var values = column.Slots;
        var direct = _direct;
        for (var i = 0; i < keys.Length; i++)
        {
            var value = values[rows[i]];
            var known = (uint)value < (uint)direct.Length ? direct[value] : 0;
            keys[i] = known != 0 ? known - 1 : Probe(Hash64.Of((long)value), column, rows[i]);
        }
    }

    void LookLongs(Column<long> column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var values = column.Slots;
        var direct = _direct;
        for (var i = 0; i < keys.Length; i++)
        {
            var value = values[rows[i]];
            var known = (ulong)value < (ulong)direct.Length ? direct[value] : 0;
            keys[i] = known != 0 ? known - 1 : Probe(Hash64.Of(value), column, rows[i]);
        }
    }

    void LookCodes(TextColumn column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var heap = column.Heap;
        var known = _cache!.Of(heap);
        var codes = column.Codes;
        for (var i = 0; i < keys.Length; i++)
        {
            var code = codes[rows[i]];
            if (known[code] == 0 && Probe(heap.HashOf(code), column, rows[i]) is var key and >= 0) known[code] = key + 1;
            keys[i] = known[code] - 1;
        }
    }

    /// <summary>Finds one text of a table of single texts; -1 where it is not there.</summary>
    internal int Look(TextColumn column, int row) => Probe(column.Heap.HashOf(column.Codes[row]), column, row);

    /// <summary>The values of a table of single whole numbers, by key.</summary>
    internal void ReadWhole(Span<long> values)
    {
        switch (_columns[0])
        {
            case FixedSlots<long> longs: longs.Values[..values.Length].CopyTo(values); break;
            case FixedSlots<int> ints:
                for (var i = 0; i < values.Length; i++) values[i] = ints.Values[i];
                break;
        }
    }

    int ProbeWhole(ulong hash, Batch batch, ImmutableArray<int> columns, int row)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = _slots[at];
            if (slot == 0) return -1;
            if (slot >> 32 != hash >> 32) continue;
            var key = (int)(uint)slot - 1;
            if (_hashes[key] == hash && IsKeyOf(key, batch, columns, row)) return key;
        }
    }
}
