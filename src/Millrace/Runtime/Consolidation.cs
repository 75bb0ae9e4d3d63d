using System.Collections.Immutable;
using Millrace.Data;
using Millrace.State;

namespace Millrace.Runtime;

/// <summary>Leaves of the changes of one commit the last one of each key: what a keyed table has to do, and no more.</summary>
/// <remarks>
/// An operator tells a change as the row that held (-1), then the row that holds now (+1), so the last word on a key is what holds at the commit. Keys are looked up by
/// their hash and compared column by column. One thread at a time; arrays are kept from commit to commit.
/// </remarks>
sealed class Consolidation
{
    int[] _slots = new int[1024];      // index of an entry + 1
    ulong[] _hashes = new ulong[512];  // by entry
    int[] _batches = new int[512];
    int[] _rows = new int[512];
    ulong[] _batchHashes = [];
    int[] _kept = [];
    int[] _identity = [];
    int _count;

    /// <summary>Replaces a list of batches by batches of the rows that stay, in their order. The list's references are given back.</summary>
    public void Run(List<Batch> batches, ImmutableArray<int> key)
    {
        if (batches.Count == 0) return;
        _slots.AsSpan().Clear();
        _count = 0;
        // From the last row to the first: the first seen of a key is the one that stays.
        for (var b = batches.Count - 1; b >= 0; b--)
        {
            var batch = batches[b];
            if (_batchHashes.Length < batch.RowCount)
            {
                var rows = Math.Max(batch.RowCount, batch.Home.BatchRows);
                (_batchHashes, _kept, _identity) = (new ulong[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
            }
            KeyHash.Compute(batch, key, _identity.AsSpan(0, batch.RowCount), _batchHashes);
            for (var row = batch.RowCount - 1; row >= 0; row--) Add(batches, key, b, row, _batchHashes[row]);
        }
        var entry = _count - 1;
        for (var b = 0; b < batches.Count; b++)
        {
            var kept = 0;
            for (; entry >= 0 && _batches[entry] == b; entry--) _kept[kept++] = _rows[entry];
            var batch = batches[b];
            if (kept == batch.RowCount) continue;
            batches[b] = batch.Gather(_kept.AsSpan(0, kept));
            batch.Release();
        }
        for (var b = batches.Count - 1; b >= 0; b--)
        {
            if (batches[b].RowCount > 0) continue;
            batches[b].Release();
            batches.RemoveAt(b);
        }
    }

    void Add(List<Batch> batches, ImmutableArray<int> key, int batch, int row, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(hash >> 20) & mask;
        while (_slots[slot] != 0)
        {
            var entry = _slots[slot] - 1;
            if (_hashes[entry] == hash && IsSame(batches[_batches[entry]], _rows[entry], batches[batch], row, key)) return;
            slot = slot + 1 & mask;
        }
        if (_count == _rows.Length)
        {
            Array.Resize(ref _hashes, _count * 2);
            Array.Resize(ref _batches, _count * 2);
            Array.Resize(ref _rows, _count * 2);
        }
        (_hashes[_count], _batches[_count], _rows[_count]) = (hash, batch, row);
        _slots[slot] = ++_count;
        if (_count * 2 <= _slots.Length) return;
        _slots = new int[_slots.Length * 2];
        mask = _slots.Length - 1;
        for (var i = 0; i < _count; i++)
        {
            slot = (int)(_hashes[i] >> 20) & mask;
            while (_slots[slot] != 0) slot = slot + 1 & mask;
            _slots[slot] = i + 1;
        }
    }

    static bool IsSame(Batch a, int rowA, Batch b, int rowB, ImmutableArray<int> key)
    {
        foreach (var index in key)
        {
            var (left, right) = (a[index], b[index]);
            var isNull = left.IsNull(rowA);
            if (isNull != right.IsNull(rowB)) return false;
            if (isNull) continue;
            var isSame = (left, right) switch
            {
                (Column<byte> l, Column<byte> r) => l[rowA] == r[rowB],
                (Column<int> l, Column<int> r) => l[rowA] == r[rowB],
                (Column<long> l, Column<long> r) => l[rowA] == r[rowB],
                (Column<double> l, Column<double> r) => l[rowA].Equals(r[rowB]) || l[rowA] == r[rowB],
                (Column<Int128> l, Column<Int128> r) => l[rowA] == r[rowB],
                (Column<Interval> l, Column<Interval> r) => l[rowA].ApproximateMicroseconds == r[rowB].ApproximateMicroseconds,
                (TextColumn l, TextColumn r) => l[rowA].SequenceEqual(r[rowB]),
                _ => false,
            };
            if (!isSame) return false;
        }
        return true;
    }
}
