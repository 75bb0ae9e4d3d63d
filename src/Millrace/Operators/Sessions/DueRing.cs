using System.Numerics;
using Millrace.Data;

namespace Millrace.Operators.Sessions;

/// <summary>Sessions by the time at which they end, in coarse steps around a ring, so that noting one costs a store.</summary>
/// <remarks>
/// A session stays in the step of the end that it had when it was noted. When the frontier comes to the step it is looked at: due, or noted anew under the end that it has by
/// then. Steps further ahead than the ring is long are looked at once a round. The sessions of a step stand in blocks, so that looking at one need not wait for the one before it.
/// </remarks>
sealed class DueRing(SessionTable table, MemoryOwner owner) : IDisposable
{
    const int Steps = 2048;

    // The ring spans two to four gaps: a session ends about a gap after the frontier.
    readonly int _shift = Math.Max(0, BitOperations.Log2((ulong)table.Gap) - 9);
    readonly SessionBlocks _blocks = new(owner);
    readonly SessionList _kept = new(owner);
    int[] _ends = new int[Steps]; // where in the blocks the last session of each step stands; 0 where it has none
    long _position;
    bool _isPlaced, _hasTaken;

    /// <summary>Notes sessions by the end that they have.</summary>
    public void Add(ReadOnlySpan<int> sessions)
    {
        if (!_hasTaken) Place(sessions);
        var (position, shift, ends) = (_position, _shift, _ends);
        foreach (var session in sessions)
        {
            var step = table.EndOf(session) >> shift;
            var ahead = step <= position ? 0 : Math.Min((ulong)(step - position), Steps - 1);
            _blocks.Add(ref ends[(int)(position + (long)ahead) & (Steps - 1)], session);
        }
    }

    // Until time has come this far it may still begin earlier; whoever stands too early for his step is looked at too early, which does no harm.
    void Place(ReadOnlySpan<int> sessions)
    {
        foreach (var session in sessions)
        {
            var step = table.EndOf(session) >> _shift;
            if (!_isPlaced || step < _position) (_position, _isPlaced) = (step, true);
        }
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
        for (var i = 0; i < count; i++)
        {
            ref var end = ref _ends[(int)(_position + i) & (Steps - 1)];
            while (_blocks.TryTake(ref end, out var sessions)) table.Divide(sessions, frontier, due, _kept);
        }
        (_position, _hasTaken) = (target, true);
        Add(_kept.All);
        _kept.Clear();
    }

    public void Dispose()
    {
        _blocks.Dispose();
        _kept.Dispose();
        _ends = [];
    }
}
