using System.Numerics;
using Millrace.Data;

namespace Millrace.Operators.Sessions;

/// <summary>Sessions by the time at which they end, in coarse steps around a ring, so that noting one costs two stores.</summary>
/// <remarks>
/// A session stays in the step of the end that it had when it was noted. When the frontier comes to the step it is looked at: due, or noted anew under the end that it has by
/// then. Steps further ahead than the ring is long are looked at once a round.
/// </remarks>
sealed class DueRing(SessionTable table, MemoryOwner owner) : IDisposable
{
    const int Steps = 8192;

    // The ring spans two to four gaps: a session ends about a gap after the frontier.
    readonly int _shift = Math.Max(0, BitOperations.Log2((ulong)table.Gap) - 11);
    int[] _first = new int[Steps]; // session + 1
    int[] _next = []; // by session: the next of its step + 1
    long _position;
    bool _isPlaced, _hasTaken;

    /// <summary>Notes a session.</summary>
    public void Add(int session, long due)
    {
        if (session >= _next.Length)
        {
            var length = Math.Max(session + 1, Math.Max(1024, _next.Length * 2));
            owner.Charge(4L * (length - _next.Length));
            Array.Resize(ref _next, length);
        }
        var step = due >> _shift;
        // Until time has come this far it may still begin earlier; whoever stands too early for his step is looked at too early, which does no harm.
        if (!_isPlaced || (!_hasTaken && step < _position)) (_position, _isPlaced) = (step, true);
        var ahead = step <= _position ? 0 : Math.Min((ulong)(step - _position), Steps - 1);
        ref var first = ref _first[(int)(_position + (long)ahead) & (Steps - 1)];
        _next[session] = first;
        first = session + 1;
    }

    /// <summary>Takes out the sessions that end before a frontier.</summary>
    /// <param name="frontier">The frontier; long.MaxValue is past every end.</param>
    /// <param name="due">Takes them, those that were merged away too.</param>
    public void Take(long frontier, SessionList due)
    {
        if (!_isPlaced || frontier == long.MinValue) return;
        var target = frontier >> _shift;
        if (target < _position) return;
        var count = target - _position < 0 ? Steps : (int)Math.Min(target - _position + 1, Steps);
        var kept = 0; // linked by _next
        for (var i = 0; i < count; i++)
        {
            ref var first = ref _first[(int)(_position + i) & (Steps - 1)];
            var entry = first;
            first = 0;
            while (entry != 0)
            {
                var session = entry - 1;
                entry = _next[session];
                if (table.EndOf(session) < frontier || frontier == long.MaxValue) due.Add(session);
                else
                {
                    _next[session] = kept;
                    kept = session + 1;
                }
            }
        }
        (_position, _hasTaken) = (target, true);
        while (kept != 0)
        {
            var session = kept - 1;
            kept = _next[session];
            Add(session, table.EndOf(session));
        }
    }

    public void Dispose()
    {
        owner.Charge(-4L * _next.Length);
        (_first, _next) = ([], []);
    }
}
