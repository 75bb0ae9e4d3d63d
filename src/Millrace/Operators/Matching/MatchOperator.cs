using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Matching;

/// <summary>MATCH_RECOGNIZE: keeps rows until the final frontier has passed their time, then looks for matches in each partition in order of time.</summary>
/// <remarks>
/// Kept are the rows from the start of the match that is looked for on (and as many before it as PREV may ask for), and nothing where the next row is to begin it. What attempts
/// there are follows from these rows, so it is not saved but found again. Cost of a row: a look-up of its partition, a copy of its columns, and a condition or two for each attempt.
/// What runs once a row is compiled fully at once: methods without loops would otherwise stay as they are first compiled for the first seconds.
/// </remarks>
sealed class MatchOperator : IOperator, IStateful
{
    readonly MatchRecognize _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly Matching _matching;
    readonly RowStore _rows;
    readonly Partitions _partitions;
    readonly Search _search;
    readonly TimeQueue _waiting, _running; // rows by their time; partitions by the start of a match that may run out of time
    readonly MatchRows _out;
    readonly TiedRows _tied;
    readonly LateRows _late;
    readonly long _within;
    readonly int _before; // rows before the start that PREV may ask for
    readonly bool _numbers;
    readonly int[] _accepted, _numbersOf, _slots;
    bool _advances;
    int _tiedAt, _endAt;
    Frontier _frontier = Frontier.Start;

    public MatchOperator(MatchRecognize node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keys = new([.. node.Partition.Select(p => node.Input.Schema[p].Type)], context.Memory, context.Owner);
        _matching = new(node, context);
        _rows = _matching.Rows;
        _partitions = new(context.Owner);
        _search = new(node, _matching);
        (_waiting, _running) = (new(context.Owner), new(context.Owner));
        _out = new(node, _matching);
        _tied = new(node, _rows);
        _within = node.WithinMicroseconds ?? long.MaxValue;
        _before = node.Pattern.SelectMany(e => e.Items).Concat(node.Items).Where(i => i.Kind == PatternItemKind.Previous).Select(i => i.Offset).DefaultIfEmpty(0).Max();
        _numbers = node.Items.Any(i => i.Kind == PatternItemKind.MatchNumber);
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_accepted, _numbersOf, _slots) = (new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        var count = Accept(batch);
        if (count == 0) return;
        var rows = _accepted.AsSpan(0, count);
        var numbers = _numbersOf.AsSpan(0, count);
        var slots = _slots.AsSpan(0, count);
        if (_node.Partition.IsEmpty) numbers.Fill(_keys.Only());
        else _keys.Find(batch, _node.Partition, rows, numbers);
        _partitions.Ensure(_keys.Limit);
        Take(batch, rows, numbers, slots);
        if (batch.Weights is not { } weights) return;
        for (var i = 0; i < count; i++)
            for (var copies = weights[rows[i]]; copies > 1; copies--) Take(batch, rows.Slice(i, 1), numbers.Slice(i, 1), slots.Slice(i, 1));
    }

