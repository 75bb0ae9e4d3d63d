using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Functions.Aggregate;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Sessions;

/// <summary>The open sessions: a number for each, the newest of each key by the key's number, the earlier ones behind it, and the states of the aggregates by session.</summary>
/// <remarks>
/// A row in order reads the number of its key's newest session and that session's times. Rows behind go through all sessions of their key. A session that is final for a
/// row, by the watermark that the row itself was met by, takes it no more: so how rows were cut into batches decides nothing.
/// </remarks>
sealed partial class SessionTable : IDisposable
{
    /// <summary>In place of a session: the row is too late.</summary>
    public const int Late = -1;

    /// <summary>Keys without a session are kept up to this number: most come back.</summary>
    const int KeysKept = 1 << 17;

    readonly KeyedTable _keys;
    readonly MemoryOwner _owner;
    Session[] _sessions = [];
    int[] _free = [];
    int[] _newest = []; // by key: session + 1
    readonly int[] _begun; // sessions that are not noted by their end yet
    int _last, _freeCount, _begunCount;
    long _charged;

    public SessionTable(Aggregate node, KeyedTable keys, int batchRows, MemoryOwner owner)
    {
        // So many rows that what they read fits the first cache.
        var chunk = Math.Max(1, batchRows / 8);
        (_fresh, _known, _begun) = (new int[chunk], new int[chunk], new int[chunk]);
        (_keys, _owner) = (keys, owner);
        Gap = node.Window!.Size.FixedMicroseconds;
        States = [.. node.Calls.Select(c => IsTime(c, node) ? null : c.Function.CreateStates(c.Signature, c.Distinct, owner, retracts: false))];
        Touched = new(owner);
        Moved = new(owner);
    }

    /// <summary>How far neighbours may be apart, in microseconds.</summary>
    public long Gap { get; }

    /// <summary>The states of each call, by session; null where the session's own times are the result.</summary>
    public AggregateStates?[] States { get; }

    /// <summary>MIN and MAX of the time column are the times of the first and the last row.</summary>
    static bool IsTime(AggregateCall call, Aggregate node) => call is { Function: Min or Max, Filter: < 0, Arguments: [var argument] } && argument == node.Window!.TimeColumn;

    /// <summary>Sessions that changed since the last barrier; some may be gone, or stand here twice.</summary>
    public SessionList Touched { get; }

    /// <summary>Whether more sessions changed than <see cref="Touched"/> has, so that all are to be looked at.</summary>
    public bool AreManyTouched { get; private set; }

    /// <summary>Of those the ones whose row has been told.</summary>
    public SessionList Moved { get; }

    /// <summary>Open sessions.</summary>
    public int Count { get; private set; }

    /// <summary>All numbers are below it.</summary>
    public int Limit => _last;

    /// <summary>Where sessions are noted by their end, when they begin.</summary>
    public DueRing Finishing { get; set; } = null!;

    /// <summary>The same for those that wait to be closed, or null.</summary>
    public DueRing? Closing { get; set; }

    /// <summary>A session.</summary>
    public ref Session this[int session] => ref _sessions[session];

    /// <summary>The end of a session: a gap after its last row.</summary>
    public long EndOf(int session) => After(_sessions[session].Last);

    /// <summary>Reads the times of the first and last rows and the keys of some sessions.</summary>
    public void Read(ReadOnlySpan<int> sessions, Span<long> first, Span<long> last, Span<int> keys)
    {
        for (var i = 0; i < sessions.Length; i++)
        {
            ref var session = ref _sessions[sessions[i]];
            (first[i], last[i], keys[i]) = (session.First, session.Last, session.Key);
        }
    }

    /// <summary>The newest session of a key + 1, or 0.</summary>
    public int NewestOf(int key) => key < _newest.Length ? _newest[key] : 0;

    /// <summary>A gap after a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long After(long time) => time > long.MaxValue - Gap ? long.MaxValue : time + Gap;

    int Extend(int number, long time)
    {
        ref var session = ref _sessions[number];
        session.First = Math.Min(session.First, time);
        session.Last = Math.Max(session.Last, time);
        Touch(number);
        return number;
    }

