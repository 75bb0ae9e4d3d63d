using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Keeps the newest row of each key and tells at each barrier, once for every key that changed: -1 the row told before, +1 the row that holds now.</summary>
/// <remarks>
/// A key that is changed many times between two barriers costs one row of memory more and is told once; one that is what it was is not told. What the frontier makes due
/// (a time in the key, the end) is told before it passes. Cost: a look-up and a copy of the columns that are read for each row.
/// </remarks>
sealed class NormalizeUpsertOperator : IOperator, IStateful
{
    readonly NormalizeUpsert _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly RowSlots _rows;
    readonly ForgetList _forget;
    readonly LateRows _late;
    readonly UpsertLifetime _lifetime;
    readonly List<int> _touched = [];
    readonly List<(int Slot, int Weight)> _left = []; // rows of keys that began anew, still to be told
    readonly List<int> _freed = [];
    readonly int[] _accepted, _numbers, _kept, _slots, _others, _out, _outWeights;
    readonly bool[] _differs;
    readonly Action<int> _drop;
    int[] _told = [], _current = []; // by key: slot + 1, 0 = no row
    long[] _ends = []; // by key
    bool[] _isTouched = [];
    int _position, _outCount;
    long _stateRows;
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;

    public NormalizeUpsertOperator(NormalizeUpsert node, OperatorContext context)
    {
        (_node, _context, _lifetime) = (node, context, new(node));
        _keys = new([.. node.Keys.Select(k => node.Schema[k].Type)], context.Memory, context.Owner);
        _rows = new(node.Schema, context.Memory, context.Owner, context.Used is null ? null : [.. context.Used.Select((u, i) => u || node.Keys.Contains(i))]);
        _forget = new(_lifetime.Length, context.Owner);
        _drop = Drop;
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_accepted, _numbers, _kept, _slots, _others) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
        (_out, _outWeights, _differs) = (new int[rows], new int[rows], new bool[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        var accepted = Accept(batch);
        if (accepted.Length == 0) return;
        var numbers = _numbers.AsSpan(0, accepted.Length);
        _keys.Find(batch, _node.Keys, accepted, numbers);
        Grow();
        var deleted = _node.Deleted < 0 ? null : (Column<byte>)batch[_node.Deleted];
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        var kept = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var (key, row) = (numbers[i], accepted[i]);
            var isDeleted = deleted is not null && !deleted.IsNull(row) && deleted[row] != 0;
            if (!_keys.IsHeld(key))
            {
                if (isDeleted) continue;
                Begin(key, times is null ? long.MaxValue : _lifetime.EndOf(times, row));
            }
            else if (_lifetime.Renews) Renew(key, times![row], _lifetime.EndOf(times, row));
            Touch(key);
            if (isDeleted)
            {
                FreeUntold(key);
                continue;
            }
            if (_current[key] == 0 || _current[key] == _told[key]) _current[key] = _rows.Take() + 1;
            (_kept[kept], _slots[kept]) = (row, _current[key] - 1);
            kept++;
        }
        if (kept > 0) _rows.Set(_slots.AsSpan(0, kept), batch, _kept.AsSpan(0, kept));
    }

