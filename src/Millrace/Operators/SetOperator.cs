using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Counts equal rows of each input, and tells at the barrier how much more or less often a row is given than was told.</summary>
/// <remarks>Cost: one look-up of the whole row a change, and memory for every different row until time has passed it or no input has it any more.</remarks>
sealed class SetOperator : IOperator, IStateful
{
    readonly SetOperation _node;
    readonly OperatorContext _context;
    readonly KeyedTable _rows;
    readonly ImmutableArray<int> _columns;
    readonly LateRows _late;
    readonly PriorityQueue<int, long> _passing = new();
    readonly List<int> _touched = [];
    readonly int[] _accepted, _numbers, _out, _outWeights, _outCopies;
    int _outCount, _position;
    Entry[] _entries = [];
    long _held;
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;

    /// <summary>A row: how often the inputs have it, how often it was told, and the time that must pass until nothing changes it.</summary>
    struct Entry
    {
        public long Left, Right, Told, Due;
        public bool IsTouched;
    }

    public SetOperator(SetOperation node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var schema = node.All[0].Schema;
        _columns = [.. Enumerable.Range(0, schema.Count)];
        _rows = new([.. schema.Fields.Select(f => f.Type)], context.Memory, context.Owner);
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_accepted, _numbers, _out, _outWeights, _outCopies) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        var count = Accept(batch);
        if (count == 0) return;
        var rows = _accepted.AsSpan(0, count);
        var numbers = _numbers.AsSpan(0, count);
        _rows.Find(batch, _columns, rows, numbers);
        Grow();
        for (var i = 0; i < count; i++)
        {
            var (number, weight) = (numbers[i], batch.Weights is { } weights ? weights[rows[i]] : 1);
            ref var entry = ref _entries[number];
            if (!_rows.IsHeld(number))
            {
                _rows.Hold(number);
                _held++;
                entry = new() { Due = DueOf(batch, rows[i]) };
                if (entry.Due != long.MaxValue) _passing.Enqueue(number, entry.Due);
            }
            if (input == 0) entry.Left += weight;
            else entry.Right += weight;
            if (entry.IsTouched) continue;
            entry.IsTouched = true;
            _touched.Add(number);
            _rows.MarkChanged(number);
        }
    }

    /// <summary>The rows that are not too late.</summary>
    int Accept(Batch batch)
    {
        var count = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (!_node.Times.IsEmpty)
            {
                var due = DueOf(batch, row);
                var final = _frontier.Final.Microseconds;
                var mark = batch.Watermarks is { } watermarks ? Math.Max(final, watermarks[row]) : final;
                if (due < mark)
                {
                    if (batch.Weights is not { } weights || weights[row] > 0) _late.Add(row, due, mark);
                    continue;
                }
            }
            _accepted[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        return count;
    }

    long DueOf(Batch batch, int row)
    {
        var due = long.MaxValue;
        foreach (var time in _node.Times)
        {
            var column = (Column<long>)batch[time.Column];
            if (!column.IsNull(row)) due = Math.Min(due, column[row] > long.MaxValue - time.LagMicroseconds ? long.MaxValue : column[row] + time.LagMicroseconds);
        }
        return due;
    }

    void Grow()
    {
        if (_rows.Limit <= _entries.Length) return;
        var length = Math.Max(_rows.Limit, _entries.Length * 2);
        _context.Owner.Charge(40L * (length - _entries.Length));
        Array.Resize(ref _entries, length);
    }

    /// <summary>How often a row is given.</summary>
    long Times(in Entry entry)
    {
        var (left, right) = (Math.Max(0, entry.Left), Math.Max(0, entry.Right));
        return _node.Kind switch
        {
            SetKind.Distinct => Math.Min(left, 1),
            SetKind.Intersect => Math.Min(Math.Min(left, right), 1),
            SetKind.IntersectAll => Math.Min(left, right),
            SetKind.Except => right > 0 ? 0 : Math.Min(left, 1),
            SetKind.ExceptAll => Math.Max(0, left - right),
            _ => left,
        };
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
        _tells = frontier == Frontier.End; // what time never passes is told before the end
        _advances = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_tells)
        {
            while (_position < _touched.Count)
            {
                var number = _touched[_position];
                while (Tell(number, output))
                    if (output.IsFull) return true;
                _position++;
                if (_rows.IsHeld(number) && _entries[number] is { Left: 0, Right: 0, Told: 0 }) Forget(number);
            }
            _tells = false;
            _position = 0;
            _touched.Clear();
            Flush(output);
            _rows.SweepIfDue();
        }
        if (!_advances) return false;
        var final = _frontier.Final.Microseconds;
        while (_passing.TryPeek(out var number, out var due) && (due < final || final == long.MaxValue))
        {
            // A number that was given to another row since has another time.
            if (_rows.IsUsed(number) && _rows.IsHeld(number) && _entries[number].Due == due)
            {
                while (Tell(number, output))
                    if (output.IsFull) return true;
                Forget(number);
            }
            _passing.Dequeue();
        }
        Flush(output);
        if (_touched.Count == 0) _rows.SweepIfDue();
        _advances = false;
        output.Advance(_frontier);
        return false;
    }

    /// <summary>Tells how much more or less often a row is given than was told.</summary>
    /// <returns>Whether a batch was emitted; then there may be more to tell of the row.</returns>
    bool Tell(int number, IOutput output)
    {
        ref var entry = ref _entries[number];
        for (var times = Times(entry); entry.IsTouched && entry.Told != times;)
        {
            var weight = times > entry.Told ? 1 : -1;
            (_out[_outCount], _outWeights[_outCount], _outCopies[_outCount]) = (number, weight, (int)(weight > 0 ? entry.Told : entry.Told - 1));
            entry.Told += weight;
            if (++_outCount < _out.Length) continue;
            Flush(output);
            return true;
        }
        entry.IsTouched = false;
        return false;
    }

    void Flush(IOutput output)
    {
        if (_outCount == 0) return;
        var batch = _context.Memory.RentBatch(_node.Schema);
        batch.RowCount = _outCount;
        for (var c = 0; c < _columns.Length; c++)
        {
            var column = _context.Memory.Rent(_node.Schema[c].Type);
            _rows.AppendKeys(c, _out.AsSpan(0, _outCount), column);
            batch.Add(column);
        }
        if (_node.NumbersCopies) batch.Add(Numbers(_outCopies));
        if (_outWeights.AsSpan(0, _outCount).ContainsAnyExcept(1)) batch.Weights = Numbers(_outWeights);
        _outCount = 0;
        output.Push(batch);
    }

    Column<int> Numbers(int[] from)
    {
        var column = _context.Memory.Rent<int>(DataType.Integer);
        column.Length = _outCount;
        from.AsSpan(0, _outCount).CopyTo(column.Values);
        return column;
    }

    void Forget(int number)
    {
        _rows.MarkChanged(number);
        _rows.Release(number);
        _entries[number].Due = long.MinValue;
        _held--;
    }

    void FinishTelling(IOutput output)
    {
        while (_tells || _advances) Resume(output);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _context.Owner.Charge(-40L * _entries.Length);
        _entries = [];
    }

    public long StateRows => _held;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var number in _rows.SaveChanged(saver))
        {
            writer.Write(in _entries[number]);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var number = _rows.LoadHeld(ref reader);
        _held++;
        Grow();
        _entries[number] = reader.Read<Entry>();
        if (_entries[number].Due != long.MaxValue) _passing.Enqueue(number, _entries[number].Due);
    }
}
