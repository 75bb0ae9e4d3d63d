using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Lookups;

/// <summary>Keeps what the right side holds and joins every left row with it at once.</summary>
sealed class LookupNowOperator : IOperator, IStateful
{
    readonly LookupNow _node;
    readonly KeyedTable _keys;
    readonly RowSlots _table;
    readonly HeldRows _held;
    readonly JoinedRows _joined;
    readonly PairCondition? _condition;
    readonly int _nothing;
    readonly int[] _numbers, _rows, _leftRows, _slots;
    readonly bool[] _matched;

    Batch? _left; // the batch at hand
    int _row, _slot, _copy;

    public LookupNowOperator(LookupNow node, OperatorContext context)
    {
        _node = node;
        var (left, right) = (node.Left.Schema, node.Right.Schema);
        _keys = new([.. node.RightKeys.Select(k => right[k].Type)], context.Memory, context.Owner);
        var needed = new bool[node.Schema.Count];
        for (var i = 0; i < needed.Length; i++) needed[i] = context.Used is null || context.Used[i];
        if (node.Condition is not null) ColumnUse.Mark(node.Condition, needed);
        _table = new(right, context.Memory, context.Owner, [.. needed.Skip(left.Count)]);
        _held = new(_keys, _table, context.Owner);
        _joined = new(node.Schema, left.Count, needed, _table, context.Memory);
        if (node.Condition is not null) _condition = new(node.Condition, context);
        _nothing = _table.Take();
        _table.SetNull(_nothing);
        var rows = context.Memory.BatchRows;
        (_numbers, _rows, _leftRows, _slots, _matched) = (new int[rows], new int[rows], new int[rows], new int[rows], new bool[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        while (Resume(output)) { }
        if (input == 1)
        {
            Hold(batch);
            return;
        }
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        if (!_node.LeftKeys.IsEmpty) _keys.Look(batch, _node.LeftKeys, [], numbers);
        else numbers.Fill(_keys.Count > 0 ? _keys.Only() : -1);
        (_left, _row, _copy) = (batch.Retain(), 0, 0);
        _slot = _held.First(numbers[0]);
        _matched.AsSpan(0, batch.RowCount).Clear();
        while (Resume(output))
            if (output.IsFull) return;
    }

    void Hold(Batch batch)
    {
        var count = 0;
        for (var row = 0; row < batch.RowCount; row++)
            if (!HasNull(batch, _node.RightKeys, row)) _rows[count++] = row;
        if (count == 0) return;
        var numbers = _numbers.AsSpan(0, count);
        if (_node.RightKeys.IsEmpty) numbers.Fill(_keys.Only());
        else _keys.Find(batch, _node.RightKeys, _rows.AsSpan(0, count), numbers);
        for (var i = 0; i < count; i++) _held.Add(numbers[i], batch, _rows[i], batch.Weights is { } weights ? weights[_rows[i]] : 1);
        _keys.SweepIfDue();
    }

    static bool HasNull(Batch batch, ImmutableArray<int> columns, int row)
    {
        foreach (var column in columns)
            if (batch[column].IsNull(row)) return true;
        return false;
    }

    /// <summary>Tells the next batch of matches of the batch at hand.</summary>
    public bool Resume(IOutput output)
    {
        if (_left is null) return false;
        var count = 0;
        while (_row < _left.RowCount && count < _slots.Length)
        {
            if (_slot == 0)
            {
                // The last match of a row tells whether it had any.
                if (_condition is null && !_matched[_row] && _node.KeepsLeft) (_leftRows[count], _slots[count++]) = (_row, _nothing);
                if (++_row < _left.RowCount) _slot = _held.First(_numbers[_row]);
                continue;
            }
            if (_copy < _held.CountOf(_slot))
            {
                if (_condition is null) _matched[_row] = true;
                (_leftRows[count], _slots[count++]) = (_row, _slot - 1);
                _copy++;
                continue;
            }
            (_slot, _copy) = (_held.Next(_slot), 0);
        }
        if (count > 0) Push(count, output);
        if (_row < _left.RowCount) return true;
        if (_condition is not null && _node.KeepsLeft) PushUnmatched(output);
        _left.Release();
        _left = null;
        return false;
    }

    void Push(int count, IOutput output)
    {
        var joined = _joined.Some(_left!, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count));
        if (_condition is null)
        {
            output.Push(joined);
            return;
        }
        if (_condition.Filter(joined, out var passing) is not { } passed) return;
        foreach (var place in passing) _matched[_leftRows[place]] = true;
        output.Push(passed);
    }

    void PushUnmatched(IOutput output)
    {
        var count = 0;
        for (var row = 0; row < _left!.RowCount; row++)
            if (!_matched[row]) (_leftRows[count], _slots[count++]) = (row, _nothing);
        if (count > 0) output.Push(_joined.Some(_left, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count)));
    }

    public void Dispose()
    {
        _left?.Release();
        _held.Dispose();
        _keys.Dispose();
        _table.Dispose();
        _condition?.Dispose();
    }

    public long StateRows => _held.Count;

    public void SaveCommon(StateWriter writer)
    {
    }

    public void LoadCommon(ref StateReader reader)
    {
    }

    public void Save(StateSaver saver) => _held.Save(saver);
    public void Load(long part, ref StateReader reader) => _held.Load(ref reader);
}
