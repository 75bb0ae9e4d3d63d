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
    readonly PairCondition? _condition;
    readonly HeldPairs _pairs;
    readonly int[] _numbers, _rows;

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
        if (node.Condition is not null) _condition = new(node.Condition, context);
        var nothing = _table.Take();
        _table.SetNull(nothing);
        _pairs = new(_held, new(node.Schema, left.Count, needed, _table, context.Memory), _condition, node.KeepsLeft, nothing, context.Memory.BatchRows);
        (_numbers, _rows) = (new int[context.Memory.BatchRows], new int[context.Memory.BatchRows]);
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
        _pairs.Begin(batch, numbers);
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
    public bool Resume(IOutput output) => _pairs.Go(output);

    public void Dispose()
    {
        _pairs.Dispose();
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
