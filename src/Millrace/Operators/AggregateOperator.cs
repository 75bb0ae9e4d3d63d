using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators.Aggregation;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Groups rows, by window where there is one, and aggregates each group.</summary>
/// <remarks>
/// A row's way: its window or pane (a comparison, nothing where a batch lies within one), its key's number, its group in the window, then one column-wise addition
/// a call. What changed is marked by group and told at barriers; a window is told and freed when the frontier passes it. Results come by window, then by key in
/// order of first arrival.
/// </remarks>
sealed class AggregateOperator : IPicksRows, IStateful, ISpills
{
    /// <summary>Entries that are loaded between two looks at the memory.</summary>
    const int LoadedPerLook = 64;

    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly bool _retracts;
    readonly KeyedTable _keys;
    readonly Groups _groups;
    readonly SliceList _slices;
    readonly RowSlicer? _slicer;
    readonly Hops? _hops;
    readonly GroupSpiller? _spiller;
    readonly GroupTeller _teller;
    readonly Queue<Step> _steps = new();
    readonly RowAdder _adder;
    readonly PartialReader _reader;
    readonly Evaluator? _condition;
    readonly RowErrors? _noErrors; // conditions that can fail stay in a filter
    readonly int[] _picked = [], _identity;
    readonly Action<int, StateWriter> _saveStates;
    Frontier _frontier = Frontier.Start;
    int _loaded;
    SavedCalls? _saved; // while groups of an aggregate with other calls are loaded

    public AggregateOperator(Aggregate node, OperatorContext context)
    {
        (_node, _context, _saveStates) = (node, context, SaveStates);
        _retracts = node.Input.Mode == ChangeMode.Retract;
        var input = node.Input.Schema;
        _keys = new([.. node.Keys.Select(k => input[k].Type)], context.Memory, context.Owner);
        _groups = new(_keys, node.Calls, context.Owner, _retracts);
        _slices = new(context.Owner);
        var panes = node.Window is { } window ? Panes.Create(window) : null;
        if (panes is not null)
        {
            if (!panes.AreWindows) _hops = new(panes, node, context, _keys, _groups, _slices, _retracts);
            _slicer = new(panes, node, context, _slices, _hops);
        }
        _teller = new(node, context, _keys, Told, _hops);
        if (context.Spill is not null && node.WhyNotSpilled(context.Demand) is null) _spiller = new(_keys, _groups, _slices, _teller, _retracts, context, _saveStates);
        var rows = context.Memory.BatchRows;
        _adder = new(node, _keys, _groups, _retracts, rows);
        _reader = new(node, panes);
        _identity = [.. Enumerable.Range(0, rows)];
        if (node.Condition is not null)
        {
            _condition = Evaluator.Compile(node.Condition, context.Memory);
            (_noErrors, _picked) = (new RowErrors(rows), new int[rows]);
        }
        if (node.Window is null)
        {
            var all = _slices.Add(0, 0, long.MinValue, long.MaxValue);
            // The one group of an aggregate without keys exists even with no row; it lives where the hash of no key belongs.
            if (node.Keys.IsEmpty && context.Owns(Hash64.KeyGroup(Hash64.Null)))
            {
                all.Find(_groups, [_keys.Only()], 1, stackalloc int[1]);
                _teller.KeepsEmpty = true;
            }
        }
    }

    /// <summary>The slices that results are told by: windows.</summary>
    SliceList Windows => _hops is null ? _slices : _hops.Windows;

