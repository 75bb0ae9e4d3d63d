using System.Collections.Immutable;
using Millrace.Data;
using Millrace.State;

namespace Millrace.Runtime;

/// <summary>Leaves of the changes of one commit what a keyed table has to do for each key, and no more: the row that holds now, or the end of the one that held.</summary>
/// <remarks>
/// Changes of a key may come from several lanes, and operators may give the new row before they take the old one back, so the order says nothing: the changes of each row of a
/// key are added up, and the row of which more was given than taken back holds. Keys are looked up by their hash; they, and rows of one key, are compared column by column.
/// One thread at a time; arrays are kept from commit to commit.
/// </remarks>
sealed class Consolidation
{
    int[] _slots = new int[1024];      // index of an entry + 1
    ulong[] _hashes = new ulong[512];  // by entry
    int[] _first = new int[512];       // by entry: the first of its rows
    Change[] _changes = new Change[512];
    ulong[] _batchHashes = [];
    bool[] _keeps = [];                // by row of all batches
    int[] _starts = [];                // by batch: its first row in _keeps
    int[] _kept = [];
    int[] _identity = [];
    ImmutableArray<int> _all = []; // columns
    int _count, _changeCount;

    /// <summary>Replaces a list of batches by batches of the rows that stay, in their order. The list's references are given back.</summary>
    /// <param name="batches">The changes.</param>
    /// <param name="key">The key columns.</param>
    /// <param name="isForNow">Whether more changes are to be added up with these before they are told: then the row that held before stays too.</param>
    public void Run(List<Batch> batches, ImmutableArray<int> key, bool isForNow = false)
    {
        if (batches.Count == 0) return;
        _slots.AsSpan().Clear();
        if (_all.Length != batches[0].Columns.Count) _all = [.. Enumerable.Range(0, batches[0].Columns.Count)];
        (_count, _changeCount) = (0, 0);
        for (var b = 0; b < batches.Count; b++)
        {
            var batch = batches[b];
            if (_batchHashes.Length < batch.RowCount)
            {
                var rows = Math.Max(batch.RowCount, batch.Home.BatchRows);
                (_batchHashes, _kept, _identity) = (new ulong[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
            }
            KeyHash.Compute(batch, key, _identity.AsSpan(0, batch.RowCount), _batchHashes);
            for (var row = 0; row < batch.RowCount; row++) Add(batches, key, b, row, _batchHashes[row]);
        }
        Choose(batches, isForNow);
        for (var b = 0; b < batches.Count; b++)
        {
            var batch = batches[b];
            var kept = 0;
            for (var row = 0; row < batch.RowCount; row++)
                if (_keeps[_starts[b] + row]) _kept[kept++] = row;
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

    /// <summary>Marks for each key the row that holds, or else one that is taken back.</summary>
    void Choose(List<Batch> batches, bool isForNow)
    {
        if (_starts.Length < batches.Count) _starts = new int[batches.Count * 2];
        var rows = 0;
        for (var b = 0; b < batches.Count; b++)
        {
            _starts[b] = rows;
            rows += batches[b].RowCount;
        }
        if (_keeps.Length < rows) _keeps = new bool[rows * 2];
        _keeps.AsSpan(0, rows).Clear();
        for (var i = 0; i < _count; i++)
        {
            var chosen = -1;
            for (var at = _first[i]; at >= 0; at = _changes[at].Next)
            {
                if (_changes[at].Sum == 0) continue;
                if (isForNow) Keep(at);
                // Where a key began anew (state_ttl) nothing was taken back, and the newest row holds: it stands first.
                if (chosen < 0 || _changes[at].Sum > 0 && _changes[chosen].Sum < 0) chosen = at;
            }
            if (chosen >= 0) Keep(chosen);
        }
    }

    void Keep(int change) => _keeps[_starts[_changes[change].Batch] + _changes[change].Row] = true;

    void Add(List<Batch> batches, ImmutableArray<int> key, int batch, int row, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(hash >> 20) & mask;
        while (_slots[slot] != 0)
        {
            var entry = _slots[slot] - 1;
            if (_hashes[entry] == hash && _changes[_first[entry]] is var one && IsSame(batches[one.Batch], one.Row, batches[batch], row, key))
            {
                Sum(batches, entry, batch, row);
                return;
            }
            slot = slot + 1 & mask;
        }
        if (_count == _first.Length)
        {
            Array.Resize(ref _hashes, _count * 2);
            Array.Resize(ref _first, _count * 2);
        }
        (_hashes[_count], _first[_count]) = (hash, -1);
        Sum(batches, _count, batch, row);
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

    /// <summary>Adds a change to those of the same row.</summary>
    void Sum(List<Batch> batches, int entry, int batch, int row)
    {
        var weight = batches[batch].Weights is { } weights ? weights[row] : 1;
        for (var at = _first[entry]; at >= 0; at = _changes[at].Next)
        {
            ref var change = ref _changes[at];
            if (!IsSame(batches[change.Batch], change.Row, batches[batch], row, _all)) continue;
            change.Sum += weight;
            // The row that is told must say what it is told for.
            if (weight > 0 == change.Sum > 0) (change.Batch, change.Row) = (batch, row);
            return;
        }
        if (_changeCount == _changes.Length) Array.Resize(ref _changes, _changeCount * 2);
        _changes[_changeCount] = new() { Batch = batch, Row = row, Sum = weight, Next = _first[entry] };
        _first[entry] = _changeCount++;
    }

    /// <summary>A row of a key: where it stands for the last time with the sign of its sum, what its changes add up to, and the key's next row.</summary>
    struct Change
    {
        public int Batch, Row, Sum, Next;
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
