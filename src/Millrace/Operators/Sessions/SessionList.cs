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
        if (Count == _sessions.Length) Grow(1);
        _sessions[Count++] = session;
    }

    /// <summary>Room behind the last, to be filled and then counted by <see cref="Added"/>.</summary>
    public Span<int> Room(int count)
    {
        if (Count + count > _sessions.Length) Grow(count);
        return _sessions.AsSpan(Count, count);
    }

    /// <summary>Says how many were put into the <see cref="Room"/>.</summary>
    public void Added(int count) => Count += count;

    void Grow(int count)
    {
        var length = Math.Max(Math.Max(64, Count + count), _sessions.Length * 2);
        owner.Charge(4L * (length - _sessions.Length));
        Array.Resize(ref _sessions, length);
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
