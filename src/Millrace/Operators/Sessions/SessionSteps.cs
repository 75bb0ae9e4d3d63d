using Millrace.Data;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Sessions;

/// <summary>What there is to tell of sessions at barriers and when time moves on, step by step and a batch at a time, so that it can stop wherever the output is full.</summary>
sealed class SessionSteps : IDisposable
{
    readonly KeyedTable _keys;
    readonly SessionTable _table;
    readonly SessionTeller _teller;
    readonly DueRing _finishing;
    readonly DueRing? _closing;
    readonly SessionList _closed, _finished;
    readonly Queue<Step> _steps = new();
    readonly int[] _chunk, _changed;

    public SessionSteps(OperatorContext context, KeyedTable keys, SessionTable table, SessionTeller teller)
    {
        (_keys, _table, _teller) = (keys, table, teller);
        table.Finishing = _finishing = new(table, context.Owner);
        if ((context.Demand & Demand.OnClose) != 0) table.Closing = _closing = new(table, context.Owner);
        (Merged, _closed, _finished) = (new(context.Owner), new(context.Owner), new(context.Owner));
        (_chunk, _changed) = (new int[context.Memory.BatchRows], new int[context.Memory.BatchRows]);
    }

    /// <summary>How far time has come.</summary>
    public Frontier Frontier { get; set; } = Frontier.Start;

    /// <summary>Sessions that are no more and had been told.</summary>
    public SessionList Merged { get; }

    /// <summary>At a barrier: what has changed is told.</summary>
    public void OnBarrier(IOutput output)
    {
        _steps.Enqueue(Step.TakeBackMerged);
        _closing?.Take(Frontier.Closed.Microseconds, _closed);
        _steps.Enqueue(Step.Close);
        _table.ListTouched();
        _steps.Enqueue(Step.Settle);
        Resume(output);
    }

    /// <summary>When time has moved on: what it has passed is told and freed.</summary>
    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Frontier = frontier;
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

    /// <summary>Goes on where the output was full.</summary>
    /// <returns>Whether there is more.</returns>
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

    /// <summary>Does all there is, however full the output.</summary>
    public void Complete(IOutput output)
    {
        while (_steps.Count > 0) Resume(output);
    }

    bool Advance(IOutput output)
    {
        output.Advance(Frontier);
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
        var sessions = Next(Merged, static _ => true);
        pushed |= _teller.TakeBack(sessions, Ports.Changes, output) | _teller.TakeBack(sessions, Ports.OnClose, output);
        return IsDone(Merged);
    }

    /// <summary>Sessions that have moved on and whose told end the final frontier passes are told as they are.</summary>
    bool Move(IOutput output, ref bool pushed)
    {
        var sessions = Next(_table.Moved, s => IsTouched(s) && _table.EndOf(s) >= Frontier.Final.Microseconds && _teller.ToldEndOf(s) < Frontier.Final.Microseconds);
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
            if (_table.EndOf(session) < Frontier.Closed.Microseconds)
            {
                _chunk[closed++] = session;
                continue;
            }
            // It has grown past the frontier and is open again.
            marks &= ~Session.IsClosed;
            _closing.Add([session]);
        }
        pushed |= _teller.Give(_chunk.AsSpan(0, closed), Ports.OnClose, canChange: true, output);
    }

    /// <summary>Sessions that the closed frontier has passed and the final one has not.</summary>
    bool Close(IOutput output, ref bool pushed)
    {
        var sessions = Next(_closed, s => (_table[s].Marks & Session.IsMerged) == 0 && _table.EndOf(s) >= Frontier.Final.Microseconds && Frontier.Final != Timestamp.MaxValue);
        foreach (var session in sessions)
        {
            _table[session].Marks = _table[session].Marks & ~Session.IsTouchedForClose | Session.IsClosed;
            _keys.MarkChanged(_table[session].Key);
        }
        pushed |= _teller.Give(sessions, Ports.OnClose, canChange: true, output);
        return IsDone(_closed);
    }

    bool Settle(IOutput output, ref bool pushed)
    {
        var touched = _table.Touched.Rest;
        touched = touched[..Math.Min(touched.Length, _chunk.Length)];
        var count = 0;
        foreach (var session in touched)
        {
            ref var marks = ref _table[session].Marks;
            if ((marks & Session.IsTouched) == 0) continue;
            marks &= ~Session.IsTouched; // it may stand here twice
            _keys.MarkChanged(_table[session].Key);
            _chunk[count++] = session;
        }
        _table.Touched.Position += touched.Length;
        Change(_chunk.AsSpan(0, count), output, ref pushed);
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
            if ((marks & (port == Ports.Changes ? Session.IsTouched : Session.IsTouchedForClose)) != 0 || (marks >> port & Session.IsTold) == 0) _changed[count++] = session;
        }
        var changed = _changed.AsSpan(0, count);
        return _teller.TakeBack(changed, port, output) | _teller.Give(changed, port, canChange: false, output);
    }

    static bool IsDone(SessionList list)
    {
        if (list.Position < list.Count) return false;
        list.Clear();
        return true;
    }

    public void Dispose()
    {
        _finishing.Dispose();
        _closing?.Dispose();
        foreach (var list in (SessionList[])[Merged, _closed, _finished]) list.Dispose();
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
