using Millrace.Runtime;

namespace Millrace.Cli.Running;

/// <summary>What a run says while it goes: as text, as a live table, or as JSON lines.</summary>
abstract class RunReport(TimeProvider clock) : IDisposable
{
    readonly long _began = clock.GetTimestamp();
    readonly HashSet<string> _told = [];

    /// <summary>Time between two calls of <see cref="Tick"/>.</summary>
    public abstract TimeSpan Interval { get; }

    /// <summary>Time since the start.</summary>
    protected TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>It runs.</summary>
    public abstract void Started(IRunningPipeline running, RunSettings settings, Uri? page);

    /// <summary>How it is now.</summary>
    public abstract void Tick(PipelineStatus status);

    /// <summary>The user asked it to stop.</summary>
    public abstract void Stopping();

    /// <summary>It has ended well.</summary>
    public abstract void Ended(IRunningPipeline running, RunSettings settings, bool isStopped);

    /// <summary>It has ended, and its page stays until the user stops it.</summary>
    public abstract void StaysAt(Uri page);

    /// <summary>It failed; only machines are told here, people by the error message.</summary>
    public virtual void Failed(string message, int code)
    {
    }

    /// <summary>Clears what moves.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>The warnings that were not told yet.</summary>
    protected IEnumerable<string> NewWarnings(PipelineStatus status) => status.Warnings.Where(_told.Add);

    /// <summary>Rows that the sources gave.</summary>
    protected static long RowsIn(PipelineStatus status) => status.Nodes.Where(n => n.Kind == "source").Sum(n => n.RowsIn);
}
