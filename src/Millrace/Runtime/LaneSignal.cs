namespace Millrace.Runtime;

/// <summary>Wakes a lane that sleeps. Thread-safe.</summary>
interface ILaneSignal
{
    /// <summary>There is something to do.</summary>
    void Wake();
}

/// <summary>Sleep and wake-up of one thread: waking a thread that is awake costs one read.</summary>
sealed class LaneSignal : ILaneSignal, IDisposable
{
    readonly AutoResetEvent _event = new(false);
    int _isAsleep;

    public void Wake()
    {
        // The fence stands between what the waker wrote and its look at the sleeper, as in Prepare on the other side: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAsleep) != 0 && Interlocked.Exchange(ref _isAsleep, 0) != 0) _event.Set();
    }

    /// <summary>Says that the thread is about to sleep; it must look once more for something to do before it does.</summary>
    public void Prepare()
    {
        Volatile.Write(ref _isAsleep, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>There was something to do after all.</summary>
    public void Cancel() => Volatile.Write(ref _isAsleep, 0);

    /// <summary>Sleeps until woken or for a time at most.</summary>
    public void Sleep(TimeSpan atMost)
    {
        _event.WaitOne(atMost);
        Volatile.Write(ref _isAsleep, 0);
    }

    public void Dispose() => _event.Dispose();
}