    /// <summary>Makes one session of those that the row at hand joins, as <see cref="Join"/> found them.</summary>
    /// <param name="time">The row's time.</param>
    /// <param name="mergedAway">Takes the sessions that are no more and had been told.</param>
    /// <returns>The session, to which the row is still to be added.</returns>
    public int Merge(long time, SessionList mergedAway)
    {
        var target = _touching[0];
        foreach (var other in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_touching)[1..])
        {
            ref var gone = ref _sessions[other];
            ref var session = ref _sessions[target];
            session.First = Math.Min(session.First, gone.First);
            session.Last = Math.Max(session.Last, gone.Last);
            for (var c = 0; c < States.Length; c++)
            {
                if (States[c] is not { } states) continue;
                states.Merge(target, states, other);
                states.Reset(other);
            }
            Unlink(other);
            gone.Marks = gone.Marks & ~Session.IsTouchedForAll | Session.IsMerged;
            if ((gone.Marks & Session.IsToldAnywhere) != 0) mergedAway.Add(other);
        }
        return Extend(target, time);
    }

    /// <summary>Notes that a session has changed.</summary>
    void Touch(int number)
    {
        ref var session = ref _sessions[number];
        var before = session.Marks;
        session.Marks |= Session.IsTouchedForAll;
        if ((before & Session.IsToldAnywhere) != 0 && (before & Session.IsMoved) == 0)
        {
            session.Marks |= Session.IsMoved;
            Moved.Add(number);
        }
        if ((before & Session.IsTouched) == 0 && !AreManyTouched) NoteTouched(number);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void NoteTouched(int number)
    {
        if (Touched.Count < Count / 4 + 1024) Touched.Add(number);
        else AreManyTouched = true;
    }

    /// <summary>Begins a session behind which a key's newest stands. It is to be noted by its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Begin(int key, long time, int earlier)
    {
        var number = _freeCount > 0 ? _free[--_freeCount] : NewNumber();
        ref var session = ref _sessions[number];
        (session.First, session.Last, session.Key, session.Earlier, session.Marks) = (time, time, key, earlier, Session.IsTouchedForAll);
        _newest[key] = number + 1;
        Count++;
        if (!AreManyTouched) NoteTouched(number);
        _begun[_begunCount++] = number;
        return number;
    }

    /// <summary>Notes the sessions that have begun by their end.</summary>
    void NoteBegun(bool areOpen = true)
    {
        var begun = _begun.AsSpan(0, _begunCount);
        Finishing.Add(begun);
        if (areOpen) Closing?.Add(begun);
        _begunCount = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    int NewNumber()
    {
        if (_last == _sessions.Length) Grow();
        return _last++;
    }

    /// <summary>Begins a session among those of its key, which stand in the order of their last rows.</summary>
    int BeginAmong(int key, long time)
    {
        var newer = 0;
        var next = _newest[key];
        while (next != 0 && _sessions[next - 1].Last > time) (newer, next) = (next, _sessions[next - 1].Earlier);
        var newest = _newest[key];
        var number = Begin(key, time, next);
        if (newer == 0) return number;
        _newest[key] = newest;
        _sessions[newer - 1].Earlier = number + 1;
        return number;
    }

    /// <summary>Adds a session that was saved; it may come in any order.</summary>
    public int Load(int key, long first, long last, int marks)
    {
        EnsureKeys();
        var number = BeginAmong(key, last);
        NoteBegun((marks & Session.IsClosed) == 0);
        ref var session = ref _sessions[number];
        (session.First, session.Marks) = (first, marks);
        Touched.Clear();
        AreManyTouched = false;
        return number;
    }

    /// <summary>Takes a session out of those of its key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Unlink(int number)
    {
        ref var session = ref _sessions[number];
        ref var newest = ref _newest[session.Key];
        if (newest == number + 1) newest = session.Earlier;
        else UnlinkEarlier(newest, number);
        Count--;
        _keys.MarkChanged(session.Key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void UnlinkEarlier(int newest, int number)
    {
        ref var link = ref _sessions[newest - 1].Earlier;
        while (link != number + 1) link = ref _sessions[link - 1].Earlier;
        link = _sessions[number].Earlier;
    }

    /// <summary>Frees sessions that are past.</summary>
    public void Remove(ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            ref var marks = ref _sessions[number].Marks;
            if ((marks & Session.IsMerged) == 0) Unlink(number);
            marks = 0;
        }
        numbers.CopyTo(_free.AsSpan(_freeCount));
        _freeCount += numbers.Length;
        foreach (var states in States) states?.ResetAll(numbers);
    }

    /// <summary>Sorts sessions by whether they end before a frontier.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="frontier">The frontier; long.MaxValue is past every end.</param>
    /// <param name="due">Takes those that do.</param>
    /// <param name="kept">Takes the others.</param>
    public void Divide(ReadOnlySpan<int> sessions, long frontier, SessionList due, SessionList kept)
    {
        var limit = frontier == long.MaxValue ? frontier : frontier < long.MinValue + Gap ? long.MinValue : frontier - Gap;
        var toDue = due.Room(sessions.Length);
        var toKept = kept.Room(sessions.Length);
        var count = 0;
        for (var i = 0; i < sessions.Length; i++)
        {
            // Written to both and counted in one: which it is cannot be foreseen.
            toDue[count] = toKept[i - count] = sessions[i];
            count += _sessions[sessions[i]].Last < limit ? 1 : 0;
        }
        due.Added(count);
        kept.Added(sessions.Length - count);
    }

    /// <summary>Frees the keys that have no sessions when they are by far the most.</summary>
    public void SweepKeysIfDue()
    {
        if (_keys.Count > Math.Max(KeysKept, 8 * Count)) _keys.FreeAllBut(Kept);
    }

    /// <summary>Makes the list of touched sessions whole.</summary>
    public void ListTouched()
    {
        if (!AreManyTouched) return;
        AreManyTouched = false;
        Touched.Clear();
        for (var number = 0; number < _last; number++)
            if ((_sessions[number].Marks & Session.IsTouched) != 0) Touched.Add(number);
    }

    /// <summary>By key, 0 where it has no session: holding each key would cost a write a session.</summary>
    public ReadOnlySpan<int> Kept => _newest.AsSpan(0, Math.Min(_newest.Length, _keys.Limit));

    void EnsureKeys()
    {
        if (_newest.Length >= _keys.Limit) return;
        Array.Resize(ref _newest, Math.Max(_keys.Limit, Math.Max(1024, _newest.Length * 2)));
        Recharge();
    }

    void Grow()
    {
        var length = Math.Max(1024, _sessions.Length * 2);
        Array.Resize(ref _sessions, length);
        Array.Resize(ref _free, length);
        foreach (var states in States) states?.EnsureGroups(length);
        Recharge();
        Debug.Assert(_last <= length);
    }

    void Recharge()
    {
        var bytes = 36L * _sessions.Length + 4L * _newest.Length;
        _owner.Charge(bytes - _charged);
        _charged = bytes;
    }

    public void Dispose()
    {
        foreach (var states in States) states?.Dispose();
        Touched.Dispose();
        Moved.Dispose();
        _owner.Charge(-_charged);
        _charged = 0;
    }
}
