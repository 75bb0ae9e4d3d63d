using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators.Aggregation;
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
sealed class SessionOperator : IOperator, IStateful
{
    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly SessionTable _table;
    readonly SessionTeller _teller;
    readonly DueRing _finishing;
    readonly DueRing? _closing;
    readonly SessionList _merged, _closed, _finished;
    readonly Queue<Step> _steps = new();
    readonly CallAdder _adder;
    readonly Evaluator? _condition;
    readonly RowErrors? _noErrors; // conditions that can fail stay in a filter
    readonly int[] _rows, _rowKeys, _found, _identity, _chunk, _weights;
    readonly List<int> _lateRows = [];
    readonly List<long> _lateEnds = [], _lateMarks = [];
    Frontier _frontier = Frontier.Start;

    public SessionOperator(Aggregate node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keys = new([.. node.Keys.Select(k => node.Input.Schema[k].Type)], context.Memory, context.Owner);
        _table = new(node, _keys, context.Owner);
        _table.Finishing = _finishing = new(_table, context.Owner);
        if ((context.Demand & Demand.OnClose) != 0) _table.Closing = _closing = new(_table, context.Owner);
        _teller = new(node, context, _keys, _table);
        (_merged, _closed, _finished) = (new(context.Owner), new(context.Owner), new(context.Owner));
        var rows = context.Memory.BatchRows;
        _adder = new(node.Calls, rows);
        (_rows, _rowKeys, _found, _chunk, _weights) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
        _identity = [.. Enumerable.Range(0, rows)];
        if (node.Condition is null) return;
        _condition = Evaluator.Compile(node.Condition, context.Memory);
        _noErrors = new(rows);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishSteps(output);
        var times = (Column<long>)batch[_node.Window!.TimeColumn];
        if (!TryPick(batch, times, out var rows, out var count) || count == 0) return;
        var keys = _rowKeys.AsSpan(0, count);
        if (_node.Keys.IsEmpty) keys.Fill(_keys.Only());
        else _keys.Find(batch, _node.Keys, rows, keys);
        var marks = Marks(batch);
        var found = _found.AsSpan(0, count);
        for (var done = 0; done < count;)
        {
            var next = _table.Join(times.Values, rows, keys, done, _frontier.Final.Microseconds, marks, found);
            Add(batch, rows, done, next);
            done = next;
            if (next == count) break;
            // Rows before the one that joins sessions are in, so the order of arrival stays what it was.
            found[next] = _table.Merge(times[rows.IsEmpty ? next : rows[next]], _merged);
            Add(batch, rows, next, next + 1);
            done = next + 1;
        }
        if (_lateRows.Count == 0) return;
        foreach (var view in _node.Views) _context.Reports.Late(batch, Span(_lateRows), Span(_lateEnds), Span(_lateMarks), view);
        _lateRows.Clear();
        _lateEnds.Clear();
        _lateMarks.Clear();
    }

