using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Frames;

/// <summary>One frame of an OVER: which rows of each partition lie in it, and the aggregates over them.</summary>
/// <remarks>
/// A frame moves forward alone: its head and its tail pass every row once, so a row costs an addition and a removal however long the frame is. Both are noted down and carried out
/// some thousand at a time, column by column. Where the frame starts at the first row nothing is ever removed and only the running state is kept.
/// </remarks>
sealed class Frame : IDisposable
{
    readonly OverFrame _frame;
    readonly Over _node;
    readonly Chains _chains;
    readonly RowSlots _rows;
    readonly MemoryAccountant _memory;
    readonly MemoryOwner _owner;
    readonly int[] _aggregates, _best; // calls of the node: those that states compute, and those whose result is the value of a row
    readonly SlidingExtreme[] _extremes;
    readonly AggregateStates[] _states;
    readonly Column?[] _columns; // by column of the input
    readonly Column[][] _arguments;
    readonly int[] _slots, _weights, _groups, _identity, _repeated;
    readonly List<(int End, int Number, int Rows)> _results = [];
    readonly Column?[] _output; // by call of the node
    int _count;
    Position[] _positions = []; // by partition

    /// <summary>Where the frame stands in a partition, as slot + 1: its first row and the first behind it (0 = the next to come), the last row that entered, and how many are in it.</summary>
    public struct Position
    {
        public int Head, Tail, LastIn;
        public long Rows, Entered;
    }

    public Frame(OverFrame frame, Over node, Chains chains, RowSlots rows, Column?[] output, OperatorContext context)
    {
        (_frame, _node, _chains, _rows, _output, _memory, _owner) = (frame, node, chains, rows, output, context.Memory, context.Owner);
        int[] aggregates = [.. Enumerable.Range(0, node.Calls.Length).Where(c => node.Calls[c].Aggregate is not null && node.Calls[c].Frame == frame)];
        _aggregates = [.. aggregates.Where(c => !IsSlidingExtreme(node.Calls[c]))];
        _best = [.. aggregates.Except(_aggregates)];
        _extremes = [.. _best.Select(c => new SlidingExtreme(rows[node.Calls[c].Arguments[0]], node.Calls[c].Aggregate!.Name == "max", context.Owner))];
        _states = [.. _aggregates.Select(c => node.Calls[c].Aggregate!.CreateStates(node.Calls[c].Signature!, node.Calls[c].Distinct, context.Owner, retracts: frame.Start is not null))];
        _columns = new Column?[node.Input.Schema.Count];
        _arguments = [.. _aggregates.Select(c => new Column[node.Calls[c].Arguments.Length])];
        var length = context.Memory.BatchRows;
        (_slots, _weights, _groups, _repeated) = (new int[length], new int[length], new int[length], new int[length]);
        _identity = [.. Enumerable.Range(0, length)];
    }

    /// <summary>Whether a call is MIN or MAX over a frame that rows leave.</summary>
    public static bool IsSlidingExtreme(OverCall call) => call.Aggregate is { Name: "min" or "max" } && call.Frame.Start is not null;

    /// <summary>The row that has the result of such a call as slot + 1; 0 where it is NULL.</summary>
    public int BestOf(int call, int number) => _extremes[Array.IndexOf(_best, call)][number];

    /// <summary>Whether it needs rows of the chain that lie behind it.</summary>
    public bool KeepsRows => _frame.Start is not null || _frame.End != 0;

    /// <summary>Where the frame stands in a partition.</summary>
    public ref readonly Position this[int number] => ref _positions[number];

    public void EnsureParts(int count)
    {
        if (count <= _positions.Length) return;
        var length = Math.Max(count, Math.Max(16, _positions.Length * 2));
        _owner.Charge(32L * (length - _positions.Length));
        Array.Resize(ref _positions, length);
        foreach (var states in _states) states.EnsureGroups(length);
        foreach (var extreme in _extremes) extreme.EnsureParts(length);
    }

    public void EnsureSlots(int count)
    {
        foreach (var extreme in _extremes) extreme.EnsureSlots(count);
    }

    /// <summary>Begins a partition anew.</summary>
    public void Reset(int number)
    {
        _positions[number] = default;
        foreach (var states in _states) states.Reset(number);
        foreach (var extreme in _extremes) extreme.Reset(number);
    }

    /// <summary>A row was appended to a partition's chain.</summary>
    public void Appended(int number, int slot)
    {
        ref var position = ref _positions[number];
        if (position.Head == 0 && _frame.Start is not null) position.Head = slot + 1;
        if (position.Tail == 0) position.Tail = slot + 1;
    }

    /// <summary>Moves the frame to a row: rows enter up to its end, then rows leave before its start.</summary>
    /// <param name="number">The partition.</param>
    /// <param name="slot">The row.</param>
    /// <param name="last">The last of its peers.</param>
    public void MoveTo(int number, int slot, int last)
    {
        ref var position = ref _positions[number];
        ref var link = ref _chains[slot];
        if (_frame.IsRows || _frame.End is 0 or OverFrame.Unbounded)
        {
            var end = _frame.End == OverFrame.Unbounded ? long.MaxValue : _frame.IsRows ? link.Number - _frame.End : _chains[last].Number;
            while (position.Tail != 0 && _chains[position.Tail - 1].Number <= end) Enter(ref position, number);
        }
        else
        {
            var end = Less(link.Value, _frame.End);
            while (position.Tail != 0 && _chains[position.Tail - 1].Value <= end) Enter(ref position, number);
        }
        if (_frame.Start is not { } before) return;
        if (_frame.IsRows)
            while (position.Rows > 0 && _chains[position.Head - 1].Number < link.Number - before) Leave(ref position, number);
        else if (before == 0)
            while (position.Rows > 0 && _chains[position.Head - 1].Group < link.Group) Leave(ref position, number);
        else
        {
            var start = Less(link.Value, before);
            while (position.Rows > 0 && _chains[position.Head - 1].Value < start) Leave(ref position, number);
        }
    }

