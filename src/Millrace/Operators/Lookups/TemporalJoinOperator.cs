using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Operators.Lookups;

/// <summary>Keeps the versions of each key by time, and left rows until the frontier has passed their time; then each is joined with the version that held.</summary>
/// <remarks>
/// Cost: a look-up and a binary search a left row, a look-up and a copy a right row. Left rows wait in the batches they came in. Versions that no left row can ask for any more
/// are dropped in passes over all keys, each of which pays for itself: at most twice the versions that are needed are kept.
/// </remarks>
sealed class TemporalJoinOperator : IOperator, IStateful
{
    const long WaitingPart = 1;

    const int PruneAtLeast = 1024;

    readonly TemporalJoin _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly RowSlots _table;
    readonly Versions _versions;
    readonly TimedRows _waiting;
    readonly JoinedRows _joined;
    readonly PairCondition? _condition;
    readonly LateRows _late;
    readonly KeyEncoding _order;
    readonly int _nothing; // the slot of NULLs
    readonly int[] _accepted, _numbers, _slots, _places, _rows;
    Frontier _frontier = Frontier.Start;
    int _pruneAt = PruneAtLeast;
    readonly bool[] _savedGroups = new bool[Hash64.KeyGroups]; // of which rows that wait stand in a checkpoint
    bool _settles, _advances, _waitingHasChanged;

