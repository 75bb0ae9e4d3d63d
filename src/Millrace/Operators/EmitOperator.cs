using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Adds up changes row by row and tells a row when the closed frontier has passed it (and changes of it afterwards), or once when the final frontier has.</summary>
/// <remarks>
/// A row is past when the frontier is past the earliest of its times, each with its lag; a row without any at the end. Rows are told in the order of their times, then of
/// their arrival. What adds up to nothing before its time is never told. Cost: one look-up of the whole row a change, memory for every row that is not past.
/// </remarks>
sealed class EmitOperator : IOperator, IStateful
{
    const byte IsClosed = 1, IsTouched = 2;

    readonly EmitRows _node;
    readonly OperatorContext _context;
    readonly bool _isFinal;
    readonly KeyedTable _rows;
    readonly System.Collections.Immutable.ImmutableArray<int> _columns; // those that somebody reads: the others need not be alike
    readonly int[] _places; // of each column among them, or -1
    readonly PriorityQueue<int, (long Due, long Arrival)> _closing = new(), _finishing = new();
    readonly List<int> _touched = [];
    readonly int[] _numbers, _out, _outWeights;
    int _outCount, _position;
    long[] _counts = [], _told = [], _due = [], _arrivals = [];
    byte[] _flags = [];
    long _arrived, _held;
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;

    public EmitOperator(EmitRows node, OperatorContext context)
    {
        (_node, _context, _isFinal) = (node, context, node.Port == Ports.Final);
        _columns = [.. Enumerable.Range(0, node.Schema.Count).Where(c => context.Used is null || context.Used[c])];
        _places = [.. Enumerable.Range(0, node.Schema.Count).Select(c => _columns.IndexOf(c))];
        _rows = new([.. _columns.Select(c => node.Schema[c].Type)], context.Memory, context.Owner) { Route = node.Key.IsEmpty ? null : [.. node.Key.Select(c => _columns.IndexOf(c))] };
        var rows = context.Memory.BatchRows;
        (_numbers, _out, _outWeights) = (new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        if (batch.RowCount == 0) return;
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        _rows.Find(batch, _columns, [], numbers);
        Grow();
        for (var row = 0; row < numbers.Length; row++)
        {
            var number = numbers[row];
            if (!_rows.IsHeld(number)) Begin(number, DueOf(batch, row));
            _counts[number] += batch.Weights is { } weights ? weights[row] : 1;
            _rows.MarkChanged(number);
            if (_isFinal || (_flags[number] & IsTouched) != 0) continue;
            _flags[number] |= IsTouched;
            _touched.Add(number);
        }
    }

    void Begin(int number, long due)
    {
        _rows.Hold(number);
        _held++;
        (_counts[number], _told[number], _due[number], _flags[number], _arrivals[number]) = (0, 0, due, 0, _arrived++);
        Schedule(number);
    }

    void Schedule(int number)
    {
        if (!_isFinal && (_flags[number] & IsClosed) == 0) _closing.Enqueue(number, (_due[number], _arrivals[number]));
        _finishing.Enqueue(number, (_due[number], _arrivals[number]));
    }

    /// <summary>The time that the frontier must be past: the earliest that any time column of the row says.</summary>
    long DueOf(Batch batch, int row)
    {
        var due = long.MaxValue;
        foreach (var time in _node.Times)
        {
            var column = (Column<long>)batch[time.Column];
            if (column.IsNull(row)) continue;
            var value = column[row];
            due = Math.Min(due, value > long.MaxValue - time.LagMicroseconds ? long.MaxValue : value + time.LagMicroseconds);
        }
        return due;
    }

    void Grow()
    {
        if (_rows.Limit <= _counts.Length) return;
        var length = Math.Max(_rows.Limit, _counts.Length * 2);
        _context.Owner.Charge(33L * (length - _counts.Length));
        Array.Resize(ref _counts, length);
        Array.Resize(ref _told, length);
        Array.Resize(ref _due, length);
        Array.Resize(ref _arrivals, length);
        Array.Resize(ref _flags, length);
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        FinishTelling(output);
        _tells = true;
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishTelling(output);
        _frontier = frontier;
        _advances = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_tells)
        {
            for (; _position < _touched.Count; _position++)
            {
                var number = _touched[_position];
                _flags[number] &= unchecked((byte)~IsTouched);
                if ((_flags[number] & IsClosed) != 0 && TellChange(number, output) && output.IsFull)
                {
                    _position++;
                    return true;
                }
                ForgetIfNothing(number);
            }
            _tells = false;
            _position = 0;
            _touched.Clear();
            Flush(output);
            _rows.SweepIfDue();
        }
        if (!_advances) return false;
        while (Next(_closing, _frontier.Closed) is var number and >= 0)
        {
            _flags[number] |= IsClosed;
            _rows.MarkChanged(number);
            if (TellChange(number, output) && output.IsFull) return true;
        }
        while (Next(_finishing, _frontier.Final) is var number and >= 0)
        {
            var pushed = TellChange(number, output);
            Forget(number);
            if (pushed && output.IsFull) return true;
        }
        Flush(output);
        _rows.SweepIfDue();
        _advances = false;
        output.Advance(_frontier);
        return false;
    }