    Groups Told => _hops is null ? _groups : _hops.Groups;

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishSteps(output);
        if (batch.Partial is { } partial)
        {
            Merge(batch, _identity.AsSpan(0, partial.Count));
            return;
        }
        var count = batch.RowCount;
        ReadOnlySpan<int> picked = [];
        if (_condition is not null)
        {
            count = _condition.Select(batch, _picked, _noErrors!);
            if (count < batch.RowCount) picked = _picked.AsSpan(0, count);
        }
        Add(batch, picked, count);
    }

    public void OnRows(Batch batch, ReadOnlySpan<int> rows, IOutput output)
    {
        FinishSteps(output);
        if (batch.Partial is null) Add(batch, rows.Length == batch.RowCount ? [] : rows, rows.Length);
        else Merge(batch, rows);
    }

    void Add(Batch batch, ReadOnlySpan<int> picked, int count)
    {
        if (count == 0) return;
        if (_slicer is null)
        {
            _adder.Add(_slices[0], batch, picked, count);
            return;
        }
        _slicer.Assign(batch, picked, _frontier);
        if (_slicer.Whole is { } whole) Add(batch, picked, count, whole);
        else if (!_slicer.Mixed.IsEmpty)
        {
            _hops?.TouchPanes(_slicer.Mixed);
            _adder.Add(_slicer.Mixed, batch, picked, count);
        }
        else
            foreach (var (slice, start, end) in _slicer.Segments) Add(batch, _slicer.NeedsRows ? _slicer.Rows.AsSpan(start..end) : [], end - start, slice);
    }

    void Add(Batch batch, ReadOnlySpan<int> rows, int count, Slice slice)
    {
        _hops?.TouchPane(slice);
        _adder.Add(slice, batch, rows, count);
    }

    /// <summary>Adds the groups of a <see cref="PartialAggregate"/>, slice by slice.</summary>
    void Merge(Batch batch, ReadOnlySpan<int> rows)
    {
        var partial = batch.Partial!;
        lock (partial.Lock)
        {
            for (var start = 0; start < rows.Length;)
            {
                var end = start + 1;
                while (end < rows.Length && partial.Slices[rows[end]] == partial.Slices[rows[start]]) end++;
                if (_reader.PaneOf(partial, rows[start]) is var (index, from))
                {
                    if (SliceOf(index, from) is { } slice)
                    {
                        _hops?.TouchPane(slice);
                        _adder.Merge(slice, batch, _reader, rows[start..end]);
                    }
                    else ReportLate(batch, rows[start..end], index);
                }
                start = end;
            }
        }
    }

    /// <summary>The slice of groups that another lane has aggregated. Null where it is over: that lane was silent, time went on without it, and it speaks again.</summary>
    Slice? SliceOf(long index, long from)
    {
        if (_slices.Find(index, from) is { } slice) return slice;
        return _slicer is null || _slicer.IsOver(index, _frontier) ? null : _slicer.Open(index, from, _frontier);
    }

    void ReportLate(Batch batch, ReadOnlySpan<int> rows, long index)
    {
        if (_slicer is null) return;
        var (ends, marks) = (new long[rows.Length], new long[rows.Length]);
        ends.AsSpan().Fill(_slicer.LastEnd(index));
        marks.AsSpan().Fill(_frontier.Final.Microseconds);
        foreach (var view in _node.Views) _context.Reports.Late(batch, rows, ends, marks, view);
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        FinishSteps(output);
        _hops?.Spread();
        CloseWindows();
        foreach (var slice in Windows.Open)
        {
            if (!slice.IsTouched) continue;
            if (slice.Spilled is not null) _steps.Enqueue(new(StepKind.Whole, slice));
            _steps.Enqueue(new(StepKind.Changes, slice));
            if (slice.IsClosed) _steps.Enqueue(new(StepKind.OnClose, slice));
            _steps.Enqueue(new(StepKind.Settle, slice));
        }
        _steps.Enqueue(new(StepKind.Sweep, null));
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishSteps(output);
        _frontier = frontier;
        CloseWindows();
        _steps.Enqueue(new(StepKind.Advance, null));
        Resume(output);
    }

    /// <summary>Says what there is to tell of the windows that the frontier has passed.</summary>
    void CloseWindows()
    {
        var frees = false;
        foreach (var slice in Windows.Open)
        {
            if (slice.End > _frontier.Closed.Microseconds) break;
            var isFinal = slice.End <= _frontier.Final.Microseconds;
            if (slice.IsClosed && !isFinal) continue;
            if (slice.Spilled is not null) _steps.Enqueue(new(StepKind.Whole, slice));
            // A window of panes is completed when its turn comes, one after the other; whether it was touched is known then.
            if (_hops is not null) _steps.Enqueue(new(StepKind.Complete, slice));
            if (_hops is not null || slice.IsTouched) _steps.Enqueue(new(StepKind.Changes, slice));
            if (_hops is not null || !slice.IsClosed || slice.IsTouched) _steps.Enqueue(new(slice.IsClosed ? StepKind.OnClose : StepKind.Close, slice));
            slice.IsClosed = true;
            if (!isFinal) continue;
            _steps.Enqueue(new(StepKind.Final, slice));
            _steps.Enqueue(new(StepKind.Free, slice));
            frees = true;
        }
        if (frees) _steps.Enqueue(new(StepKind.Sweep, null));
    }

    public bool Resume(IOutput output)
    {
        while (_steps.TryPeek(out var step))
        {
            var pushed = false;
            var canChange = step.Slice?.End > _frontier.Final.Microseconds;
            var isDone = step.Kind switch
            {
                StepKind.Changes => _teller.Tell(step.Slice!, Ports.Changes, onlyTouched: true, canChange, output, out pushed),
                StepKind.Close => _teller.Tell(step.Slice!, Ports.OnClose, onlyTouched: false, canChange, output, out pushed),
                StepKind.OnClose => _teller.Tell(step.Slice!, Ports.OnClose, onlyTouched: true, canChange, output, out pushed),
                StepKind.Final when step.Slice!.Spilled is not null => TellSpilled(step.Slice, output, out pushed),
                StepKind.Final => _teller.Tell(step.Slice!, Ports.Final, onlyTouched: false, canChange: false, output, out pushed),
                _ => Do(step, output),
            };
            if (isDone) _steps.Dequeue();
            if (pushed && output.IsFull && _steps.Count > 0) return true;
        }
        return false;
    }

    bool TellSpilled(Slice slice, IOutput output, out bool pushed)
    {
        pushed = false;
        return (_context.Demand & Demand.Final) == 0 || _spiller!.TellFinal(slice, output, out pushed);
    }

    bool Do(Step step, IOutput output)
    {
        switch (step.Kind)
        {
            case StepKind.Whole: _spiller!.Complete(step.Slice!); break;
            case StepKind.Complete: _hops!.Complete(step.Slice!); break;
            case StepKind.Settle: Settle(step.Slice!); break;
            case StepKind.Free: Windows.Remove(step.Slice!, Told); break;
            case StepKind.Sweep: Sweep(); break;
            case StepKind.Advance: output.Advance(_frontier); break;
        }
        return true;
    }

    /// <summary>After a slice was told at a barrier: marks what must be saved, and frees the groups that have lost all their rows.</summary>
    void Settle(Slice slice)
    {
        var told = Told;
        foreach (var group in slice.Members)
        {
            if ((told.Touched[group] & Groups.TouchedForState) == 0) continue;
            if (_retracts && slice.Spilled is not null && told.Rows[group] == 0 && told.Told[group] == 0) slice.NoteEmptied(told, _keys, group);
            else slice.MarkUnsaved(told, group);
            told.Touched[group] = 0;
        }
        slice.IsTouched = false;
        if (!_retracts || _teller.KeepsEmpty || slice.Spilled is not null) return;
        if (_hops is null) slice.Prune(_groups, _keys, static (groups, group) => groups.Rows[group] == 0 && groups.Told[group] == 0);
        else _hops.Prune(slice);
    }

    /// <summary>After windows were freed: frees what only they needed.</summary>
    void Sweep()
    {
        _hops?.FreePanes(_frontier);
        _spiller?.CountAgain();
        _keys.SweepIfDue();
    }

    void FinishSteps(IOutput output)
    {
        while (_steps.Count > 0) Resume(output);
    }

    public void Dispose()
    {
        _condition?.Dispose();
        _spiller?.Dispose();
        _teller.Dispose();
        _hops?.Dispose();
        _slices.Dispose();
        _groups.Dispose();
        _keys.Dispose();
    }

    public long StateRows => _groups.Count + (_spiller?.Count ?? 0);

    public bool CanSpill => _spiller is not null;

    public void Spill() => _spiller?.Spill();

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_frontier);
        writer.Write(_teller.KeepsEmpty && (_slices.Count == 0 || _slices[0].Count == 0));
    }

    public void LoadCommon(ref StateReader reader)
    {
        _frontier = reader.Read<Frontier>();
        // The one group that exists from the start may have ended before it was saved.
        if (reader.Read<bool>() && _teller.KeepsEmpty) _slices[0].Clear(_groups);
    }

    // A part for each slice of rows, and one for each window that only remembers what was told.
    static long PartOf(long index, bool isTold) => index << 1 | (isTold ? 1L : 0);

    public void Save(StateSaver saver)
    {
        foreach (var index in _slices.Gone) saver.BeginPart(PartOf(index, false), forgets: true);
        _slices.Gone.Clear();
        foreach (var slice in _slices.Open)
        {
            saver.BeginPart(PartOf(slice.Index, false));
            slice.Save(_groups, _keys, saver, _saveStates);
        }
        if (_hops is null) return;
        foreach (var index in _hops.Windows.Gone) saver.BeginPart(PartOf(index, true), forgets: true);
        _hops.Windows.Gone.Clear();
        foreach (var slice in _hops.Windows.Open)
        {
            saver.BeginPart(PartOf(slice.Index, true));
            slice.Save(_hops.Groups, _keys, saver, _teller.Save);
        }
    }

    void SaveStates(int group, StateWriter writer)
    {
        if (_retracts) writer.Write(_groups.Rows[group]);
        foreach (var states in _groups.States) states.Save(group, writer);
        if (_hops is null) _teller.Save(group, writer);
    }

    /// <summary>What is loaded next was saved by an aggregate with other calls: all of it is saved anew.</summary>
    public void Adopt(AdoptedGroups groups) => _saved = new(groups, _node.Calls, _context.Memory, _context.Owner, _retracts);

    public void Load(long part, ref StateReader reader)
    {
        // The one group that exists from the start takes what was saved of it.
        if (_teller.KeepsEmpty) _slices[0].Clear(_groups);
        var key = _keys.LoadOrFind(ref reader);
        var (from, place) = (reader.Read<long>(), reader.Read<int>());
        var (index, isTold) = (part >> 1, (part & 1) != 0);
        var slices = isTold ? _hops!.Windows : _slices;
        var groups = isTold ? _hops!.Groups : _groups;
        var slice = slices.Find(index, from) ?? (isTold ? _hops!.OpenWindow(index) : _slicer!.Open(index, from, _frontier));
        var group = slice.FindOrAdd(groups, key, _keys.Limit);
        slice.Loaded(groups, group, place);
        slice.FreshFrom = slice.Count;
        if (_saved is not null) slice.MarkUnsaved(groups, group);
        groups.Touched[group] = 0;
        if (isTold)
        {
            _teller.Load(group, ref reader, _saved);
            return;
        }
        if (_retracts) groups.Rows[group] = reader.Read<long>();
        if (_saved is not null) _saved.LoadStates(groups.States, group, ref reader);
        else
            foreach (var states in groups.States) states.Load(group, ref reader);
        if (_hops is null) _teller.Load(group, ref reader, _saved);
        if (_saved is null && CanSpill && ++_loaded % LoadedPerLook == 0 && _context.Spill!.IsDue(_context.Owner)) Spill();
    }

    public void EndLoad()
    {
        _saved?.Dispose();
        _saved = null;
        foreach (var slice in _slices.Open) slice.Sort(_groups);
        if (_hops is not null)
            foreach (var slice in _hops.Windows.Open) slice.Sort(_hops.Groups);
        foreach (var slice in Windows.Open)
        {
            slice.IsClosed = slice.End <= _frontier.Closed.Microseconds;
            slice.IsTouched = false;
        }
    }

    enum StepKind
    {
        Whole,
        Complete,
        Changes,
        Close,
        OnClose,
        Final,
        Settle,
        Free,
        Sweep,
        Advance,
    }

    /// <summary>Something that is still to be told or done.</summary>
    readonly record struct Step(StepKind Kind, Slice? Slice);
}
