namespace Millrace.Runtime;

/// <summary>The first thing that went wrong in a run. Thread-safe.</summary>
sealed class FailureBox(Action wake)
{
    Exception? _now, _afterCommit;

    /// <summary>What ends the run at once, or null.</summary>
    public Exception? Now => Volatile.Read(ref _now);

    /// <summary>What ends the run after everything read so far is committed, or null.</summary>
    public Exception? AfterCommit => Volatile.Read(ref _afterCommit);

    public void Set(Exception error)
    {
        Interlocked.CompareExchange(ref _now, error, null);
        wake();
    }

    public void SetAfterCommit(Exception error)
    {
        Interlocked.CompareExchange(ref _afterCommit, error, null);
        wake();
    }
}
