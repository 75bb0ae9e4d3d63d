using Millrace.Data;
using Millrace.Operators.Distinct;
using Millrace.Operators.Frames;
using Millrace.Operators.Ranking;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Gives every row with results computed from the rows before it in its partition, once time has passed the row and all before it are there.</summary>
/// <remarks>
/// Rows wait until the final frontier is past their time, are put in order (time, then ORDER BY, then whole rows) and appended to their partition's chain. Each frame then moves
/// forward over the chain; what no frame needs any more is freed. LEAD and FOLLOWING let a row wait for the rows behind it. Cost: a sort of what is due, and for each row and call one addition
/// and at most one removal.
/// </remarks>
sealed partial class OverOperator : IOperator, IStateful
{
    readonly Over _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly RowSlots _rows;
    readonly RowOrder _order;
    readonly Chains _chains;
    readonly PendingRows _pending;
    readonly OverOutput _out;
    readonly LateRows _late;
    readonly PriorityQueue<int, long> _forgetting = new();
    readonly Queue<int> _ending = new();
    readonly DueRows _due = new();
    readonly Comparison<int> _compare;
    readonly long _lag, _lead, _ttl;
    readonly long? _reach;
    readonly bool _measures;
    readonly ulong[] _leads;
    readonly int[] _rowNumbers, _numbers, _slots;
    int[] _partOf = []; // by slot: the partition of a row that waits
    int _position; // of the next row in what is due
    int _todo = -1; // the partition whose rows are given results
    bool _advances, _ends, _forgets, _endsRows;
    Frontier _frontier = Frontier.Start;
    Dictionary<int, List<(long Time, int Slot)>>? _waiting;