    void Enter(ref Position position, int number)
    {
        var slot = position.Tail - 1;
        Note(slot, number, 1);
        foreach (var extreme in _extremes) extreme.Enter(number, slot);
        position.Tail = _chains[slot].Next;
        if (KeepsRows) position.LastIn = slot + 1;
        position.Rows++;
        position.Entered++;
    }

    void Leave(ref Position position, int number)
    {
        var slot = position.Head - 1;
        Note(slot, number, -1);
        foreach (var extreme in _extremes) extreme.Leave(number, slot);
        position.Head = _chains[slot].Next;
        position.Rows--;
    }

    void Note(int slot, int number, int weight)
    {
        if (_states.Length == 0) return;
        if (_count == _slots.Length) CarryOut();
        (_slots[_count], _groups[_count], _weights[_count]) = (slot, number, weight);
        _count++;
    }

    /// <summary>Notes that results as they are now belong to the next rows of the output.</summary>
    public void Result(int number, int rows)
    {
        if (_states.Length > 0) _results.Add((_count, number, rows));
    }

    /// <summary>The oldest row, as slot + 1, that the frame still needs of a partition; 0 = none.</summary>
    public int Needs(int number)
    {
        ref var position = ref _positions[number];
        if (_frame.Start is not null) return position.Head;
        return _frame.End == 0 ? 0 : position.LastIn != 0 ? position.LastIn : position.Tail;
    }

    /// <summary>The n-th row of the frame from 1, as slot + 1; 0 = there is none. Only where the frame does not start at the first row of all.</summary>
    public int RowAt(int number, long n)
    {
        ref var position = ref _positions[number];
        if (n > position.Rows) return 0;
        var at = position.Head;
        for (; n > 1; n--) at = _chains[at - 1].Next;
        return at;
    }

    /// <summary>Carries out what was noted and appends the results to the columns of the output.</summary>
    public void CarryOut()
    {
        if (_count == 0 && _results.Count == 0) return;
        for (var a = 0; a < _states.Length; a++)
        {
            var call = _node.Calls[_aggregates[a]];
            for (var i = 0; i < call.Arguments.Length; i++) _arguments[a][i] = ColumnOf(call.Arguments[i]);
            var results = _output[_aggregates[a]] ??= _memory.Rent(call.Type);
            var start = 0;
            foreach (var (end, number, rows) in _results)
            {
                Add(a, start, end);
                start = end;
                var repeated = _repeated.AsSpan(0, rows);
                repeated.Fill(number);
                try
                {
                    _states[a].AppendResults(repeated, results);
                }
                catch (OverflowException e)
                {
                    throw new OverflowException($"{_node.View}: {call.Aggregate!.Name} OVER: {e.Message}", e);
                }
            }
            Add(a, start, _count);
        }
        for (var c = 0; c < _columns.Length; c++)
        {
            _columns[c]?.Release();
            _columns[c] = null;
        }
        _results.Clear();
        _count = 0;
    }

    void Add(int aggregate, int start, int end)
    {
        if (start == end) return;
        var weights = _frame.Start is null ? default : _weights.AsSpan(start..end);
        _states[aggregate].Add(_arguments[aggregate], _identity.AsSpan(start..end), _groups.AsSpan(start..end), weights);
    }

    Column ColumnOf(int column)
    {
        if (_columns[column] is { } known) return known;
        var values = _memory.Rent(_node.Input.Schema[column].Type);
        _rows[column].AppendTo(_slots.AsSpan(0, _count), values);
        return _columns[column] = values;
    }

    /// <summary>A value less a distance. A row without a value stands at an end of all values and stays there: with an offset it has its peers.</summary>
    static long Less(long value, long distance) =>
        value is long.MinValue or long.MaxValue ? value : (long)Int128.Clamp((Int128)value - distance, long.MinValue + 1, long.MaxValue - 1);

    /// <summary>Writes where the frame stands in a partition, and the states.</summary>
    public void Save(int number, StateWriter writer)
    {
        ref var position = ref _positions[number];
        writer.Write(NumberOf(position.Head));
        writer.Write(NumberOf(position.Tail));
        writer.Write(NumberOf(position.LastIn));
        writer.Write(position.Rows);
        writer.Write(position.Entered);
        foreach (var states in _states) states.Save(number, writer);
    }

    long NumberOf(int row) => row == 0 ? -1 : _chains[row - 1].Number;

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="number">The partition, which was reset.</param>
    /// <param name="rowOf">The row, as slot + 1, of a number in the chain; 0 = it is not there any more.</param>
    /// <param name="reader">Where it is read from.</param>
    public void Load(int number, Func<long, int> rowOf, ref StateReader reader)
    {
        ref var position = ref _positions[number];
        position.Head = rowOf(reader.Read<long>());
        position.Tail = rowOf(reader.Read<long>());
        position.LastIn = rowOf(reader.Read<long>());
        position.Rows = reader.Read<long>();
        position.Entered = reader.Read<long>();
        foreach (var states in _states) states.Load(number, ref reader);
        if (_extremes.Length == 0) return;
        for (var (row, rows) = (position.Head, position.Rows); rows > 0; rows--, row = _chains[row - 1].Next)
            foreach (var extreme in _extremes) extreme.Enter(number, row - 1);
    }

    public void Dispose()
    {
        foreach (var states in _states) states.Dispose();
        foreach (var extreme in _extremes) extreme.Dispose();
        foreach (var column in _columns) column?.Release();
        _owner.Charge(-32L * _positions.Length);
        _positions = [];
    }
}
