namespace Millrace.Time;

/// <summary>How far event time has come on an edge.</summary>
/// <param name="Closed">The watermark: rows older than it are no longer expected.</param>
/// <param name="Final">Closed less all lateness that is allowed upstream: rows older than it no longer change anything. Never past <paramref name="Closed"/>.</param>
/// <remarks>Between the two, late rows are updates whose effects travel as weights; past Final a row is late. Both only grow.</remarks>
public readonly record struct Frontier(Timestamp Closed, Timestamp Final)
{
    /// <summary>Nothing has happened yet.</summary>
    public static Frontier Start => new(Timestamp.MinValue, Timestamp.MinValue);

    /// <summary>Everything has happened.</summary>
    public static Frontier End => new(Timestamp.MaxValue, Timestamp.MaxValue);

    /// <summary>The frontier of inputs that are joined: the minimum of each.</summary>
    public static Frontier Min(Frontier a, Frontier b) => new(Timestamp.Min(a.Closed, b.Closed), Timestamp.Min(a.Final, b.Final));
}
