using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>DISTINCT ON without an order: the first row of each key passes at once, the others are counted as duplicates.</summary>
/// <remarks>
/// What has passed never changes, so a row goes to every port that is read. Over rows that may be taken back <see cref="TopN"/> and <see cref="SetOperation"/> stand in its place.
/// </remarks>
sealed class DistinctOnOperator : IOperator, IStateful
{
    readonly DistinctOn _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly KeyLifetime _lifetime;
    readonly ForgetList _forget;
    readonly LateRows _late;
    readonly Action<int> _drop;
    readonly int[] _rows, _numbers, _kept;
    long[] _ends = []; // with state_ttl, by key
    Frontier _frontier = Frontier.Start;
    long _stateRows;

    public DistinctOnOperator(DistinctOn node, OperatorContext context)
    {
        (_node, _context, _lifetime) = (node, context, new(node));
        _keys = new([.. node.Keys.Select(k => node.Schema[k].Type)], context.Memory, context.Owner);
        _forget = new(_lifetime.Length, context.Owner);
        _drop = Drop;
        var rows = context.Memory.BatchRows;
        _late = new(rows);
        (_rows, _numbers, _kept) = (new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var accepted = AcceptedRows(batch);
        if (accepted.Length == 0) return;
        var numbers = _numbers.AsSpan(0, accepted.Length);
        _keys.Find(batch, _node.Keys, accepted, numbers);
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        if (_lifetime.Renews) Grow();
        var kept = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var key = numbers[i];
            if (_keys.IsHeld(key))
            {
                if (!_lifetime.Renews || times![accepted[i]] < _ends[key]) continue;
                Renew(key, _lifetime.EndOf(batch, accepted[i]), isNew: false);
            }
            else
            {
                _keys.Hold(key);
                _stateRows++;
                if (times is not null) Renew(key, _lifetime.EndOf(batch, accepted[i]), isNew: true);
            }
            _keys.MarkChanged(key);
            _kept[kept++] = accepted[i];
        }
        if (kept < numbers.Length) _context.Reports.Duplicates(numbers.Length - kept);
        if (kept > 0) Push(kept == batch.RowCount ? batch.Retain() : batch.Gather(_kept.AsSpan(0, kept)), output);
    }

    void Renew(int key, long end, bool isNew)
    {
        if (_lifetime.Renews) _ends[key] = end;
        _forget.Set(key, _lifetime.ForgetAt(end), isNew);
    }

    void Grow()
    {
        if (_ends.Length >= _keys.Limit) return;
        var length = Math.Max(_keys.Limit, _ends.Length * 2);
        _context.Owner.Charge(8L * (length - _ends.Length));
        Array.Resize(ref _ends, length);
    }

    /// <summary>The rows that are not too late; the late ones are reported.</summary>
    ReadOnlySpan<int> AcceptedRows(Batch batch)
    {
        var count = 0;
        var final = _frontier.Final.Microseconds;
        if (_lifetime.Column < 0 || (batch.Watermarks is null && final == long.MinValue && !batch[_lifetime.Column].HasNulls))
        {
            for (; count < batch.RowCount; count++) _rows[count] = count;
            return _rows.AsSpan(0, count);
        }
        var times = (Column<long>)batch[_lifetime.Column];
        var timeless = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (_lifetime.Renews && times.IsNull(row))
            {
                timeless++;
                continue;
            }
            var end = _lifetime.EndOf(batch, row);
            var mark = _lifetime.MarkOf(batch, row, final);
            if (_lifetime.HasPassed(end, mark)) _late.Add(row, end, mark);
            else _rows[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
        return _rows.AsSpan(0, count);
    }

    /// <summary>Passes a batch on to every port that is read.</summary>
    void Push(Batch batch, IOutput output)
    {
        for (var port = 0; port <= Ports.Final; port++)
            if (((int)_context.Demand >> port & 1) != 0) output.Push(batch.Retain(), port);
        batch.Release();
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        _frontier = frontier;
        if (_lifetime.Column >= 0)
        {
            _forget.Forget(frontier.Final.Microseconds, _drop);
            _keys.SweepIfDue();
        }
        output.Advance(frontier);
    }

    public void OnBarrier(long epoch, IOutput output) => _keys.SweepIfDue();

    void Drop(int key)
    {
        _keys.MarkChanged(key);
        _keys.Release(key);
        _stateRows--;
    }

    public void Dispose()
    {
        _keys.Dispose();
        _forget.Dispose();
        _context.Owner.Charge(-8L * _ends.Length);
        _ends = [];
    }

    public long StateRows => _stateRows;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver))
        {
            if (_lifetime.Column >= 0) writer.Write(_forget[key]);
            if (_lifetime.Renews) writer.Write(_ends[key]);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadHeld(ref reader);
        _stateRows++;
        if (_lifetime.Column >= 0) _forget.Set(key, reader.Read<long>(), isNew: true);
        if (!_lifetime.Renews) return;
        Grow();
        _ends[key] = reader.Read<long>();
    }
}
