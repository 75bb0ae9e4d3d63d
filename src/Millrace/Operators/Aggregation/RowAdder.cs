using Millrace.Data;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Aggregation;

/// <summary>Adds rows to the groups of a slice: a row's key gets its number, the number its group in the slice, then each call takes all rows column by column.</summary>
sealed class RowAdder
{
    /// <summary>Rows that go through all steps together, so that what one step writes is still in the first cache when the next one reads it.</summary>
    const int ChunkRows = 512;

    readonly Aggregate _node;
    readonly KeyedTable _keys;
    readonly Groups _groups;
    readonly bool _retracts;
    readonly CallAdder _calls;
    readonly int[] _rowKeys, _rowGroups, _rowWeights, _identity;

    public RowAdder(Aggregate node, KeyedTable keys, Groups groups, bool retracts, int batchRows)
    {
        (_node, _keys, _groups, _retracts) = (node, keys, groups, retracts);
        _calls = new(node.Calls, batchRows);
        (_rowKeys, _rowGroups, _rowWeights, _identity) = (new int[batchRows], new int[batchRows], new int[batchRows], [.. Enumerable.Range(0, batchRows)]);
    }

    /// <summary>Adds rows of one slice.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">Rows of it; empty where the first <paramref name="count"/> are meant.</param>
    /// <param name="count">How many.</param>
    public void Add(Slice slice, Batch batch, ReadOnlySpan<int> rows, int count)
    {
        // Without keys all rows are one group's, which needs no steps between.
        if (count <= ChunkRows || _node.Keys.IsEmpty)
        {
            AddChunk(slice, batch, rows, count);
            return;
        }
        if (rows.IsEmpty) rows = _identity.AsSpan(0, count);
        for (; rows.Length > ChunkRows; rows = rows[ChunkRows..]) AddChunk(slice, batch, rows[..ChunkRows], ChunkRows);
        AddChunk(slice, batch, rows, rows.Length);
    }

    void AddChunk(Slice slice, Batch batch, ReadOnlySpan<int> rows, int count)
    {
        if (count > 0) AddTo(Find(slice, batch, rows, count), batch, rows);
    }

    /// <summary>Adds rows of several slices.</summary>
    /// <param name="slices">The slices.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">Rows of it, as <paramref name="slices"/> numbers them; empty where the first <paramref name="count"/> are meant.</param>
    /// <param name="count">How many.</param>
    public void Add(MixedSlices slices, Batch batch, ReadOnlySpan<int> rows, int count)
    {
        if (rows.IsEmpty) rows = _identity.AsSpan(0, count);
        for (var first = 0; first < count; first += ChunkRows)
        {
            var chunk = rows.Slice(first, Math.Min(ChunkRows, count - first));
            var keys = _rowKeys.AsSpan(0, chunk.Length);
            var groups = _rowGroups.AsSpan(0, chunk.Length);
            _keys.Find(batch, _node.Keys, chunk, keys);
            slices.Find(_groups, first, keys, _keys.Limit, groups);
            AddTo(groups, batch, chunk);
        }
    }

    void AddTo(ReadOnlySpan<int> groups, Batch batch, ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<int> weights = default;
        if (batch.Weights is { } column)
        {
            weights = column.Values;
            if (!rows.IsEmpty)
            {
                for (var i = 0; i < rows.Length; i++) _rowWeights[i] = column[rows[i]];
                weights = _rowWeights.AsSpan(0, rows.Length);
            }
        }
        if (_retracts) CountRows(_groups.Rows, groups, weights);
        _calls.Add(_groups.States, batch, rows, groups, weights);
    }

    /// <summary>The groups of rows in a slice, added where they are missing and marked.</summary>
    ReadOnlySpan<int> Find(Slice slice, Batch batch, ReadOnlySpan<int> rows, int count)
    {
        var groups = _rowGroups.AsSpan(0, count);
        if (_node.Keys.IsEmpty)
        {
            slice.Find(_groups, [_keys.Only()], 1, groups);
            groups.Fill(groups[0]);
            return groups;
        }
        var keys = _rowKeys.AsSpan(0, count);
        _keys.Find(batch, _node.Keys, rows, keys);
        slice.Find(_groups, keys, _keys.Limit, groups);
        return groups;
    }

    /// <summary>Adds groups that were aggregated elsewhere.</summary>
    /// <param name="slice">Their slice.</param>
    /// <param name="batch">A batch with their keys and their states.</param>
    /// <param name="reader">How they are read.</param>
    /// <param name="rows">Those of its rows that are meant.</param>
    public void Merge(Slice slice, Batch batch, PartialReader reader, ReadOnlySpan<int> rows)
    {
        var groups = Find(slice, batch, rows, rows.Length);
        for (var c = 0; c < _groups.States.Length; c++) _groups.States[c].MergeAll(groups, reader.StatesOf(batch.Partial!, c), rows);
    }

    static void CountRows(Span<long> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        if (weights.IsEmpty)
            foreach (var group in groups) rows[group]++;
        else
            for (var i = 0; i < groups.Length; i++) rows[groups[i]] += weights[i];
    }
}
