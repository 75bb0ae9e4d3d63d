using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Frames;

/// <summary>Moves the frames of an OVER to one row after the other and puts rows and results together, batch by batch.</summary>
sealed class OverOutput : IDisposable
{
    readonly Over _node;
    readonly Chains _chains;
    readonly RowSlots _rows;
    readonly MemoryAccountant _memory;
    readonly MemoryOwner _owner;
    readonly Frame[] _frames;
    readonly OverFrame[] _kinds;
    readonly int[][] _callsOf; // by frame: the calls that take a value of one of its rows
    readonly int[] _counts, _leads; // the calls that count rows, and those that look ahead
    readonly int[] _slots, _some;
    readonly int[][] _values; // by call: the row whose value it is as slot + 1, 0 = none
    readonly long[][] _numbers; // by call
    readonly Column?[] _columns; // by call: results of aggregates
    readonly List<int> _freed = [];
    readonly int[] _captures; // the calls that take the n-th row of all
    int[] _captured = []; // by partition and capturing call: slot + 1
    int _count;

    public OverOutput(Over node, Chains chains, RowSlots rows, OperatorContext context)
    {
        (_node, _chains, _rows, _memory, _owner) = (node, chains, rows, context.Memory, context.Owner);
        var calls = node.Calls;
        _columns = new Column?[calls.Length];
        int[] Of(Func<OverCall, bool> isOne) => [.. Enumerable.Range(0, calls.Length).Where(c => isOne(calls[c]))];
        static bool TakesValue(OverCall call) => call.Function is OverFunction.FirstValue or OverFunction.LastValue or OverFunction.NthValue or OverFunction.Lag || Frame.IsSlidingExtreme(call);
        static OverFrame FrameOf(OverCall call) => call.Function == OverFunction.Lag ? new(true, call.Distance, call.Distance) : call.Frame;
        _kinds = [.. calls.Where(c => c.Aggregate is not null || TakesValue(c)).Select(FrameOf).Distinct()];
        _frames = [.. _kinds.Select(f => new Frame(f, node, chains, rows, _columns, context))];
        _callsOf = [.. _kinds.Select(f => Of(c => TakesValue(c) && FrameOf(c) == f))];
        _counts = Of(c => c.Function is OverFunction.RowNumber or OverFunction.Rank or OverFunction.DenseRank);
        _leads = Of(c => c.Function == OverFunction.Lead);
        _captures = Of(c => c.Function is OverFunction.FirstValue or OverFunction.NthValue && c.Frame.Start is null);
        var length = context.Memory.BatchRows;
        (_slots, _some) = (new int[length], new int[length]);
        _values = [.. calls.Select(c => TakesValue(c) || c.Function == OverFunction.Lead ? new int[length] : [])];
        _numbers = [.. Enumerable.Range(0, calls.Length).Select(c => _counts.Contains(c) ? new long[length] : [])];
    }

    /// <summary>Whether a batch is full.</summary>
    public bool IsFull => _count == _slots.Length;

    public void EnsureParts(int count)
    {
        foreach (var frame in _frames) frame.EnsureParts(count);
        if (count * _captures.Length <= _captured.Length) return;
        var length = Math.Max(count * _captures.Length, Math.Max(16, _captured.Length * 2));
        _owner.Charge(4L * (length - _captured.Length));
        Array.Resize(ref _captured, length);
    }

    public void EnsureSlots(int count)
    {
        foreach (var frame in _frames) frame.EnsureSlots(count);
    }

    /// <summary>Begins a partition anew.</summary>
    public void Reset(int number)
    {
        // What was noted belongs to the states as they are.
        foreach (var frame in _frames) frame.CarryOut();
        foreach (var frame in _frames) frame.Reset(number);
        _captured.AsSpan(number * _captures.Length, _captures.Length).Clear();
    }

