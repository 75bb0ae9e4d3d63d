namespace Millrace.Testing;

/// <summary>A clock that stands still until it is moved; its timers fire once each time it is moved.</summary>
sealed class VirtualClock : TimeProvider
{
    readonly Lock _lock = new();
    readonly List<VirtualTimer> _timers = [];
    DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    TimeSpan _set;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now + _set;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock) return _now.UtcTicks;
    }

    /// <summary>Somebody sets the clock, forwards or backwards; what was measured goes on.</summary>
    public void Set(TimeSpan by)
    {
        lock (_lock) _set += by;
    }

    public void Advance(TimeSpan time)
    {
        VirtualTimer[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _timers];
        }
        foreach (var timer in due) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    sealed class VirtualTimer(VirtualClock clock, Action fire) : ITimer
    {
        public void Fire() => fire();
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._lock) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
