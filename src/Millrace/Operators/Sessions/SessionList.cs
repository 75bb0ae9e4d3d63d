using Millrace.Data;

namespace Millrace.Operators.Sessions;

/// <summary>Numbers of sessions that something is to be done with, and how far it has been done.</summary>
sealed class SessionList(MemoryOwner owner) : IDisposable
{
    int[] _sessions = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many are done.</summary>
    public int Position { get; set; }

    /// <summary>All of them.</summary>
    public ReadOnlySpan<int> All => _sessions.AsSpan(0, Count);

    /// <summary>Those that are not done.</summary>
    public ReadOnlySpan<int> Rest => _sessions.AsSpan(Position, Count - Position);

    /// <summary>Adds one.</summary>
    public void Add(int session)
    {
        if (Count == _sessions.Length)
        {
            var length = Math.Max(64, Count * 2);
            owner.Charge(4L * (length - Count));
            Array.Resize(ref _sessions, length);
        }
        _sessions[Count++] = session;
    }

    /// <summary>Keeps the first so many after they were rearranged.</summary>
    public void Keep(Func<int, bool> isKept)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
            if (isKept(_sessions[i])) _sessions[kept++] = _sessions[i];
        Count = kept;
    }

    /// <summary>Empties the list.</summary>
    public void Clear() => (Count, Position) = (0, 0);

    public void Dispose()
    {
        owner.Charge(-4L * _sessions.Length);
        _sessions = [];
        Clear();
    }
}