    public OverOperator(Over node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var schema = node.Input.Schema;
        _keys = new([.. node.Partition.Select(c => schema[c].Type)], context.Memory, context.Owner);
        _rows = new(schema, context.Memory, context.Owner);
        _order = new(node.Order, _rows, schema.Count, context.Owner);
        _chains = new(context.Owner);
        _pending = new(MemoryAccountant.DefaultBatchRows, context.Owner);
        _out = new(node, _chains, _rows, context);
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_leads, _rowNumbers, _numbers, _slots) = (new ulong[rows], new int[rows], new int[rows], new int[rows]);
        _lag = node.Release?.LagMicroseconds ?? 0;
        _lead = node.Calls.Max(c => c.Ahead);
        _ttl = node.StateTtl is { } ttl && !node.PartitionsPass && node.Release is not null ? Math.Max(1, PlanBuilder.LongestMicroseconds(ttl)) : long.MaxValue;
        _reach = node.PartitionsPass ? 0 : node.Reach;
        _measures = node.Order.Length > 0 && schema[node.Order[0].Column].Type.Storage is Storage.Int or Storage.Long;
        _compare = Compare;
    }

    int Compare(int a, int b)
    {
        var (left, right) = (_partOf[a], _partOf[b]);
        return left != right ? left.CompareTo(right) : _order.Compare(a, b);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Finish(output);
        _waiting = null;
        var count = Accept(batch);
        if (count == 0) return;
        var rows = _rowNumbers.AsSpan(0, count);
        var numbers = _numbers.AsSpan(0, count);
        _keys.Find(batch, _node.Partition, rows, numbers);
        foreach (var number in numbers)
            if (!_keys.IsHeld(number)) Begin(number);
        LeadingKey.Compute(batch, _node.Order, _leads);
        var copies = batch.Weights is { } weights && weights.Values.ContainsAnyExcept(1) ? weights : null;
        if (copies is null) Keep(batch, rows, numbers);
        else
        {
            // A row that stands there twice is two rows.
            for (var i = 0; i < count; i++)
                for (var copy = copies[rows[i]]; copy > 0; copy--) Keep(batch, rows.Slice(i, 1), numbers.Slice(i, 1));
        }
    }

    /// <summary>Copies rows to wait for their time.</summary>
    void Keep(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> numbers)
    {
        var slots = _slots.AsSpan(0, rows.Length);
        for (var i = 0; i < slots.Length; i++) slots[i] = _rows.Take();
        _rows.Set(slots, batch, rows);
        GrowSlots();
        var times = _node.Release is { } release ? (Column<long>)batch[release.Column] : null;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            _order.SetLead(slot, _leads[rows[i]]);
            _partOf[slot] = numbers[i];
            _chains[slot].Value = _measures ? Measure(batch[_node.Order[0].Column], rows[i]) : 0;
            _chains.PartOf(numbers[i]).Pending++;
            _keys.MarkChanged(numbers[i]);
            _pending.Add(slot, times is null ? long.MaxValue - 1 : times[rows[i]]); // without a time they wait for the end
        }
    }

    /// <summary>What RANGE measures distances by: the value of the order's column, turned where it goes downwards.</summary>
    long Measure(Column column, int row)
    {
        var key = _node.Order[0];
        if (column.IsNull(row)) return key.NullsFirst ? long.MinValue : long.MaxValue;
        var value = column is Column<int> ints ? ints[row] : ((Column<long>)column)[row];
        return !key.Descending ? value : value == long.MinValue ? long.MaxValue : -value;
    }

    /// <summary>The rows that have a time and are not too late.</summary>
    int Accept(Batch batch)
    {
        var count = 0;
        if (_node.Release is not { } release)
        {
            for (; count < batch.RowCount; count++) _rowNumbers[count] = count;
            return count;
        }
        var times = (Column<long>)batch[release.Column];
        var final = _frontier.Final.Microseconds;
        var timeless = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (times.IsNull(row))
            {
                timeless++;
                continue;
            }
            var mark = batch.Watermarks is { } watermarks ? Math.Max(final, watermarks[row]) : final;
            var end = Plus(times[row], _lag);
            if (end < mark) _late.Add(row, end, mark);
            else _rowNumbers[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
        return count;
    }

    void Begin(int number)
    {
        _keys.Hold(number);
        _chains.EnsureParts(_keys.Limit);
        _out.EnsureParts(_keys.Limit);
        _chains.PartOf(number) = default;
        _out.Reset(number);
    }

    void GrowSlots()
    {
        _order.EnsureSlots(_rows.Limit);
        _chains.EnsureSlots(_rows.Limit);
        _out.EnsureSlots(_rows.Limit);
        if (_rows.Limit <= _partOf.Length) return;
        var length = Math.Max(_rows.Limit, Math.Max(16, _partOf.Length * 2));
        _context.Owner.Charge(4L * (length - _partOf.Length));
        Array.Resize(ref _partOf, length);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Finish(output);
        _frontier = frontier;
        var final = frontier.Final.Microseconds;
        _pending.TakeBefore(final == long.MaxValue ? final : final < long.MinValue + _lag ? long.MinValue : final - _lag, _due);
        _due.Sort(_compare);
        if (_due.Count > 0) _waiting = null;
        _ends = frontier == Frontier.End;
        _advances = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (!_advances) return false;
        while (true)
        {
            if (_todo >= 0)
            {
                if (!GiveResults(_todo, _forgets, output)) return true;
                if (_forgets) Forget(_todo);
                else Trim(_todo);
                (_todo, _forgets) = (-1, false);
            }
            else if (_position < _due.Count) AppendPeers();
            else if (NextPassed() is var passed and >= 0) (_todo, _forgets) = (passed, true);
            else if (_ends) QueueRest();
            else break;
        }
        _due.Clear();
        _position = 0;
        _out.Flush(output);
        _keys.SweepIfDue();
        _advances = false;
        output.Advance(_frontier);
        return false;
    }

    /// <summary>Appends the next rows that are due and peers of each other to their partition.</summary>
    void AppendPeers()
    {
        var (time, first) = (_due.TimeOf(_position), _due[_position]);
        var number = _partOf[first];
        ref var part = ref _chains.PartOf(number);
        if (part.Rows > 0 && time >= Plus(part.LastTime, _ttl))
        {
            // It begins anew, when those before it have their results.
            if (part.Todo != 0)
            {
                EndRows(number);
                return;
            }
            FreeRows(number);
            part = new() { Pending = part.Pending, IsQueued = part.IsQueued };
            _out.Reset(number);
        }
        var begins = true;
        do
        {
            var slot = _due[_position++];
            part.Pending--;
            _chains.Append(number, slot, begins);
            _out.Appended(number, slot);
            begins = false;
        }
        while (_position < _due.Count && _due.TimeOf(_position) == time && _partOf[_due[_position]] == number && _order.ArePeers(first, _due[_position]));
        part.LastTime = time;
        _keys.MarkChanged(number);
        if (!part.IsQueued && _reach is not null)
        {
            part.IsQueued = true;
            _forgetting.Enqueue(number, PassesAt(time));
        }
        _todo = number;
    }

    /// <summary>Gives the rows of a partition their results although no more rows come behind them.</summary>
    void EndRows(int number)
    {
        _endsRows = true;
        _todo = number;
    }

    long PassesAt(long time) => Plus(Plus(time, _reach ?? 0), _lag);

    /// <summary>Gives results to the rows of a partition that can have them.</summary>
    /// <param name="number">The partition.</param>
    /// <param name="isComplete">Whether no row follows any more.</param>
    /// <param name="output">Where batches go.</param>
    /// <returns>False where it must wait for room.</returns>
    bool GiveResults(int number, bool isComplete, IOutput output)
    {
        isComplete |= _endsRows;
        ref var part = ref _chains.PartOf(number);
        while (part.Todo != 0)
        {
            var first = part.Todo - 1;
            var last = part.Last - 1;
            if (_lead > 0)
            {
                for (last = first; _chains[last].Next is var next and not 0 && _chains[next - 1].Group == _chains[first].Group;) last = next - 1;
                if (!isComplete && part.Rows - 1 - _chains[last].Number < _lead) break;
            }
            part.Todo = _out.Add(number, first, last);
            if (!_out.IsFull) continue;
            _out.Flush(output);
            if (output.IsFull) return false;
        }
        _endsRows = false;
        return true;
    }

    /// <summary>Frees the rows of a partition that nobody needs any more.</summary>
    void Trim(int number)
    {
        ref var part = ref _chains.PartOf(number);
        var needed = _out.Needs(number, part.Todo == 0 ? part.Rows : _chains[part.Todo - 1].Number);
        while (part.First != 0 && _chains[part.First - 1].Number < needed)
        {
            var slot = part.First - 1;
            part.First = _chains[slot].Next;
            if (!_chains[slot].IsPinned) _out.FreeAfterwards(slot);
        }
    }

    void FreeRows(int number)
    {
        ref var part = ref _chains.PartOf(number);
        for (var row = part.First; row != 0; row = _chains[row - 1].Next)
            if (!_chains[row - 1].IsPinned) _out.FreeAfterwards(row - 1);
        _out.FreePinned(number);
        (part.First, part.Last) = (0, 0);
    }

    void Forget(int number)
    {
        FreeRows(number);
        _keys.MarkChanged(number);
        _chains.PartOf(number) = default;
        _out.Reset(number);
        _keys.Release(number);
    }

    /// <summary>The next partition that no later row can need, or -1.</summary>
    int NextPassed()
    {
        var final = _frontier.Final.Microseconds;
        if (_ending.TryDequeue(out var ending)) return ending;
        while (_forgetting.TryPeek(out var number, out var at) && (at < final || final == long.MaxValue))
        {
            _forgetting.Dequeue();
            ref var part = ref _chains.PartOf(number);
            if (!_keys.IsHeld(number) || !part.IsQueued) continue;
            part.IsQueued = false;
            if (part.Pending > 0 && final != long.MaxValue) continue; // its next row queues it again
            var passes = PassesAt(part.LastTime);
            if (passes < final || final == long.MaxValue) return number;
            part.IsQueued = true;
            _forgetting.Enqueue(number, passes);
        }
        return -1;
    }

    /// <summary>At the end of time no partition gets another row.</summary>
    void QueueRest()
    {
        _ends = false;
        for (var number = 0; number < _keys.Limit; number++)
            if (_keys.IsUsed(number) && _keys.IsHeld(number)) _ending.Enqueue(number);
    }

    static long Plus(long time, long length) => time > long.MaxValue - length ? long.MaxValue : time + length;

    void Finish(IOutput output)
    {
        while (_advances) Resume(output);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _rows.Dispose();
        _order.Dispose();
        _chains.Dispose();
        _pending.Dispose();
        _out.Dispose();
        _context.Owner.Charge(-4L * _partOf.Length);
        _partOf = [];
    }
}