    /// <summary>A row was appended to a partition's chain.</summary>
    public void Appended(int number, int slot)
    {
        foreach (var frame in _frames) frame.Appended(number, slot);
        for (var i = 0; i < _captures.Length; i++)
        {
            if (_chains[slot].Number != NthOf(_captures[i]) - 1) continue;
            _captured[number * _captures.Length + i] = slot + 1;
            _chains[slot].IsPinned = true;
        }
    }

    long NthOf(int call) => _node.Calls[call].Function == OverFunction.NthValue ? _node.Calls[call].Distance : 1;

    /// <summary>Adds rows that are peers of each other, as many as there is room for.</summary>
    /// <param name="number">Their partition.</param>
    /// <param name="first">The first.</param>
    /// <param name="last">The last.</param>
    /// <returns>The row behind the last that was added as slot + 1, 0 = none.</returns>
    public int Add(int number, int first, int last)
    {
        var count = (int)Math.Min(_slots.Length - _count, _chains[last].Number - _chains[first].Number + 1);
        var row = first + 1;
        for (var i = 0; i < count; i++, row = _chains[row - 1].Next) _slots[_count + i] = row - 1;
        var slots = _slots.AsSpan(_count, count);
        for (var f = 0; f < _frames.Length; f++)
        {
            if (_kinds[f].IsRows)
                for (var i = 0; i < count; i++) Move(f, number, slots[i], last, _count + i, 1);
            else Move(f, number, first, last, _count, count);
        }
        foreach (var call in _counts)
            for (var i = 0; i < count; i++)
            {
                ref var link = ref _chains[slots[i]];
                _numbers[call][_count + i] = _node.Calls[call].Function switch { OverFunction.RowNumber => link.Number + 1, OverFunction.Rank => link.FirstPeer + 1, _ => link.Group };
            }
        foreach (var call in _leads)
            for (var i = 0; i < count; i++) _values[call][_count + i] = Ahead(slots[i], _node.Calls[call].Distance);
        _count += count;
        return row;
    }

    int Ahead(int slot, long rows)
    {
        var row = slot + 1;
        for (; rows > 0 && row != 0; rows--) row = _chains[row - 1].Next;
        return row;
    }

    /// <summary>Moves a frame to a row and notes its results for some rows of the output.</summary>
    void Move(int frame, int number, int slot, int last, int at, int count)
    {
        _frames[frame].MoveTo(number, slot, last);
        _frames[frame].Result(number, count);
        foreach (var call in _callsOf[frame]) _values[call].AsSpan(at, count).Fill(ValueOf(call, frame, number, slot, last));
    }

    /// <summary>The row whose value a call takes as slot + 1, 0 = none.</summary>
    int ValueOf(int call, int frame, int number, int slot, int last)
    {
        var (function, kind) = (_node.Calls[call].Function, _kinds[frame]);
        ref readonly var position = ref _frames[frame][number];
        if (function == OverFunction.LastValue) return kind.End == 0 ? (kind.IsRows ? slot : last) + 1 : position.Rows > 0 ? position.LastIn : 0;
        if (function == OverFunction.Aggregate) return _frames[frame].BestOf(call, number);
        if (function == OverFunction.Lag) return _frames[frame].RowAt(number, 1);
        var nth = NthOf(call);
        if (kind.Start is not null) return _frames[frame].RowAt(number, nth);
        return position.Entered >= nth ? _captured[number * _captures.Length + Array.IndexOf(_captures, call)] : 0;
    }

    /// <summary>The number of the first row of a partition that is still needed.</summary>
    /// <param name="number">The partition.</param>
    /// <param name="needed">The first that is needed for other reasons.</param>
    public long Needs(int number, long needed)
    {
        foreach (var frame in _frames)
            if (frame.Needs(number) is var row and not 0) needed = Math.Min(needed, _chains[row - 1].Number);
        return needed;
    }

    /// <summary>Frees a slot once the rows added so far are emitted.</summary>
    public void FreeAfterwards(int slot)
    {
        if (_count == 0) _rows.Free(slot);
        else _freed.Add(slot);
    }

