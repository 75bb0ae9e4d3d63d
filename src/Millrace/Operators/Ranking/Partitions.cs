using System.Collections.Immutable;
using System.Diagnostics;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Ranking;

/// <summary>The partitions of a ranking by number: which rows belong to them, which come too late, which have changed, and when they can be forgotten.</summary>
sealed class Partitions : IDisposable
{
    readonly TopN _node;
    readonly OperatorContext _context;
    readonly KeyLifetime _lifetime;
    readonly LateRows _late;
    readonly PriorityQueue<int, (long At, long Arrival)> _forgetting = new();
    readonly int[] _numbers;
    bool[] _isTouched = [];
    long[] _ends = [], _arrivals = [];
    long _arrived, _timeless;
    Column<long>? _times;
    long _final;

    public Partitions(TopN node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _lifetime = new(node.Input.Times, node.Input.TimeColumn, node.Partition, node.StateTtl, node.Late);
        ImmutableArray<DataType> types = [.. node.Partition.Select(c => node.Input.Schema[c].Type)];
        Keys = new(types, context.Memory, context.Owner);
        _late = new(context.Memory.BatchRows);
        _numbers = new int[context.Memory.BatchRows];
    }

    /// <summary>Their numbers.</summary>
    public KeyedTable Keys { get; }

    /// <summary>Partitions that have changed since they were told.</summary>
    public List<int> Touched { get; } = [];

    /// <summary>Whether partitions live for ever, so that no row has to be judged.</summary>
    public bool AreForEver => _lifetime.Column < 0;

    long BytesEach => AreForEver ? 1 : 17;

    /// <summary>Finds the partitions of a batch's rows.</summary>
    public ReadOnlySpan<int> Find(Batch batch, Frontier frontier)
    {
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        Keys.Find(batch, _node.Partition, [], numbers);
        _times = AreForEver ? null : (Column<long>)batch[_lifetime.Column];
        _final = frontier.Final.Microseconds;
        Grow();
        return numbers;
    }

    /// <summary>What becomes of a row.</summary>
    /// <param name="batch">The batch that was looked up last.</param>
    /// <param name="row">The row.</param>
    /// <param name="number">Its partition.</param>
    /// <param name="weight">Its weight; a row that is taken back is never reported.</param>
    public Verdict Judge(Batch batch, int row, int number, int weight)
    {
        var isHeld = Keys.IsHeld(number);
        if (_times is null) return isHeld ? Verdict.Belongs : Verdict.Begins;
        if (_lifetime.Renews && _times.IsNull(row))
        {
            _timeless++;
            LetGo(number);
            return Verdict.LeftOut;
        }
        var end = _lifetime.EndOf(batch, row);
        var mark = _lifetime.MarkOf(batch, row, _final);
        if (_lifetime.HasPassed(end, mark))
        {
            if (weight > 0) _late.Add(row, end, mark);
            LetGo(number);
            return Verdict.LeftOut;
        }
        if (!isHeld)
        {
            _ends[number] = end;
            return Verdict.Begins;
        }
        if (!_lifetime.Renews) return Verdict.Belongs;
        var begins = _times[row] >= _ends[number];
        if (end <= _ends[number]) return Verdict.Belongs;
        _ends[number] = end;
        Keys.MarkChanged(number); // a row that does not show lets it live longer too
        return begins ? Verdict.BeginsAnew : Verdict.Belongs;
    }

    /// <summary>Reports the rows that were left out of a batch.</summary>
    public void Report(Batch batch)
    {
        _late.Report(batch, _context.Reports, _node.View);
        if (_timeless > 0) _context.Reports.Timeless(_timeless, _node.View);
        _timeless = 0;
    }

    /// <summary>Begins a partition that nobody holds.</summary>
    public void Begin(int number)
    {
        Keys.Hold(number);
        _isTouched[number] = false;
        if (AreForEver) return;
        _arrivals[number] = _arrived++;
        _forgetting.Enqueue(number, (_lifetime.ForgetAt(_ends[number]), _arrivals[number]));
    }

    /// <summary>Says that a partition has changed.</summary>
    public void Touch(int number)
    {
        if (_isTouched[number]) return;
        _isTouched[number] = true;
        Touched.Add(number);
        Keys.MarkChanged(number);
    }

    /// <summary>Says that a partition is told.</summary>
    /// <returns>Whether there was anything to tell.</returns>
    public bool Settle(int number)
    {
        var was = _isTouched[number];
        _isTouched[number] = false;
        return was;
    }

    /// <summary>The next partition that time has passed, or -1; it is to be told and forgotten.</summary>
    public int NextPassed(Frontier frontier)
    {
        var final = frontier.Final.Microseconds;
        while (_forgetting.TryPeek(out var number, out var at) && (final == long.MaxValue || _lifetime.HasPassed(at.At, final)))
        {
            _forgetting.Dequeue();
            if (_arrivals[number] != at.Arrival || !Keys.IsHeld(number)) continue;
            var forgetAt = _lifetime.ForgetAt(_ends[number]);
            if (final == long.MaxValue || forgetAt <= at.At) return number;
            _forgetting.Enqueue(number, (forgetAt, at.Arrival)); // it had a row since
        }
        return -1;
    }

    /// <summary>Forgets a partition.</summary>
    public void Forget(int number)
    {
        Keys.MarkChanged(number);
        Keys.Release(number);
        _isTouched[number] = false;
        if (!AreForEver) _arrivals[number] = -1;
    }

    /// <summary>A key that was only looked up: where nobody holds it, it is to be swept.</summary>
    void LetGo(int number)
    {
        if (Keys.IsHeld(number)) return;
        Keys.Hold(number);
        Keys.Release(number);
    }

    public void Dispose()
    {
        Keys.Dispose();
        _context.Owner.Charge(-BytesEach * _isTouched.Length);
        (_isTouched, _ends, _arrivals) = ([], [], []);
    }

    public void SaveCommon(StateWriter writer) => writer.Write(_arrived);

    public void LoadCommon(ref StateReader reader) => _arrived = reader.Read<long>();

    /// <summary>Writes a partition's lifetime, after its key.</summary>
    public void Save(int number, StateWriter writer)
    {
        Debug.Assert(!_isTouched[number], "saved before it was told");
        if (!AreForEver) writer.Write(_ends[number]);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote, and gives the partition's number.</summary>
    public int Load(ref StateReader reader)
    {
        var number = Keys.LoadKey(ref reader);
        Grow();
        if (!AreForEver) _ends[number] = reader.Read<long>();
        Begin(number);
        return number;
    }

    void Grow()
    {
        if (Keys.Limit <= _isTouched.Length) return;
        var length = Math.Max(Keys.Limit, _isTouched.Length * 2);
        _context.Owner.Charge(BytesEach * (length - _isTouched.Length));
        Array.Resize(ref _isTouched, length);
        if (AreForEver) return;
        Array.Resize(ref _ends, length);
        Array.Resize(ref _arrivals, length);
    }
}

/// <summary>What becomes of a row.</summary>
enum Verdict
{
    /// <summary>It is too late, or has no time: it was noted.</summary>
    LeftOut,
    /// <summary>It belongs to its partition.</summary>
    Belongs,
    /// <summary>It is the first of its partition.</summary>
    Begins,
    /// <summary>It begins its partition anew: the rows so far stay as they are told.</summary>
    BeginsAnew,
}