    public TemporalJoinOperator(TemporalJoin node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var (left, right) = (node.Left.Schema, node.Right.Schema);
        _keys = new([.. node.RightKeys.Select(k => right[k].Type)], context.Memory, context.Owner);
        var needed = new bool[node.Schema.Count];
        for (var i = 0; i < needed.Length; i++) needed[i] = context.Used is null || context.Used[i] || !node.LastWins && i >= left.Count;
        if (node.Condition is not null) ColumnUse.Mark(node.Condition, needed);
        _table = new(right, context.Memory, context.Owner, [.. needed.Skip(left.Count)]);
        _versions = new(context.Owner);
        _waiting = new(left, node.LeftTime.Column, context.Memory);
        _joined = new(node.Schema, left.Count, needed, _table, context.Memory);
        if (node.Condition is not null) _condition = new(node.Condition, context);
        _order = new([.. Enumerable.Range(0, right.Count)]);
        _nothing = _table.Take();
        _table.SetNull(_nothing);
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_accepted, _numbers, _slots, _places, _rows) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        _waitingHasChanged = true;
        if (input == 0)
        {
            var accepted = Accept(batch, _node.LeftTime, [], _node.KeepsLeft);
            if (accepted.Length > 0) _waiting.Add(batch, accepted);
        }
        else AddVersions(batch, Accept(batch, _node.RightTime, _node.RightKeys, takesTimeless: false));
    }

    /// <summary>The rows that are not too late and can match at all; late ones and those without a time are reported.</summary>
    ReadOnlySpan<int> Accept(Batch batch, EventTime time, ImmutableArray<int> keys, bool takesTimeless)
    {
        var times = (Column<long>)batch[time.Column];
        var final = _frontier.Final.Microseconds;
        var (count, timeless) = (0, 0);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (times.IsNull(row))
            {
                if (takesTimeless) _accepted[count++] = row;
                else timeless++;
                continue;
            }
            var mark = batch.Watermarks is { } marks ? Math.Max(final, marks[row]) : final;
            if (Plus(times[row], time.LagMicroseconds) < mark) _late.Add(row, times[row], mark);
            else if (!HasNull(batch, keys, row)) _accepted[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
        return _accepted.AsSpan(0, count);
    }

    static bool HasNull(Batch batch, ImmutableArray<int> columns, int row)
    {
        foreach (var column in columns)
            if (batch[column].IsNull(row)) return true;
        return false;
    }

    static long Plus(long time, long length) => length > 0 && time > long.MaxValue - length ? long.MaxValue : time + length;

    void AddVersions(Batch batch, ReadOnlySpan<int> rows)
    {
        if (rows.Length == 0) return;
        var numbers = _numbers.AsSpan(0, rows.Length);
        if (_node.RightKeys.IsEmpty) numbers.Fill(_keys.Only());
        else _keys.Find(batch, _node.RightKeys, rows, numbers);
        _versions.EnsureKeys(_keys.Limit);
        var deleted = _node.Deleted < 0 ? null : (Column<byte>)batch[_node.Deleted];
        var count = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var isGone = deleted is not null && !deleted.IsNull(rows[i]) && deleted[rows[i]] != 0;
            _slots[i] = isGone ? Versions.Gone : _table.Take();
            if (isGone) continue;
            (_places[count], _rows[count]) = (_slots[i], rows[i]);
            count++;
        }
        if (count > 0) _table.Set(_places.AsSpan(0, count), batch, _rows.AsSpan(0, count));
        var times = (Column<long>)batch[_node.RightTime.Column];
        for (var i = 0; i < rows.Length; i++) AddVersion(numbers[i], times[rows[i]], _slots[i]);
    }

    void AddVersion(int key, long time, int slot)
    {
        _keys.MarkChanged(key);
        var place = _versions.CountUpTo(key, time);
        if (place > 0 && _versions.At(key, place - 1) is var (at, other) && at == time)
        {
            var wins = _node.LastWins || IsLess(slot, other);
            Free(wins ? other : slot);
            if (wins) _versions.Replace(key, place - 1, slot);
            return;
        }
        if (_versions.CountOf(key) == 0) _keys.Hold(key);
        _versions.Insert(key, place, time, slot);
    }

    void Free(int slot)
    {
        if (slot != Versions.Gone) _table.Free(slot);
    }

    bool IsLess(int slot, int other)
    {
        var first = Encoded(slot).ToArray();
        return first.AsSpan().SequenceCompareTo(Encoded(other)) < 0;
    }

    ReadOnlySpan<byte> Encoded(int slot)
    {
        var row = _context.Memory.RentBatch(_node.Right.Schema);
        _table.AppendTo([slot], row);
        var bytes = _order.Encode(row, 0);
        row.Release();
        return bytes;
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishTelling(output);
        _frontier = frontier;
        (_settles, _advances) = (true, true);
        Resume(output);
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        FinishTelling(output);
        _settles = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_settles)
        {
            var isEnd = _frontier.Final == Timestamp.MaxValue;
            var before = Minus(_frontier.Final.Microseconds, _node.RightTime.LagMicroseconds);
            while (_waiting.Next(before, isEnd, out var rows) is { } batch)
            {
                _waitingHasChanged = true;
                var told = Tell(batch, rows, output);
                batch.Release();
                if (told && output.IsFull) return true;
            }
            _settles = false;
        }
        if (!_advances) return false;
        _advances = false;
        if (_versions.Count >= _pruneAt) Prune();
        // What is told is final: what is closed and what is final are one from here on.
        output.Advance(new(_frontier.Final, _frontier.Final));
        return false;
    }

    static long Minus(long time, long length) => length > 0 && time < long.MinValue + length ? long.MinValue : time - length;

    /// <summary>Joins rows with the versions that held at their time.</summary>
    /// <returns>Whether a batch was pushed.</returns>
    bool Tell(Batch batch, ReadOnlySpan<int> rows, IOutput output)
    {
        var numbers = _numbers.AsSpan(0, rows.Length);
        if (!_node.LeftKeys.IsEmpty) _keys.Look(batch, _node.LeftKeys, rows, numbers);
        else numbers.Fill(_keys.Count > 0 ? _keys.Only() : -1);
        var times = (Column<long>)batch[_node.LeftTime.Column];
        var count = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var slot = numbers[i] < 0 || times.IsNull(rows[i]) ? Versions.Gone : Find(numbers[i], times[rows[i]]);
            if (slot == Versions.Gone)
            {
                if (!_node.KeepsLeft) continue;
                slot = _nothing;
            }
            (_rows[count], _slots[count]) = (rows[i], slot);
            count++;
        }
        if (count == 0) return false;
        var joined = Join(batch, count);
        if (_condition is not null)
        {
            var passed = _condition.Filter(joined, out var passing);
            if (!_node.KeepsLeft)
            {
                if (passed is not null) output.Push(passed);
                return passed is not null;
            }
            passed?.Release();
            for (var i = 0; i < count; i++) _places[i] = _nothing;
            foreach (var place in passing) _places[place] = _slots[place];
            _places.AsSpan(0, count).CopyTo(_slots);
            joined = Join(batch, count);
        }
        output.Push(joined);
        return true;
    }

    Batch Join(Batch batch, int count)
    {
        var slots = _slots.AsSpan(0, count);
        return count == batch.RowCount ? _joined.All(batch, slots) : _joined.Some(batch, _rows.AsSpan(0, count), slots);
    }

    /// <summary>The row of a key that held at a time.</summary>
    int Find(int key, long time)
    {
        var place = _versions.CountUpTo(key, _node.IsStrict && time > long.MinValue ? time - 1 : time);
        if (place == 0) return Versions.Gone;
        var (from, slot) = _versions.At(key, place - 1);
        return _node.ToleranceMicroseconds is { } most && from < Minus(time, most) ? Versions.Gone : slot;
    }

    /// <summary>Drops the versions that no left row can ask for any more.</summary>
    void Prune()
    {
        var least = Minus(_frontier.Final.Microseconds, _node.LeftTime.LagMicroseconds);
        if (_node.IsStrict && least > long.MinValue) least--;
        for (var key = 0; key < _keys.Limit; key++)
        {
            if (!_keys.IsUsed(key) || _versions.CountUpTo(key, least) is not (var past and > 0)) continue;
            // The last of them still holds, unless it says that there is no row, or is too old by now.
            var (from, slot) = _versions.At(key, past - 1);
            var dropped = slot == Versions.Gone || _node.ToleranceMicroseconds is { } most && from < Minus(least, most) ? past : past - 1;
            if (dropped == 0) continue;
            for (var place = 0; place < dropped; place++) Free(_versions.At(key, place).Slot);
            _versions.DropFirst(key, dropped);
            _keys.MarkChanged(key);
            if (_versions.CountOf(key) == 0) _keys.Release(key);
        }
        _keys.SweepIfDue();
        _pruneAt = Math.Max(PruneAtLeast, _versions.Count * 2);
    }

    void FinishTelling(IOutput output)
    {
        while (_settles || _advances) Resume(output);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _table.Dispose();
        _versions.Dispose();
        _waiting.Dispose();
        _condition?.Dispose();
    }

    public long StateRows => _versions.Count + _waiting.Count;

    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);

    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver))
        {
            writer.Write(_versions.CountOf(key));
            for (var place = 0; place < _versions.CountOf(key); place++)
            {
                var (time, slot) = _versions.At(key, place);
                writer.Write(time);
                writer.Write(slot == Versions.Gone);
                if (slot != Versions.Gone) _table.Save(slot, writer);
            }
        }
        if (!_waitingHasChanged) return;
        _waitingHasChanged = false;
        saver.BeginPart(WaitingPart);
        var groups = _waiting.Images(_node.LeftKeys);
        for (var g = 0; g < groups.Length; g++)
        {
            if (groups[g].Count == 0 && !_savedGroups[g]) continue;
            _savedGroups[g] = groups[g].Count > 0;
            saver.BeginEntry().Write((ulong)g << 56);
            if (groups[g].Count == 0)
            {
                saver.EndGone();
                continue;
            }
            saver.BeginValue();
            foreach (var image in groups[g]) writer.WriteBytes(image);
            saver.EndEntry();
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        if (part == WaitingPart)
        {
            _savedGroups[Hash64.KeyGroup(reader.Read<ulong>())] = true;
            while (reader.Remaining > 0) _waiting.Load(reader.ReadBytes());
            return;
        }
        var key = _keys.LoadHeld(ref reader);
        _versions.EnsureKeys(_keys.Limit);
        var count = reader.Read<int>();
        for (var place = 0; place < count; place++)
        {
            var time = reader.Read<long>();
            var isGone = reader.Read<bool>();
            _versions.Insert(key, place, time, isGone ? Versions.Gone : _table.Load(ref reader));
        }
    }
}
