namespace Millrace.Runtime;

/// <summary>How long it is from one commit to the next: the commit interval, or longer while commits take longer than it.</summary>
/// <remarks>
/// Twice the time that the shorter of the last two commits took, from its barrier on, so that half of the time at least is free of them and a single slow one changes nothing; a minute
/// at most. Back at the interval as soon as one of two in a row takes no longer than it. Written by the coordinator alone.
/// </remarks>
/// <param name="interval">The commit interval.</param>
/// <param name="warnings">Who is told.</param>
sealed class CommitPace(TimeSpan interval, RunWarnings warnings)
{
    const string About = "commit interval";

    static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>From here on results are so much older than they might be that somebody should know.</summary>
    static readonly TimeSpan s_worthSaying = TimeSpan.FromSeconds(1);

    TimeSpan _lastTook;
    long _ticks = interval.Ticks;

    /// <summary>The time between two commits now. Thread-safe.</summary>
    public TimeSpan Interval => new(Volatile.Read(ref _ticks));

    /// <summary>A commit has taken so long.</summary>
    public void Note(TimeSpan took)
    {
        var shorter = took < _lastTook ? took : _lastTook;
        _lastTook = took;
        var next = interval;
        if (shorter > interval)
        {
            next = shorter * 2 < s_longest ? shorter * 2 : s_longest;
            if (next < interval) next = interval;
        }
        if (next >= s_worthSaying && next > interval)
            warnings.Say(About, $"Commits take longer than commit_interval ({interval.TotalMilliseconds:#,0} ms), so they are made less often. Results are as old as that; raise commit_interval, or let less change between two commits.");
        else if (next == interval) warnings.Withdraw(About);
        Volatile.Write(ref _ticks, next.Ticks);
    }
}
