using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Operators.Sessions;

/// <summary>Finding the sessions of rows.</summary>
/// <remarks>
/// Rows go by chunks. First it is seen which of their keys have a session, and those sessions are asked for; then rows of keys without one begin theirs, then the others join: so that
/// neither branch has to be guessed and no session waited for. Rows of one key keep their order, and sessions of different keys have nothing to do with each other.
/// </remarks>
sealed partial class SessionTable
{
    readonly List<int> _touching = [];
    readonly int[] _fresh, _known; // rows of the chunk, by whether their key had a session when it began
    int _freshAt, _freshCount, _knownAt, _knownCount, _chunkEnd;

    /// <summary>Finds the sessions of rows, and begins those that are missing.</summary>
    /// <param name="times">For each row its time.</param>
    /// <param name="keys">For each its key.</param>
    /// <param name="from">Where to begin: 0, or behind the row that joined sessions.</param>
    /// <param name="final">The final frontier.</param>
    /// <param name="marks">For each the final frontier that it was met by, or empty where no row is behind.</param>
    /// <param name="found">Takes the session of each, or <see cref="Late"/>.</param>
    /// <returns>The place of the first row that joins sessions, which <see cref="Merge"/> does when all before it are added; the number of rows where none does.</returns>
    public int Join(ReadOnlySpan<long> times, ReadOnlySpan<int> keys, int from, long final, ReadOnlySpan<long> marks, Span<int> found)
    {
        if (from == 0)
        {
            EnsureKeys();
            (_freshAt, _freshCount, _knownAt, _knownCount, _chunkEnd) = (0, 0, 0, 0, 0);
        }
        int next;
        while ((next = JoinChunk(times, keys, final, marks, found)) == _chunkEnd && next < keys.Length) BeginChunk(keys);
        NoteBegun();
        return next;
    }

    void BeginChunk(ReadOnlySpan<int> keys)
    {
        NoteBegun();
        var from = _chunkEnd;
        _chunkEnd = Math.Min(from + _fresh.Length, keys.Length);
        ref var newest = ref MemoryMarshal.GetArrayDataReference(_newest);
        ref var sessions = ref MemoryMarshal.GetArrayDataReference(_sessions);
        var (fresh, known) = (_fresh, _known);
        var count = 0;
        for (var i = from; i < _chunkEnd; i++)
        {
            var session = Unsafe.Add(ref newest, keys[i]);
            // One that is none is asked for too: it costs less than to find out.
            Prefetch(ref Unsafe.Add(ref sessions, session - 1));
            fresh[count] = known[i - from - count] = i;
            count += session == 0 ? 1 : 0;
        }
        (_freshAt, _freshCount, _knownAt, _knownCount) = (0, count, 0, _chunkEnd - from - count);
    }

    // Should the array be moved meanwhile, something of no use is asked for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Prefetch(ref Session session)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref session));
    }

    /// <summary>Goes on with a chunk up to the first row that joins sessions.</summary>
    int JoinChunk(ReadOnlySpan<long> times, ReadOnlySpan<int> keys, long final, ReadOnlySpan<long> marks, Span<int> found)
    {
        var newest = _newest;
        for (; _freshAt < _freshCount; _freshAt++)
        {
            var i = _fresh[_freshAt];
            var (time, key) = (times[i], keys[i]);
            var mark = marks.IsEmpty ? final : Math.Max(final, marks[i]);
            if (newest[key] == 0 && time >= mark) found[i] = Begin(key, time, 0);
            else if (!TryJoin(key, time, mark, out found[i])) break;
        }
        var end = _freshAt < _freshCount ? _fresh[_freshAt] : _chunkEnd;
        var gap = (ulong)Gap;
        while (_knownAt < _knownCount && _known[_knownAt] < end)
        {
            var i = _known[_knownAt++];
            var time = times[i];
            var mark = marks.IsEmpty ? final : Math.Max(final, marks[i]);
            var number = newest[keys[i]] - 1;
            ref var session = ref _sessions[number];
            if (time >= mark && time >= session.Last && (ulong)(time - session.Last) <= gap)
            {
                session.Last = time;
                if ((session.Marks & Session.IsTouchedForAll) != Session.IsTouchedForAll) Touch(number);
                found[i] = number;
            }
            else if (!TryJoin(keys[i], time, mark, out found[i])) return i;
        }
        if (_freshAt == _freshCount) return _chunkEnd;
        // Others may have been looked at since.
        FindTouching(newest[keys[end]], times[end], marks.IsEmpty ? final : Math.Max(final, marks[end]));
        _freshAt++;
        return end;
    }

    /// <summary>Finds the session of a row, or begins it.</summary>
    /// <returns>False where the row joins several, which are noted then; nothing is changed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool TryJoin(int key, long time, long mark, out int found)
    {
        found = Late;
        var newest = _newest[key];
        if (time >= mark)
        {
            if (newest == 0)
            {
                found = Begin(key, time, 0);
                return true;
            }
            ref var session = ref _sessions[newest - 1];
            if (time >= session.Last)
            {
                found = (ulong)(time - session.Last) <= (ulong)Gap ? Extend(newest - 1, time) : Begin(key, time, newest);
                return true;
            }
            if (time >= session.First)
            {
                Touch(newest - 1);
                found = newest - 1;
                return true;
            }
        }
        if (FindTouching(newest, time, mark)) return false;
        if (_touching.Count == 1) found = Extend(_touching[0], time);
        else if (After(time) >= mark) found = BeginAmong(key, time);
        return true;
    }

    /// <summary>Finds the sessions of a key that a row belongs to and that are not final for it.</summary>
    /// <returns>Whether there are several.</returns>
    bool FindTouching(int newest, long time, long mark)
    {
        _touching.Clear();
        for (var s = newest; s != 0; s = _sessions[s - 1].Earlier)
        {
            ref var session = ref _sessions[s - 1];
            if (After(session.Last) >= mark && time <= After(session.Last) && session.First <= After(time)) _touching.Add(s - 1);
        }
        return _touching.Count > 1;
    }
}
