using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>DISTINCT ON without an order: the first row of each key passes at once, the others are counted as duplicates.</summary>
/// <remarks>
/// What has passed never changes, so a row goes to every port that is read. Over input that retracts the rows of each key are counted, which needs
/// every column to be a key (SELECT DISTINCT): otherwise the next row would have to be known when the first is taken back.
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
    readonly bool _retracts, _isWhole;
    readonly int[] _rows, _numbers, _kept;
    long[] _ends = []; // with state_ttl, by key
    long[] _counts = []; // over input that retracts, by key
    Frontier _frontier = Frontier.Start;
    long _stateRows;

    public DistinctOnOperator(DistinctOn node, OperatorContext context)
    {
        (_node, _context, _lifetime) = (node, context, new(node));
        _keys = new([.. node.Keys.Select(k => node.Schema[k].Type)], context.Memory, context.Owner);
        _forget = new(_lifetime.Length, context.Owner);
        _drop = Drop;
        _retracts = node.Input.Mode == ChangeMode.Retract;
        _isWhole = Enumerable.Range(0, node.Schema.Count).All(node.Keys.Contains);
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
        if (_retracts && batch.Weights is not null)
        {
            Count(batch, accepted, numbers, output);
            return;
        }
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        if (_lifetime.Renews) GrowTo(ref _ends);
        if (_retracts) GrowTo(ref _counts);
        var kept = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var key = numbers[i];
            if (_keys.IsHeld(key))
            {
                if (_retracts) _counts[key]++;
                if (!_lifetime.Renews || times![accepted[i]] < _ends[key]) continue;
                Renew(key, _lifetime.EndOf(times, accepted[i]), isNew: false);
            }
            else
            {
                _keys.Hold(key);
                _stateRows++;
                if (_retracts) _counts[key] = 1;
                if (times is not null) Renew(key, _lifetime.EndOf(times, accepted[i]), isNew: true);
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

    void GrowTo(ref long[] values)
    {
        if (values.Length >= _keys.Limit) return;
        var length = Math.Max(_keys.Limit, values.Length * 2);
        _context.Owner.Charge(8L * (length - values.Length));
        Array.Resize(ref values, length);
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
            var end = _lifetime.EndOf(times, row);
            var mark = _lifetime.MarkOf(batch, row, final);
            if (_lifetime.HasPassed(end, mark)) _late.Add(row, end, mark);
            else _rows[count++] = row;
        }
        _late.Report(batch, _context.Reports, _node.View);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.View);
        return _rows.AsSpan(0, count);
    }

    /// <summary>Rows with weights: a key's row is given when the first of its rows comes and taken back when the last is.</summary>
    void Count(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> numbers, IOutput output)
    {
        GrowTo(ref _counts);
        if (_lifetime.Renews) GrowTo(ref _ends);
        var weights = _context.Memory.Rent<int>(DataType.Integer);
        var times = _lifetime.Column < 0 ? null : (Column<long>)batch[_lifetime.Column];
        var (kept, duplicates) = (0, 0);
        for (var i = 0; i < rows.Length; i++)
        {
            var (row, key, weight) = (rows[i], numbers[i], batch.Weights![rows[i]]);
            if (weight < 0 && !_isWhole)
            {
                weights.Release();
                throw new InvalidOperationException($"{_node.View}: DISTINCT ON without ORDER BY cannot take rows back. Read its input EMIT FINAL, or name every column as key.");
            }
            if (!_keys.IsHeld(key))
            {
                _keys.Hold(key);
                _stateRows++;
                if (times is not null) Renew(key, _lifetime.EndOf(times, row), isNew: true);
            }
            _keys.MarkChanged(key);
            var before = _counts[key];
            var after = _counts[key] += weight;
            if (after == 0 && times is null) Drop(key);
            if (before <= 0 == after <= 0)
            {
                if (weight > 0) duplicates++;
                continue;
            }
            weights.Append(before <= 0 ? 1 : -1);
            _kept[kept++] = row;
        }
        if (duplicates > 0) _context.Reports.Duplicates(duplicates);
        var changes = batch.Gather(_kept.AsSpan(0, kept));
        changes.Weights!.Release();
        changes.Weights = weights;
        Push(changes, output);
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
        if (_retracts) _counts[key] = 0;
        _stateRows--;
    }

    public void Dispose()
    {
        _keys.Dispose();
        _forget.Dispose();
        _context.Owner.Charge(-8L * (_ends.Length + _counts.Length));
        (_ends, _counts) = ([], []);
    }

    public long StateRows => _stateRows;
    public bool HasChanged(int keyGroup) => _keys.HasChanged(keyGroup);
    public void MarkSaved() => _keys.MarkSaved();
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(int keyGroup, StateWriter writer)
    {
        var counted = writer.Length;
        var count = 0;
        writer.Write(0);
        foreach (var key in _keys.KeysOf(keyGroup))
        {
            if (!_keys.IsHeld(key)) continue;
            count++;
            _keys.SaveKey(key, writer);
            if (_lifetime.Column >= 0) writer.Write(_forget[key]);
            if (_lifetime.Renews) writer.Write(_ends[key]);
            if (_retracts) writer.Write(_counts[key]);
        }
        writer.Patch(counted, count);
    }

    public void Load(int keyGroup, ref StateReader reader)
    {
        for (var count = reader.Read<int>(); count > 0; count--)
        {
            var key = _keys.LoadKey(ref reader);
            _keys.Hold(key);
            _stateRows++;
            if (_lifetime.Column >= 0) _forget.Set(key, reader.Read<long>(), isNew: true);
            if (_lifetime.Renews)
            {
                GrowTo(ref _ends);
                _ends[key] = reader.Read<long>();
            }
            if (!_retracts) continue;
            GrowTo(ref _counts);
            _counts[key] = reader.Read<long>();
        }
    }
}
