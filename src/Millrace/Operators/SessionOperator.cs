using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Aggregation;
using Millrace.Operators.Distinct;
using Millrace.Operators.Sessions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>SESSION: groups the rows of each key that lie no further apart than the gap, and aggregates each group.</summary>
/// <remarks>
/// A session closes when the frontier is past its last row and the gap. A row that comes behind may join sessions; those that were told are taken back and one is told.
/// A row is late when the session that it would make is final and it belongs to none that is not. Input that takes rows back is read when it is final.
/// </remarks>
sealed class SessionOperator : IPicksRows, IStateful
{
    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly SessionTable _table;
    readonly SessionTeller _teller;
    readonly SessionSteps _steps;
    readonly SessionRows _rows;
    readonly CallAdder _adder;
    readonly LateRows _late;
    readonly int[] _rowKeys, _found, _identity, _kept, _weights;

    public SessionOperator(Aggregate node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keys = new([.. node.Keys.Select(k => node.Input.Schema[k].Type)], context.Memory, context.Owner);
        _table = new(node, _keys, context.Memory.BatchRows, context.Owner);
        _teller = new(node, context, _keys, _table);
        _steps = new(context, _keys, _table, _teller);
        _rows = new(node, context);
        var rows = context.Memory.BatchRows;
        (_adder, _late) = (new(node.Calls, rows), new(rows));
        (_rowKeys, _found, _kept, _weights) = (new int[rows], new int[rows], new int[rows], new int[rows]);
        _identity = [.. Enumerable.Range(0, rows)];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        _steps.Complete(output);
        _rows.Pick(batch);
        Add(batch);
    }

    public void OnRows(Batch batch, ReadOnlySpan<int> rows, IOutput output)
    {
        _steps.Complete(output);
        _rows.Pick(batch, rows);
        Add(batch);
    }

    void Add(Batch batch)
    {
        var count = _rows.Count;
        if (count == 0) return;
        var keys = _rowKeys.AsSpan(0, count);
        if (_node.Keys.IsEmpty) keys.Fill(_keys.Only());
        else _keys.Find(batch, _node.Keys, _rows.Rows, keys);
        var found = _found.AsSpan(0, count);
        for (var done = 0; done < count;)
        {
            var next = _table.Join(_rows.Times, keys, done, _steps.Frontier.Final.Microseconds, _rows.Marks, found);
            Add(batch, done, next);
            done = next;
            if (next == count) break;
            // Rows before the one that joins sessions are in, so the order of arrival stays what it was.
            found[next] = _table.Merge(_rows.Times[next], _steps.Merged);
            Add(batch, next, next + 1);
            done = next + 1;
        }
        _late.Report(batch, _context.Reports, _node.Views.AsSpan());
    }

    /// <summary>Adds rows to the sessions that were found for them, and sets the late ones aside.</summary>
    void Add(Batch batch, int from, int to)
    {
        if (from == to) return;
        var rows = _rows.Rows;
        ReadOnlySpan<int> found = _found.AsSpan(from..to);
        var which = rows.IsEmpty ? from == 0 ? [] : _identity.AsSpan(from..to) : rows[from..to];
        if (found.Contains(SessionTable.Late))
        {
            var kept = 0;
            for (var i = from; i < to; i++)
            {
                if (_found[i] == SessionTable.Late) SetAside(i);
                else (_kept[kept], _found[kept++]) = (rows.IsEmpty ? i : rows[i], _found[i]);
            }
            if (kept == 0) return;
            which = _kept.AsSpan(0, kept);
            found = _found.AsSpan(0, kept);
        }
        ReadOnlySpan<int> weights = default;
        if (batch.Weights is { } column)
        {
            // Final rows are never taken back, but several may be alike.
            for (var i = 0; i < found.Length; i++) _weights[i] = column[which.IsEmpty ? i : which[i]];
            weights = _weights.AsSpan(0, found.Length);
        }
        _adder.Add(_table.States, batch, which, found, weights);
    }

    void SetAside(int i)
    {
        var final = _steps.Frontier.Final.Microseconds;
        _late.Add(_rows.Rows.IsEmpty ? i : _rows.Rows[i], _table.After(_rows.Times[i]), _rows.Marks.IsEmpty ? final : Math.Max(final, _rows.Marks[i]));
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        _steps.Complete(output);
        _steps.OnBarrier(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        _steps.Complete(output);
        _steps.OnFrontier(frontier, output);
    }

    public bool Resume(IOutput output) => _steps.Resume(output);

    public void Dispose()
    {
        _rows.Dispose();
        _teller.Dispose();
        _steps.Dispose();
        _table.Dispose();
        _keys.Dispose();
    }

    public long StateRows => _table.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_steps.Frontier);
    public void LoadCommon(ref StateReader reader) => _steps.Frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver, _table.Kept))
        {
            for (var s = _table.NewestOf(key); s != 0; s = _table[s - 1].Earlier)
            {
                ref var session = ref _table[s - 1];
                writer.Write(session.First);
                writer.Write(session.Last);
                writer.Write(session.Marks);
                writer.Write(session.Earlier != 0);
                foreach (var states in _table.States) states?.Save(s - 1, writer);
                _teller.Save(s - 1, writer);
            }
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadKey(ref reader);
        for (var more = true; more;)
        {
            var (first, last, marks) = (reader.Read<long>(), reader.Read<long>(), reader.Read<int>());
            more = reader.Read<bool>();
            var session = _table.Load(key, first, last, marks);
            foreach (var states in _table.States) states?.Load(session, ref reader);
            _teller.Load(session, ref reader);
        }
    }
}
