using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>DISTINCT ON with an order: keeps the least row of each key, then the least whole row, and takes back what it told when a lesser one comes.</summary>
/// <remarks>
/// A row is compared as bytes that have the order of SQL. The row of a key is closed or final when the frontier has passed the key's time (see
/// <see cref="KeyLifetime"/>), or at the end. Over rows that may be taken back <see cref="TopN"/> stands in its place: there the next one has to be known.
/// </remarks>
sealed class DistinctOnLeastOperator : IOperator, IStateful
{
    const byte IsTouched = 1, IsTold = 2, IsClosed = 4, IsFinal = 8;

    readonly DistinctOn _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly KeyLifetime _lifetime;
    readonly LateRows _late;
    readonly KeyEncoding _order;
    readonly RowImage _image = new();
    readonly StateWriter _packed = new();
    readonly RowBatches _out;
    readonly ByteSlots _least; // length of the order's bytes, order, image
    readonly ByteSlots _told, _toldOnClose; // image
    readonly PriorityQueue<int, (long End, long Arrival)> _closing = new(), _finishing = new(), _forgetting = new();
    readonly List<int> _touched = [];
    readonly int[] _rows, _numbers;
    byte[] _flags = [];
    long[] _ends = [];
    long[] _arrivals = [];
    long _arrived;
    int _position;
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;
    long _stateRows;

