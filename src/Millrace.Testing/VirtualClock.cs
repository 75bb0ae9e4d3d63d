namespace Millrace.Testing;

/// <summary>A clock that stands still until it is moved; its timers fire once each time it is moved.</summary>
sealed class VirtualClock : TimeProvider
{
    readonly Lock _lock = new();
    readonly List<VirtualTimer> _timers = [];
    DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

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
