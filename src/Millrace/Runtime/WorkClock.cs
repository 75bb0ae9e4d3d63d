namespace Millrace.Runtime;

/// <summary>Whose work a lane is at: operators call each other directly, so time is charged to the innermost of them. Two looks at the clock a batch and operator.</summary>
sealed class WorkClock(TimeProvider clock)
{
    Work? _current;
    long _since;

    /// <summary>An operator begins to work.</summary>
    /// <returns>Who worked before: to be given to <see cref="Leave"/>.</returns>
    public Work? Enter(Work work) => Switch(work);

    /// <summary>It is done, and the one before goes on.</summary>
    public void Leave(Work? before) => Switch(before);

    Work? Switch(Work? to)
    {
        var now = clock.GetTimestamp();
        var before = _current;
        before?.Add(now - _since);
        (_current, _since) = (to, now);
        return before;
    }

    /// <summary>Ticks of its clock as time.</summary>
    public TimeSpan Time(long ticks) => clock.GetElapsedTime(0, ticks);
}

/// <summary>What one operator did in one place. Written by its lane alone, read by others as it is.</summary>
sealed class Work
{
    long _ticks, _batches;

    /// <summary>Time in ticks of the clock, what it called not included.</summary>
    public long Ticks => Volatile.Read(ref _ticks);

    /// <summary>Batches taken.</summary>
    public long Batches => Volatile.Read(ref _batches);

    public void Add(long ticks) => _ticks += ticks;

    public void CountBatch() => _batches++;
}