    /// <summary>The rows that are not too late; the late ones are reported, and with state_ttl those without a time.</summary>
    ReadOnlySpan<int> Accept(Batch batch)
    {
        var count = 0;
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        var final = _frontier.Final.Microseconds;
        var timeless = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (times is not null)
            {
                if (times.IsNull(row))
                {
                    if (_lifetime.Renews)
                    {
                        timeless++;
                        continue;
                    }
                }
                else
                {
                    var mark = _lifetime.MarkOf(batch, row, final);
                    if (_lifetime.IsLate(times[row], mark))
                    {
                        _late.Add(row, times[row], mark);
                        continue;
                    }
                }
            }
            _accepted[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.Source);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.Source);
        return _accepted.AsSpan(0, count);
    }

    void Begin(int key, long end)
    {
        _keys.Hold(key);
        (_told[key], _current[key], _ends[key], _isTouched[key]) = (0, 0, end, false);
        _stateRows++;
        if (_lifetime.Column >= 0) _forget.Set(key, end, isNew: true);
    }

    /// <summary>A row that comes after the time of its key has run out stands beside the one before it.</summary>
    void Renew(int key, long time, long end)
    {
        if (time > _ends[key])
        {
            if (_told[key] != _current[key])
            {
                if (_told[key] != 0) _left.Add((_told[key] - 1, -1));
                if (_current[key] != 0) _left.Add((_current[key] - 1, 1));
            }
            else if (_told[key] != 0) _rows.Free(_told[key] - 1);
            (_told[key], _current[key]) = (0, 0);
        }
        if (end <= _ends[key]) return;
        _ends[key] = end;
        _forget.Set(key, end, isNew: false);
    }

    void Touch(int key)
    {
        _keys.MarkChanged(key);
        if (_isTouched[key]) return;
        _isTouched[key] = true;
        _touched.Add(key);
    }

    void FreeUntold(int key)
    {
        if (_current[key] != 0 && _current[key] != _told[key]) _rows.Free(_current[key] - 1);
        _current[key] = 0;
    }

    void Grow()
    {
        if (_keys.Limit <= _told.Length) return;
        var length = Math.Max(_keys.Limit, _told.Length * 2);
        _context.Owner.Charge(17L * (length - _told.Length));
        Array.Resize(ref _told, length);
        Array.Resize(ref _current, length);
        Array.Resize(ref _ends, length);
        Array.Resize(ref _isTouched, length);
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
        _tells = _lifetime.Column >= 0 || frontier.Final == Timestamp.MaxValue;
        _advances = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_tells)
        {
            while (_position < _touched.Count)
            {
                TellSome(output);
                if (output.IsFull) return true;
            }
            foreach (var (slot, weight) in _left)
            {
                Emit(slot, weight, output);
                _freed.Add(slot);
            }
            Flush(output);
            _left.Clear();
            _touched.Clear();
            (_tells, _position) = (false, 0);
            _keys.SweepIfDue();
        }
        if (!_advances) return false;
        _advances = false;
        if (_lifetime.Column >= 0) _forget.Forget(_frontier.Final.Microseconds, _drop);
        output.Advance(_frontier);
        return false;
    }

    /// <summary>Tells the next keys that were touched, as many as a batch has rows.</summary>
    void TellSome(IOutput output)
    {
        var keys = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_touched)[_position..];
        if (keys.Length > _slots.Length) keys = keys[.._slots.Length];
        _position += keys.Length;
        var both = 0;
        foreach (var key in keys)
        {
            if (_told[key] == 0 || _current[key] == 0 || _told[key] == _current[key]) continue;
            (_slots[both], _others[both]) = (_current[key] - 1, _told[key] - 1);
            both++;
        }
        _differs.AsSpan(0, both).Clear();
        if (both > 0) _rows.Compare(_slots.AsSpan(0, both), _others.AsSpan(0, both), _differs);
        both = 0;
        foreach (var key in keys)
        {
            _isTouched[key] = false;
            var (told, current) = (_told[key], _current[key]);
            if (told != current)
            {
                if (told != 0 && current != 0 && !_differs[both++])
                {
                    _rows.Free(current - 1);
                    _current[key] = told;
                    continue;
                }
                if (told != 0)
                {
                    Emit(told - 1, -1, output);
                    _freed.Add(told - 1);
                }
                if (current != 0) Emit(current - 1, 1, output);
                _told[key] = current;
            }
            // A key with a lifetime is let go of when it ends.
            if (current == 0 && _lifetime.Column < 0) Let(key);
        }
        Flush(output);
    }

    void Emit(int slot, int weight, IOutput output)
    {
        (_out[_outCount], _outWeights[_outCount]) = (slot, weight);
        if (++_outCount == _out.Length) Push(output);
    }

    void Flush(IOutput output)
    {
        if (_outCount > 0) Push(output);
        foreach (var slot in _freed) _rows.Free(slot);
        _freed.Clear();
    }

    void Push(IOutput output)
    {
        var slots = _out.AsSpan(0, _outCount);
        var weights = _outWeights.AsSpan(0, _outCount);
        _outCount = 0;
        var batch = _context.Memory.RentBatch(_node.Schema);
        batch.RowCount = slots.Length;
        _rows.AppendTo(slots, batch);
        if (weights.Contains(-1))
        {
            batch.Weights = _context.Memory.Rent<int>(DataType.Integer);
            batch.Weights.Length = weights.Length;
            weights.CopyTo(batch.Weights.Values);
        }
        output.Push(batch);
    }

    void Drop(int key)
    {
        if (_current[key] != 0) _rows.Free(_current[key] - 1);
        _keys.MarkChanged(key);
        Let(key);
    }

    void Let(int key)
    {
        (_told[key], _current[key]) = (0, 0);
        _keys.Release(key);
        _stateRows--;
    }

    void FinishTelling(IOutput output)
    {
        while (_tells || _advances) Resume(output);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _rows.Dispose();
        _forget.Dispose();
        _context.Owner.Charge(-17L * _told.Length);
        (_told, _current, _ends, _isTouched) = ([], [], [], []);
    }

    public long StateRows => _stateRows;

    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);

    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver))
        {
            writer.Write(_ends[key]);
            writer.Write(_current[key] != 0);
            if (_current[key] != 0) _rows.Save(_current[key] - 1, writer);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadKey(ref reader);
        Grow();
        Begin(key, reader.Read<long>());
        if (!reader.Read<bool>()) return;
        _told[key] = _current[key] = _rows.Load(ref reader) + 1;
    }
}
