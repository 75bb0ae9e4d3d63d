namespace Millrace.Runtime;

/// <summary>When to try again what the outside world refused: after 100 ms, then each time after twice as long, 10 s at most; after 5 minutes no more.</summary>
sealed class BackOff(TimeProvider clock)
{
    static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100), s_longest = TimeSpan.FromSeconds(10), s_patience = TimeSpan.FromMinutes(5);

    long _began, _last;
    TimeSpan _wait;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether it is time for a try.</summary>
    public bool IsDue => Failures == 0 || clock.GetElapsedTime(_last) >= _wait;

    /// <summary>A try has failed.</summary>
    /// <returns>Whether there will be another.</returns>
    public bool Fail()
    {
        _last = clock.GetTimestamp();
        if (Failures++ == 0) (_began, _wait) = (_last, s_first);
        else _wait = _wait + _wait < s_longest ? _wait + _wait : s_longest;
        return clock.GetElapsedTime(_began, _last) < s_patience;
    }

    /// <summary>A try has succeeded.</summary>
    public void Succeed() => Failures = 0;
}