    /// <summary>Finds the rows that have a time and are not late.</summary>
    int Accept(Batch batch)
    {
        var times = (Column<long>)batch[_node.Order[0].Column];
        var (count, timeless) = (0, 0L);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (batch.Weights is { } weights && weights[row] <= 0)
            {
                if (weights[row] == 0) continue;
                throw new InvalidOperationException($"{_node.View}: MATCH_RECOGNIZE cannot take rows back. Read its input EMIT FINAL.");
            }
            var time = times[row];
            if (times.IsNull(row) || time is long.MinValue or long.MaxValue)
            {
                timeless++;
                continue;
            }
            var mark = _frontier.Final.Microseconds;
            if (batch.Watermarks is { } watermarks) mark = Math.Max(mark, watermarks[row]);
            if (time < mark) _late.Add(row, time, mark);
            else _accepted[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
        return count;
    }

    void Take(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> numbers, Span<int> slots)
    {
        _rows.Add(batch, rows, slots);
        for (var i = 0; i < slots.Length; i++) Wait(slots[i], numbers[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Wait(int slot, int partition)
    {
        _rows.Keys[slot] = partition;
        _keys.Hold(partition);
        _keys.MarkChanged(partition);
        var first = _partitions.Waiting[partition];
        (_rows.Next[slot], _rows.Previous[slot]) = (first, -1);
        if (first >= 0) _rows.Previous[first] = slot;
        _partitions.Waiting[partition] = slot;
        _waiting.Add(_rows.Times[slot], slot);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishTelling(output);
        _frontier = frontier;
        _advances = true;
        Resume(output);
    }

    public void OnBarrier(long epoch, IOutput output) => FinishTelling(output);

    public bool Resume(IOutput output)
    {
        if (!_advances) return false;
        var final = _frontier.Final.Microseconds;
        _out.Output = output;
        while (true)
        {
            for (; _tiedAt < _tied.Count; _tiedAt++)
            {
                Feed(_tied[_tiedAt]);
                if (!_out.MustWait) continue;
                _tiedAt++;
                return true;
            }
            _tiedAt = 0;
            if (!_tied.Take(_waiting, final)) break;
        }
        if (_node.WithinMicroseconds is not null)
        {
            while (_running.TryTake(final > long.MinValue + _within ? final - _within + (final == long.MaxValue ? 0 : 1) : long.MinValue, out _, out var partition))
            {
                RunOut(partition, final);
                if (_out.MustWait) return true;
            }
        }
        if (_frontier.Final == Timestamp.MaxValue)
        {
            for (; _endAt < _partitions.First.Length; _endAt++)
            {
                RunOut(_endAt, long.MaxValue);
                if (!_out.MustWait) continue;
                _endAt++;
                return true;
            }
        }
        _out.Push();
        _keys.SweepIfDue();
        _advances = false;
        output.Advance(_frontier);
        return false;
    }

    void FinishTelling(IOutput output)
    {
        while (_advances) Resume(output);
    }

    /// <summary>A row's turn has come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Feed(int slot)
    {
        var partition = _rows.Keys[slot];
        Unlink(slot, partition);
        Link(slot, partition);
        _keys.MarkChanged(partition);
        Look(partition, slot);
        Settle(partition);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Unlink(int slot, int partition)
    {
        var (next, previous) = (_rows.Next[slot], _rows.Previous[slot]);
        if (next >= 0) _rows.Previous[next] = previous;
        if (previous >= 0) _rows.Next[previous] = next;
        else _partitions.Waiting[partition] = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Link(int slot, int partition)
    {
        var last = _partitions.Last[partition];
        (_rows.Next[slot], _rows.Previous[slot]) = (-1, last);
        if (last >= 0) _rows.Next[last] = slot;
        else _partitions.First[partition] = slot;
        _partitions.Last[partition] = slot;
    }

    /// <summary>Shows rows to the search, from one on, and goes on from match to match until more rows are needed.</summary>
    void Look(int partition, int slot)
    {
        while (slot >= 0)
        {
            ref var start = ref _partitions.Start[partition];
            ref var attempts = ref _partitions.Attempts[partition];
            if (start < 0)
            {
                start = slot;
                attempts = _search.Begin(slot);
            }
            else if (_rows.Times[slot] - _rows.Times[start] >= _within)
            {
                slot = Conclude(partition, _search.End(attempts));
                continue;
            }
            else attempts = _search.Advance(attempts, start, slot);
            if (attempts < 0 || _search.IsComplete(attempts)) slot = Conclude(partition, attempts);
            else slot = _rows.Next[slot];
        }
    }

    /// <summary>No more rows can come for the match that is looked for.</summary>
    void RunOut(int partition, long final)
    {
        if (_partitions.Start[partition] < 0) return;
        _keys.MarkChanged(partition);
        while (_partitions.Start[partition] is var start and >= 0 && (final == long.MaxValue || _rows.Times[start] + _within <= final))
            Look(partition, Conclude(partition, _search.End(_partitions.Attempts[partition])));
        Settle(partition);
    }

    /// <summary>The search has found a match, or that there is none (-1).</summary>
    /// <returns>The row with which the next one begins, or -1 where it has not come yet.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Conclude(int partition, int match)
    {
        var start = _partitions.Start[partition];
        var next = _rows.Next[start];
        if (match >= 0)
        {
            _out.Add(match, start, ++_partitions.Matches[partition]);
            var goesOn = _node.Skip switch
            {
                SkipMode.PastLastRow => _rows.Next[_out.LastOf(match)],
                SkipMode.ToFirst => _matching.Attempts.FirstOf(match, _node.SkipTo),
                SkipMode.ToLast => _matching.Attempts.LastOf(match, _node.SkipTo),
                _ => next,
            };
            if (_node.Skip == SkipMode.PastLastRow || goesOn >= 0 && goesOn != start) next = goesOn;
        }
        _matching.Attempts.FreeAll(_partitions.Attempts[partition]);
        (_partitions.Start[partition], _partitions.Attempts[partition]) = (-1, -1);
        return next;
    }

    /// <summary>Frees the rows that nothing can ask for any more, and lists the start to run out of time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Settle(int partition)
    {
        var start = _partitions.Start[partition];
        if (start >= 0)
        {
            if (_node.WithinMicroseconds is not null && _partitions.Listed[partition] != _rows.Times[start])
            {
                _partitions.Listed[partition] = _rows.Times[start];
                _running.Add(_rows.Times[start], partition);
            }
        }
        else _partitions.Listed[partition] = long.MinValue;
        FreeRows(partition, start);
    }

    void FreeRows(int partition, int start)
    {
        var keep = start;
        var steps = _before;
        if (start < 0 && _before > 0) (keep, steps) = (_partitions.Last[partition], _before - 1);
        while (steps-- > 0 && keep >= 0 && _rows.Previous[keep] >= 0) keep = _rows.Previous[keep];
        var row = _partitions.First[partition];
        while (row != keep)
        {
            var next = _rows.Next[row];
            _rows.Free(row);
            LetGo(partition);
            row = next;
        }
        _partitions.First[partition] = keep;
        if (keep >= 0) _rows.Previous[keep] = -1;
        else _partitions.Last[partition] = -1;
    }

    void LetGo(int partition)
    {
        _keys.Release(partition);
        if (_keys.IsHeld(partition)) return;
        if (_numbers && _partitions.Matches[partition] > 0) _keys.Hold(partition); // its next match has the next number
        else _partitions.Matches[partition] = 0;
    }

    public void Dispose()
    {
        _out.Dispose();
        _search.Dispose();
        _matching.Dispose();
        _partitions.Dispose();
        _waiting.Dispose();
        _running.Dispose();
        _keys.Dispose();
    }

    public long StateRows => _rows.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var partition in _keys.SaveChanged(saver))
        {
            writer.Write(_partitions.Matches[partition]);
            SaveRows(_partitions.First[partition], _partitions.Start[partition], writer);
            SaveRows(_partitions.Waiting[partition], -1, writer);
        }
    }

    /// <summary>Writes a list of rows and where in it a match begins.</summary>
    void SaveRows(int row, int start, StateWriter writer)
    {
        var counted = writer.Length;
        var (count, begins) = (0, -1);
        writer.Write(0);
        writer.Write(0);
        for (; row >= 0; row = _rows.Next[row], count++)
        {
            if (row == start) begins = count;
            _rows.Save(row, writer);
        }
        writer.Patch(counted, count);
        writer.Patch(counted + sizeof(int), begins);
    }

    public void Load(long part, ref StateReader reader)
    {
        var partition = _keys.LoadKey(ref reader);
        _partitions.Ensure(_keys.Limit);
        _partitions.Matches[partition] = reader.Read<long>();
        LoadRows(partition, ref reader);
        var rows = reader.Read<int>();
        _ = reader.Read<int>();
        for (; rows > 0; rows--) Wait(_rows.Load(ref reader), partition);
        if (_keys.IsHeld(partition)) return;
        _keys.Hold(partition); // it only counts its matches
    }

    void LoadRows(int partition, ref StateReader reader)
    {
        var count = reader.Read<int>();
        var begins = reader.Read<int>();
        var start = -1;
        for (var i = 0; i < count; i++)
        {
            var slot = _rows.Load(ref reader);
            _rows.Keys[slot] = partition;
            _keys.Hold(partition);
            Link(slot, partition);
            if (i == begins) start = slot;
        }
        if (start < 0) return;
        Look(partition, start);
        Settle(partition);
    }
}