    public DistinctOnLeastOperator(DistinctOn node, OperatorContext context)
    {
        (_node, _context, _lifetime) = (node, context, new(node));
        _keys = new([.. node.Keys.Select(k => node.Schema[k].Type)], context.Memory, context.Owner);
        _order = new([.. node.Order, .. Enumerable.Range(0, node.Schema.Count).Select(c => new SortKey(c, false, false))]);
        _out = new(node.Schema, context.Memory);
        (_least, _told, _toldOnClose) = (new(context.Owner), new(context.Owner), new(context.Owner));
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_rows, _numbers) = (new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        if (batch.RowCount == 0) return;
        for (var row = 0; row < batch.RowCount; row++) _rows[row] = row;
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        _keys.Find(batch, _node.Keys, _rows.AsSpan(0, batch.RowCount), numbers);
        Grow();
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        var (duplicates, timeless) = (0, 0);
        for (var row = 0; row < numbers.Length; row++)
        {
            var key = numbers[row];
            if (_lifetime.Renews && times!.IsNull(row))
            {
                timeless++;
                LetGo(key);
                continue;
            }
            var end = times is null ? long.MaxValue : _lifetime.EndOf(batch, row);
            var mark = times is null ? long.MinValue : _lifetime.MarkOf(batch, row, _frontier.Final.Microseconds);
            var isHeld = _keys.IsHeld(key);
            var begins = !isHeld || (_lifetime.Renews && times![row] >= _ends[key]);
            var ends = begins ? end : _ends[key];
            if (_lifetime.HasPassed(ends, mark))
            {
                _late.Add(row, ends, mark);
                LetGo(key);
                continue;
            }
            if (begins) Begin(key, end, isHeld, output);
            else duplicates++; // one of the two rows is
            Offer(key, batch, row, begins);
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (duplicates > 0) _context.Reports.Duplicates(duplicates);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
    }

    /// <summary>A key that was only looked up: where nobody holds it, it is to be swept.</summary>
    void LetGo(int key)
    {
        if (_keys.IsHeld(key)) return;
        _keys.Hold(key);
        _keys.Release(key);
    }

    void Grow()
    {
        if (_keys.Limit <= _flags.Length) return;
        var length = Math.Max(_keys.Limit, _flags.Length * 2);
        _context.Owner.Charge(17L * (length - _flags.Length));
        Array.Resize(ref _flags, length);
        Array.Resize(ref _ends, length);
        Array.Resize(ref _arrivals, length);
    }

    void Begin(int key, long end, bool isHeld, IOutput output)
    {
        if (isHeld)
        {
            // The row that stood so far is told for the last time, and then forgotten as if its time had passed: it may just as well have.
            TellChange(key, output);
            Tell(key, Demand.OnClose, output);
            Tell(key, Demand.Final, output);
            _out.Flush(output);
        }
        else
        {
            _keys.Hold(key);
            _stateRows++;
        }
        _flags[key] = 0;
        _ends[key] = end;
        _arrivals[key] = _arrived++;
        Schedule(key);
    }

    void Schedule(int key)
    {
        var order = (_ends[key], _arrivals[key]);
        if ((_context.Demand & Demand.OnClose) != 0 && (_flags[key] & IsClosed) == 0) _closing.Enqueue(key, order);
        if ((_context.Demand & Demand.Final) != 0 && (_flags[key] & IsFinal) == 0) _finishing.Enqueue(key, order);
        _forgetting.Enqueue(key, (_lifetime.ForgetAt(_ends[key]), _arrivals[key]));
    }

    /// <summary>Keeps a row if it is less than the one that is kept.</summary>
    void Offer(int key, Batch batch, int row, bool begins)
    {
        var order = _order.Encode(batch, row);
        if (!begins)
        {
            var kept = _least[key];
            var length = BinaryPrimitives.ReadInt32LittleEndian(kept);
            if (order.SequenceCompareTo(kept.Slice(4, length)) >= 0) return;
        }
        _packed.Clear();
        _packed.WriteBytes(order);
        _least.Set(key, _packed.Written, _image.Write(batch, row));
        _keys.MarkChanged(key);
        if ((_flags[key] & IsTouched) != 0) return;
        _flags[key] |= IsTouched;
        _touched.Add(key);
    }

    ReadOnlySpan<byte> RowOf(int key)
    {
        var kept = _least[key];
        return kept[(4 + BinaryPrimitives.ReadInt32LittleEndian(kept))..];
    }

    /// <summary>Tells a key's row on close or finally, unless that has happened or nobody reads it.</summary>
    bool Tell(int key, Demand demand, IOutput output)
    {
        var flag = demand == Demand.Final ? IsFinal : IsClosed;
        if ((_context.Demand & demand) == 0 || (_flags[key] & flag) != 0) return false;
        _flags[key] |= flag;
        _keys.MarkChanged(key);
        if (demand == Demand.Final) return _out.Add(Ports.Final, RowOf(key), 1, output);
        _toldOnClose.Set(key, RowOf(key));
        return _out.Add(Ports.OnClose, RowOf(key), 1, output);
    }

    /// <summary>Tells that a key's row has changed; on close only what late rows change afterwards.</summary>
    bool TellChange(int key, IOutput output)
    {
        if ((_flags[key] & IsTouched) == 0) return false;
        _flags[key] &= unchecked((byte)~IsTouched);
        var pushed = (_context.Demand & Demand.Changes) != 0 && Replace(key, _told, (_flags[key] & IsTold) != 0, Ports.Changes, output);
        _flags[key] |= IsTold;
        return pushed | ((_flags[key] & IsClosed) != 0 && Replace(key, _toldOnClose, true, Ports.OnClose, output));
    }

    /// <summary>Takes back what was told of a key and gives the row that it has now.</summary>
    bool Replace(int key, ByteSlots told, bool isTold, int port, IOutput output)
    {
        var row = RowOf(key);
        if (isTold && told[key].SequenceEqual(row)) return false;
        var pushed = isTold && _out.Add(port, told[key], -1, output);
        pushed |= _out.Add(port, row, 1, output);
        told.Set(key, row);
        return pushed;
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
                if (!TellChange(_touched[_position], output) || !output.IsFull) continue;
                _position++;
                return true;
            }
            _tells = false;
            _position = 0;
            _touched.Clear();
            _keys.SweepIfDue();
        }
        if (_advances)
        {
            if (TellPassed(_closing, Demand.OnClose, _frontier.Closed.Microseconds, output)) return true;
            if (TellPassed(_finishing, Demand.Final, _frontier.Final.Microseconds, output)) return true;
            while (_forgetting.TryPeek(out var key, out var at) && HasPassed(at.End, _frontier.Final.Microseconds))
            {
                _forgetting.Dequeue();
                if (_arrivals[key] != at.Arrival || !_keys.IsHeld(key)) continue;
                var pushed = TellChange(key, output);
                Forget(key);
                if (pushed && output.IsFull) return true;
            }
            _out.Flush(output);
            _keys.SweepIfDue();
            _advances = false;
            output.Advance(_frontier);
        }
        _out.Flush(output);
        return false;
    }

    bool TellPassed(PriorityQueue<int, (long End, long Arrival)> queue, Demand demand, long frontier, IOutput output)
    {
        while (queue.TryPeek(out var key, out var at) && HasPassed(at.End, frontier))
        {
            queue.Dequeue();
            if (_arrivals[key] == at.Arrival && _keys.IsHeld(key) && Tell(key, demand, output) && output.IsFull) return true;
        }
        return false;
    }

    /// <summary>At the end of time everything has passed.</summary>
    bool HasPassed(long end, long frontier) => frontier == long.MaxValue || _lifetime.HasPassed(end, frontier);

    void Forget(int key)
    {
        _keys.MarkChanged(key);
        _keys.Release(key);
        _least.Clear(key);
        _told.Clear(key);
        _toldOnClose.Clear(key);
        _flags[key] = 0;
        _arrivals[key] = -1;
        _stateRows--;
    }

    void FinishTelling(IOutput output)
    {
        while (_tells || _advances) Resume(output);
    }

    public void Dispose()
    {
        _out.Dispose();
        _keys.Dispose();
        _least.Dispose();
        _told.Dispose();
        _toldOnClose.Dispose();
        _context.Owner.Charge(-17L * _flags.Length);
        (_flags, _ends, _arrivals) = ([], [], []);
    }

    public long StateRows => _stateRows;

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
        foreach (var key in _keys.SaveChanged(saver))
        {
            writer.Write(_flags[key]);
            writer.Write(_ends[key]);
            writer.Write(_arrivals[key]);
            writer.WriteBytes(_least[key]);
            writer.WriteBytes(_told[key]);
            writer.WriteBytes(_toldOnClose[key]);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadHeld(ref reader);
        _stateRows++;
        Grow();
        _flags[key] = reader.Read<byte>();
        _ends[key] = reader.Read<long>();
        _arrivals[key] = reader.Read<long>();
        _least.Set(key, reader.ReadBytes());
        _told.Set(key, reader.ReadBytes());
        _toldOnClose.Set(key, reader.ReadBytes());
        Schedule(key);
    }
}