    /// <summary>The next row that a frontier is past, or -1.</summary>
    int Next(PriorityQueue<int, (long Due, long Arrival)> queue, Timestamp frontier)
    {
        while (queue.TryPeek(out var number, out var at) && (at.Due < frontier.Microseconds || frontier == Timestamp.MaxValue))
        {
            queue.Dequeue();
            if (_arrivals[number] == at.Arrival && _rows.IsHeld(number)) return number;
        }
        return -1;
    }

    /// <summary>Tells what a row's count is more or less than was told.</summary>
    /// <returns>Whether a batch was emitted.</returns>
    bool TellChange(int number, IOutput output)
    {
        var pushed = false;
        for (; _told[number] != _counts[number];)
        {
            var weight = _counts[number] > _told[number] ? 1 : -1;
            _told[number] += weight;
            _out[_outCount] = number;
            _outWeights[_outCount++] = weight;
            if (_outCount < _out.Length) continue;
            Flush(output);
            pushed = true;
        }
        return pushed;
    }

    void Flush(IOutput output)
    {
        if (_outCount == 0) return;
        var batch = _context.Memory.RentBatch(_node.Schema);
        batch.RowCount = _outCount;
        for (var c = 0; c < _node.Schema.Count; c++)
        {
            if (_places[c] < 0)
            {
                batch.Add(_context.Memory.RentNulls(_node.Schema[c].Type, _outCount));
                continue;
            }
            var column = _context.Memory.Rent(_node.Schema[c].Type);
            _rows.AppendKeys(_places[c], _out.AsSpan(0, _outCount), column);
            batch.Add(column);
        }
        var weights = _outWeights.AsSpan(0, _outCount);
        if (weights.Contains(-1))
        {
            batch.Weights = _context.Memory.Rent<int>(DataType.Integer);
            batch.Weights.Length = _outCount;
            weights.CopyTo(batch.Weights.Values);
        }
        _outCount = 0;
        output.Push(batch);
    }

    void ForgetIfNothing(int number)
    {
        if (_rows.IsHeld(number) && _counts[number] == 0 && _told[number] == 0) Forget(number);
    }

    void Forget(int number)
    {
        _rows.MarkChanged(number);
        _rows.Release(number);
        _arrivals[number] = -1;
        _held--;
    }

    void FinishTelling(IOutput output)
    {
        while (_tells || _advances) Resume(output);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _context.Owner.Charge(-33L * _counts.Length);
        (_counts, _told, _due, _arrivals, _flags) = ([], [], [], [], []);
    }

    public long StateRows => _held;

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_frontier);
        writer.Write(_arrived);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _frontier = reader.Read<Frontier>();
        _arrived = reader.Read<long>();
    }

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var number in _rows.SaveChanged(saver))
        {
            writer.Write(_counts[number]);
            writer.Write(_told[number]);
            writer.Write(_due[number]);
            writer.Write(_arrivals[number]);
            writer.Write(_flags[number]);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var number = _rows.LoadHeld(ref reader);
        _held++;
        Grow();
        _counts[number] = reader.Read<long>();
        _told[number] = reader.Read<long>();
        _due[number] = reader.Read<long>();
        _arrivals[number] = reader.Read<long>();
        _flags[number] = reader.Read<byte>();
        Schedule(number);
    }
}