    /// <summary>Frees the rows of a partition that stay for good.</summary>
    public void FreePinned(int number)
    {
        var captured = _captured.AsSpan(number * _captures.Length, _captures.Length);
        for (var i = 0; i < captured.Length; i++)
        {
            if (captured[i] == 0 || !_chains[captured[i] - 1].IsPinned) continue;
            _chains[captured[i] - 1].IsPinned = false; // two calls may have the same row
            FreeAfterwards(captured[i] - 1);
        }
        captured.Clear();
    }

    /// <summary>Emits what was added.</summary>
    public void Flush(IOutput output)
    {
        foreach (var frame in _frames) frame.CarryOut();
        if (_count == 0) return;
        var batch = _memory.RentBatch(_node.Schema);
        _rows.AppendTo(_slots.AsSpan(0, _count), batch);
        for (var c = 0; c < _columns.Length; c++)
        {
            batch.Add(_columns[c] ?? (_numbers[c].Length > 0 ? Numbers(c) : Values(c)));
            _columns[c] = null;
        }
        _count = 0;
        foreach (var slot in _freed) _rows.Free(slot);
        _freed.Clear();
        output.Push(batch);
    }

    Column<long> Numbers(int call)
    {
        var column = _memory.Rent<long>(DataType.BigInt);
        column.Length = _count;
        _numbers[call].AsSpan(0, _count).CopyTo(column.Values);
        return column;
    }

    Column Values(int call)
    {
        var values = _values[call].AsSpan(0, _count);
        var arguments = _node.Calls[call].Arguments;
        for (var i = 0; i < _count; i++) _some[i] = values[i] == 0 ? _slots[i] : values[i] - 1;
        var column = _memory.Rent(_node.Calls[call].Type);
        _rows[arguments[0]].AppendTo(_some.AsSpan(0, _count), column);
        if (!values.Contains(0)) return column;
        if (arguments.Length == 1)
        {
            for (var i = 0; i < values.Length; i++)
                if (values[i] == 0) column.SetNull(i);
            return column;
        }
        var defaults = _memory.Rent(_node.Calls[call].Type);
        _rows[arguments[1]].AppendTo(_slots.AsSpan(0, _count), defaults);
        var mixed = _memory.Rent(_node.Calls[call].Type);
        for (var i = 0; i < values.Length; i++) mixed.AppendFrom(values[i] == 0 ? defaults : column, i);
        column.Release();
        defaults.Release();
        return mixed;
    }

    /// <summary>Writes where the frames stand in a partition, and the rows that stay for good.</summary>
    public void Save(int number, StateWriter writer)
    {
        for (var i = 0; i < _captures.Length; i++)
        {
            var row = _captured[number * _captures.Length + i];
            writer.Write(row == 0 ? -1 : _chains[row - 1].Number);
            if (row != 0) _rows.Save(row - 1, writer);
        }
        foreach (var frame in _frames) frame.Save(number, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote; the chain is there already.</summary>
    public void Load(int number, Action grow, ref StateReader reader)
    {
        var known = new Dictionary<long, int>();
        for (var row = _chains.PartOf(number).First; row != 0; row = _chains[row - 1].Next) known[_chains[row - 1].Number] = row;
        var pinned = new Dictionary<long, int>(known);
        for (var i = 0; i < _captures.Length; i++)
        {
            var at = reader.Read<long>();
            if (at < 0) continue;
            var slot = _rows.Load(ref reader);
            if (pinned.TryGetValue(at, out var row)) _rows.Free(slot);
            else
            {
                grow();
                pinned[at] = row = slot + 1;
                _chains[slot] = new() { Number = at };
            }
            _chains[row - 1].IsPinned = true;
            _captured[number * _captures.Length + i] = row;
        }
        foreach (var frame in _frames) frame.Load(number, n => known.GetValueOrDefault(n), ref reader);
    }

    public void Dispose()
    {
        foreach (var frame in _frames) frame.Dispose();
        foreach (var column in _columns) column?.Release();
        _owner.Charge(-4L * _captured.Length);
        _captured = [];
    }
}
