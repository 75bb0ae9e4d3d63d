using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators.Aggregation;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Aggregates the rows of one lane before they change lanes: what goes on are groups with their states, which the lanes that own the keys merge.</summary>
/// <remarks>
/// It holds groups until time is past the first window that they count for, until a barrier (so a checkpoint finds it empty), or until there are too many of them; what it tells is
/// therefore never late, and rows that are late for a window go on as they are, for the owner of their keys to judge. A group costs as much as some sixteen rows that are handed over as they are: where it stands for fewer, rows go through untouched for a
/// while, and then it tries again.
/// </remarks>
sealed class PartialAggregateOperator : IOperator
{
    /// <summary>Rows that a group must stand for.</summary>
    const int RowsPerGroup = 16;

    /// <summary>Rows of a trial, and rows that go through when it failed.</summary>
    const int RowsTried = 1 << 16, RowsPassed = 1 << 20;

    /// <summary>Groups at most: with 50 bytes each they stay in the second cache.</summary>
    const int GroupsMax = 1 << 14;

    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly Groups _groups;
    readonly SliceList _slices;
    readonly Panes? _panes;
    readonly RowSlicer? _slicer;
    readonly RowAdder _adder;
    readonly PartialPool _pool;
    readonly Evaluator? _condition;
    readonly RowErrors? _noErrors; // conditions that can fail stay in a filter
    readonly List<Slice> _due = [];
    readonly int[] _picked, _chunk, _keyNumbers, _identity;
    Frontier _frontier = Frontier.Start;
    long _rows, _told, _passed;
    int _pending;

    public PartialAggregateOperator(Aggregate node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keys = new([.. node.Keys.Select(k => node.Input.Schema[k].Type)], context.Memory, context.Owner);
        _groups = new(_keys, node.Calls, context.Owner, retracts: false);
        _slices = new(context.Owner);
        if (node.Window is { } window)
        {
            _panes = Panes.Create(window);
            _slicer = new(_panes, node, context, _slices, null, handsOn: true);
        }
        var rows = context.Memory.BatchRows;
        _adder = new(node, _keys, _groups, retracts: false, rows);
        _pool = new(node, context.Owner, rows);
        (_picked, _chunk, _keyNumbers, _identity) = (new int[rows], new int[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
        if (node.Condition is null) return;
        (_condition, _noErrors) = (Evaluator.Compile(node.Condition, context.Memory), new(rows));
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        if (_passed > 0)
        {
            _passed -= batch.RowCount;
            output.Push(batch.Retain());
            return;
        }
        var count = batch.RowCount;
        ReadOnlySpan<int> picked = [];
        if (_condition is not null)
        {
            count = _condition.Select(batch, _picked, _noErrors!);
            if (count < batch.RowCount) picked = _picked.AsSpan(0, count);
        }
        if (count == 0) return;
        if (_slicer is null) _adder.Add(_slices.Count > 0 ? _slices[0] : _slices.Add(0, 0, long.MinValue, long.MaxValue), batch, picked, count);
        else
        {
            _slicer.Assign(batch, picked, _frontier);
            if (_slicer.Whole is { } whole) _adder.Add(whole, batch, picked, count);
            else if (!_slicer.Mixed.IsEmpty) _adder.Add(_slicer.Mixed, batch, picked, count);
            else
                foreach (var (slice, start, end) in _slicer.Segments) _adder.Add(slice, batch, _slicer.NeedsRows ? _slicer.Rows.AsSpan(start..end) : [], end - start);
            if (!_slicer.HandedOn.IsEmpty) output.Push(batch.Gather(_slicer.HandedOn));
        }
        _rows += count;
        if (_groups.Count > GroupsMax) TellAll(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        _frontier = frontier;
        var closed = frontier.Closed.Microseconds;
        foreach (var slice in _slices.Open)
            if ((_panes is null ? slice.End : _panes.Windows.EndOf(slice.From)) <= closed) _due.Add(slice);
        TellDue(output);
        output.Advance(frontier);
    }

    public void OnSilence(IOutput output)
    {
        TellAll(output);
        _passed = RowsPassed; // when it speaks again others may be ahead: what is late then is late by the row
    }

    public void OnBarrier(long epoch, IOutput output) => TellAll(output);

    void TellAll(IOutput output)
    {
        _due.AddRange(_slices.Open);
        TellDue(output);
    }

    void TellDue(IOutput output)
    {
        if (_due.Count == 0) return;
        PartialGroups? partial = null;
        foreach (var slice in _due)
            foreach (var group in slice.Members)
            {
                partial ??= _pool.Rent(_chunk.Length);
                partial.Slices[_pending] = (slice.Index, slice.From);
                _chunk[_pending++] = group;
                if (_pending < _chunk.Length) continue;
                Tell(partial, output);
                partial = null;
            }
        if (partial is not null) Tell(partial, output);
        foreach (var slice in _due) _slices.Remove(slice, _groups);
        _due.Clear();
        _keys.SweepIfDue();
        if (_rows < RowsTried) return;
        if (_told * RowsPerGroup > _rows) _passed = RowsPassed;
        (_rows, _told) = (0, 0);
    }

    void Tell(PartialGroups partial, IOutput output)
    {
        var groups = _chunk.AsSpan(0, _pending);
        partial.Count = groups.Length;
        for (var c = 0; c < partial.States.Length; c++) partial.States[c].MergeAll(_identity.AsSpan(0, groups.Length), _groups.States[c], groups);
        for (var i = 0; i < groups.Length; i++) _keyNumbers[i] = _groups.Keys[groups[i]];
        var batch = _context.Memory.RentBatch(_node.Input.Schema);
        batch.RowCount = groups.Length;
        batch.Partial = partial;
        for (var i = 0; i < batch.Schema.Count; i++)
        {
            var key = _node.Keys.IndexOf(i);
            var type = batch.Schema[i].Type;
            var column = key < 0 ? _context.Memory.RentNulls(type, groups.Length) : _context.Memory.Rent(type);
            if (key >= 0) _keys.AppendKeys(key, _keyNumbers.AsSpan(0, groups.Length), column);
            batch.Add(column);
        }
        _told += groups.Length;
        _pending = 0;
        output.Push(batch);
    }

    public void Dispose()
    {
        _condition?.Dispose();
        _pool.Dispose();
        _slices.Dispose();
        _groups.Dispose();
        _keys.Dispose();
    }
}