    static ReadOnlySpan<T> Span<T>(List<T> list) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list);

    /// <summary>The rows that count and have a time; none named where all do.</summary>
    bool TryPick(Batch batch, Column<long> times, out ReadOnlySpan<int> rows, out int count)
    {
        rows = [];
        count = batch.RowCount;
        if (count == 0) return false;
        if (_condition is not null)
        {
            count = _condition.Select(batch, _rows, _noErrors!);
            if (count < batch.RowCount) rows = _rows.AsSpan(0, count);
        }
        if (!times.HasNulls && RowSlicer.Range(times.Values) is ( > long.MinValue, < long.MaxValue)) return true;
        var (kept, timeless) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (times.IsNull(row) || times[row] is long.MinValue or long.MaxValue) timeless++;
            else _rows[kept++] = row;
        }
        if (timeless > 0)
            foreach (var view in _node.Views) _context.Reports.Timeless(timeless, view);
        rows = _rows.AsSpan(0, kept);
        count = kept;
        return true;
    }

    /// <summary>For each row of a batch the final frontier that it was met by; empty where that is the operator's.</summary>
    static ReadOnlySpan<long> Marks(Batch batch) => batch.Watermarks is { } watermarks ? watermarks.Values : [];

    /// <summary>Adds rows to the sessions that were found for them, and sets the late ones aside.</summary>
    void Add(Batch batch, ReadOnlySpan<int> rows, int from, int to)
    {
        if (from == to) return;
        ReadOnlySpan<int> found = _found.AsSpan(from..to);
        var which = rows.IsEmpty ? from == 0 ? [] : _identity.AsSpan(from..to) : rows[from..to];
        if (found.Contains(SessionTable.Late))
        {
            var kept = 0;
            for (var i = from; i < to; i++)
            {
                var row = rows.IsEmpty ? i : rows[i];
                if (_found[i] == SessionTable.Late) SetAside(batch, row);
                else (_chunk[kept], _found[kept++]) = (row, _found[i]);
            }
            if (kept == 0) return;
            which = _chunk.AsSpan(0, kept);
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

    void SetAside(Batch batch, int row)
    {
        var time = ((Column<long>)batch[_node.Window!.TimeColumn])[row];
        _lateRows.Add(row);
        _lateEnds.Add(time > long.MaxValue - _table.Gap ? long.MaxValue : time + _table.Gap);
        _lateMarks.Add(batch.Watermarks is { } watermarks ? Math.Max(_frontier.Final.Microseconds, watermarks[row]) : _frontier.Final.Microseconds);
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        FinishSteps(output);
        _steps.Enqueue(Step.TakeBackMerged);
        _closing?.Take(_frontier.Closed.Microseconds, _closed);
        _steps.Enqueue(Step.Close);
        _table.ListTouched();
        _steps.Enqueue(Step.Settle);
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishSteps(output);
        _frontier = frontier;
        // What was told and holds no more is taken back before time passes it.
        _steps.Enqueue(Step.TakeBackMerged);
        if (_table.Moved.Count > 0) _steps.Enqueue(Step.Move);
        _closing?.Take(frontier.Closed.Microseconds, _closed);
        _steps.Enqueue(Step.Close);
        _finishing.Take(frontier.Final.Microseconds, _finished);
        _steps.Enqueue(Step.Finish);
        _steps.Enqueue(Step.Advance);
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        while (_steps.TryPeek(out var step))
        {
            var pushed = false;
            var isDone = step switch
            {
                Step.TakeBackMerged => TakeBackMerged(output, ref pushed),
                Step.Move => Move(output, ref pushed),
                Step.Close => Close(output, ref pushed),
                Step.Settle => Settle(output, ref pushed),
                Step.Finish => Finish(output, ref pushed),
                _ => Advance(output),
            };
            if (isDone) _steps.Dequeue();
            if (pushed && output.IsFull && _steps.Count > 0) return true;
        }
        return false;
    }

    bool Advance(IOutput output)
    {
        output.Advance(_frontier);
        _table.SweepKeysIfDue();
        return true;
    }

    /// <summary>The next batch of a list's sessions that a condition picks.</summary>
    ReadOnlySpan<int> Next(SessionList list, Func<int, bool> isPicked)
    {
        var count = 0;
        while (list.Position < list.Count && count < _chunk.Length)
        {
            var session = list.All[list.Position++];
            if (isPicked(session)) _chunk[count++] = session;
        }
        return _chunk.AsSpan(0, count);
    }

    bool TakeBackMerged(IOutput output, ref bool pushed)
    {
        var sessions = Next(_merged, static _ => true);
        pushed |= _teller.TakeBack(sessions, Ports.Changes, output) | _teller.TakeBack(sessions, Ports.OnClose, output);
        return IsDone(_merged);
    }

    /// <summary>Sessions that have moved on and whose told end the final frontier passes are told as they are.</summary>
    bool Move(IOutput output, ref bool pushed)
    {
        var sessions = Next(_table.Moved, s => IsTouched(s) && _table.EndOf(s) >= _frontier.Final.Microseconds && _teller.ToldEndOf(s) < _frontier.Final.Microseconds);
        foreach (var session in sessions) _keys.MarkChanged(_table[session].Key);
        Change(sessions, output, ref pushed);
        if (_table.Moved.Position < _table.Moved.Count) return false;
        _table.Moved.Position = 0;
        _table.Moved.Keep(s => IsTouched(s) && (_table[s].Marks & Session.IsMoved) != 0);
        return true;
    }

    bool IsTouched(int session) => (_table[session].Marks & Session.IsTouchedForAll) != 0 && (_table[session].Marks & Session.IsMerged) == 0;

    /// <summary>Tells what sessions are now on the ports that hear of changes.</summary>
    void Change(ReadOnlySpan<int> sessions, IOutput output, ref bool pushed)
    {
        if (sessions.IsEmpty) return;
        pushed |= _teller.TakeBack(sessions, Ports.Changes, output);
        pushed |= _teller.Give(sessions, Ports.Changes, canChange: true, output);
        var closed = 0;
        foreach (var session in sessions)
        {
            if ((_table[session].Marks & Session.IsTouchedForClose) != 0) _chunk[closed++] = session;
            _table[session].Marks &= ~(Session.IsTouchedForAll | Session.IsMoved);
        }
        if (_closing is null) return;
        sessions = _chunk.AsSpan(0, closed);
        pushed |= _teller.TakeBack(sessions, Ports.OnClose, output);
        closed = 0;
        foreach (var session in sessions)
        {
            ref var marks = ref _table[session].Marks;
            if ((marks & Session.IsClosed) == 0) continue;
            if (_table.EndOf(session) < _frontier.Closed.Microseconds)
            {
                _chunk[closed++] = session;
                continue;
            }
            // It has grown past the frontier and is open again.
            marks &= ~Session.IsClosed;
            _closing.Add(session, _table.EndOf(session));
        }
        pushed |= _teller.Give(_chunk.AsSpan(0, closed), Ports.OnClose, canChange: true, output);
    }

    /// <summary>Sessions that the closed frontier has passed and the final one has not.</summary>
    bool Close(IOutput output, ref bool pushed)
    {
        var sessions = Next(_closed, s => (_table[s].Marks & Session.IsMerged) == 0 && _table.EndOf(s) >= _frontier.Final.Microseconds && _frontier.Final != Timestamp.MaxValue);
        foreach (var session in sessions) _table[session].Marks = _table[session].Marks & ~Session.IsTouchedForClose | Session.IsClosed;
        pushed |= _teller.Give(sessions, Ports.OnClose, canChange: true, output);
        return IsDone(_closed);
    }

    bool Settle(IOutput output, ref bool pushed)
    {
        var sessions = Next(_table.Touched, s =>
        {
            if ((_table[s].Marks & Session.IsTouched) == 0) return false;
            _table[s].Marks &= ~Session.IsTouched; // it may stand here twice
            _keys.MarkChanged(_table[s].Key);
            return true;
        });
        Change(sessions, output, ref pushed);
        if (!IsDone(_table.Touched)) return false;
        _table.Moved.Clear();
        return true;
    }

    bool Finish(IOutput output, ref bool pushed)
    {
        var list = _finished.Rest;
        list = list[..Math.Min(list.Length, _chunk.Length)];
        var count = 0;
        foreach (var session in list)
            if ((_table[session].Marks & Session.IsMerged) == 0) _chunk[count++] = session;
        var sessions = _chunk.AsSpan(0, count);
        pushed |= _teller.Give(sessions, Ports.Final, canChange: false, output);
        pushed |= Finish(sessions, Ports.Changes, output);
        pushed |= Finish(sessions, Ports.OnClose, output);
        _table.Remove(list);
        _finished.Position += list.Length;
        return IsDone(_finished);
    }

    /// <summary>The last word about sessions on a port that hears of changes: what it has not heard yet.</summary>
    bool Finish(ReadOnlySpan<int> sessions, int port, IOutput output)
    {
        if (!_teller.IsRead(port)) return false;
        var count = 0;
        foreach (var session in sessions)
        {
            var marks = _table[session].Marks;
            if ((marks & (port == Ports.Changes ? Session.IsTouched : Session.IsTouchedForClose)) != 0 || (marks >> port & Session.IsTold) == 0) _rows[count++] = session;
        }
        var changed = _rows.AsSpan(0, count);
        return _teller.TakeBack(changed, port, output) | _teller.Give(changed, port, canChange: false, output);
    }

    static bool IsDone(SessionList list)
    {
        if (list.Position < list.Count) return false;
        list.Clear();
        return true;
    }

    void FinishSteps(IOutput output)
    {
        while (_steps.Count > 0) Resume(output);
    }

    public void Dispose()
    {
        _condition?.Dispose();
        _teller.Dispose();
        _finishing.Dispose();
        _closing?.Dispose();
        foreach (var list in (SessionList[])[_merged, _closed, _finished]) list.Dispose();
        _table.Dispose();
        _keys.Dispose();
    }

    public long StateRows => _table.Count;
    public bool HasChanged(int keyGroup) => _table.HasChanged(keyGroup);
    public void MarkSaved() => _table.MarkSaved();
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(int keyGroup, StateWriter writer)
    {
        var counted = writer.Length;
        var count = 0;
        writer.Write(0);
        foreach (var key in _keys.KeysOf(keyGroup))
        {
            if (_table.NewestOf(key) == 0) continue;
            count++;
            _keys.SaveKey(key, writer);
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
        writer.Patch(counted, count);
    }

    public void Load(int keyGroup, ref StateReader reader)
    {
        for (var count = reader.Read<int>(); count > 0; count--)
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

    /// <summary>Something that is still to be told or done.</summary>
    enum Step
    {
        TakeBackMerged,
        Move,
        Close,
        Settle,
        Finish,
        Advance,
    }
}
