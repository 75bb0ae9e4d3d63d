using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A pipeline that runs, as the server and the command line see it. Thread-safe.</summary>
public interface IRunningPipeline : IAsyncDisposable
{
    /// <summary>What runs.</summary>
    Pipeline Pipeline { get; }

    /// <summary>Its graph with its figures, taken now.</summary>
    PipelineStatus Status();

    /// <summary>What cleaning did so far, by source.</summary>
    IReadOnlyList<QualityCounters> Quality { get; }

    /// <summary>The tables of the store: materialized views, late tables, dead letters.</summary>
    IReadOnlyList<TableDefinition> Tables { get; }

    /// <summary>The store, to read from.</summary>
    IStore Store { get; }

    /// <summary>Hears of every commit from now on until disposed. Called on the committer's thread right after the commit: return fast, retain what you keep.</summary>
    IDisposable Subscribe(ICommitListener listener);

    /// <summary>The journal of an <c>http</c> source, or null where there is no such source.</summary>
    IIngest? Ingest(string source);

    /// <summary>Ends when all bounded sources are done, the pipeline was stopped, or it failed (then with the exception).</summary>
    Task Completion { get; }

    /// <summary>Stops reading, commits what was read, and ends; disposing does the same.</summary>
    Task StopAsync();
}

/// <summary>Takes pushed rows into the durable journal of a source.</summary>
public interface IIngest
{
    /// <summary>The format that the journal's records are in: "json" (one object a record) or "csv".</summary>
    string Format { get; }

    /// <summary>The header that a CSV body's columns are put in order by; the source's declared fields.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>Appends records and returns when they are durable.</summary>
    /// <param name="records">Whole records, each ended by a line feed; a JSON record is one line.</param>
    /// <param name="count">How many.</param>
    /// <param name="idempotencyKey">Repeats with the same key are taken once; null = none.</param>
    /// <param name="stop">Gives up waiting; the rows may or may not be in the journal then.</param>
    /// <exception cref="JournalFullException">The pipeline is behind: try again later.</exception>
    ValueTask<IngestReceipt> AppendAsync(ReadOnlyMemory<byte> records, int count, string? idempotencyKey, CancellationToken stop);
}

/// <summary>What an append did.</summary>
public sealed record IngestReceipt(int Accepted, long Position, bool Repeated);

/// <summary>The journal has reached its limit because the pipeline is behind.</summary>
public sealed class JournalFullException(string message, TimeSpan retryAfter) : Exception(message)
{
    /// <summary>When to try again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>Hears of commits.</summary>
public interface ICommitListener
{
    /// <summary>A version was committed. The batches are released after the call unless retained.</summary>
    void OnCommitted(StoreCommit commit);

    /// <summary>The pipeline has ended.</summary>
    void OnEnded(PipelineState state);
}

/// <summary>How a pipeline is.</summary>
public enum PipelineState
{
    /// <summary>Opening sources.</summary>
    Starting,
    /// <summary>Running.</summary>
    Running,
    /// <summary>Held by the user.</summary>
    Paused,
    /// <summary>All bounded sources are done, or it was stopped.</summary>
    Finished,
    /// <summary>It failed.</summary>
    Failed,
}

/// <summary>The figures of a pipeline at one moment.</summary>
public sealed record PipelineStatus(long Version, PipelineState State, Timestamp Started, string? Error, IReadOnlyList<NodeStatus> Nodes,
    long MemoryUsedBytes, long MemoryLimitBytes, long Commits, double LastCommitMs)
{
    /// <summary>The operators that run, inputs before what reads them: what EXPLAIN ANALYZE shows.</summary>
    public IReadOnlyList<OperatorStatus> Operators { get; init; } = [];

    /// <summary>The checkpoint that it goes on from; null where it started afresh.</summary>
    public long? WentOnFrom { get; init; }

    /// <summary>Bytes of state and results that went to disk because memory.limit left no room for them.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>The time between two commits now: commit_interval, or longer while commits take longer than that.</summary>
    public TimeSpan CommitInterval { get; init; }

    /// <summary>What somebody should know though the run goes on, oldest first.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The figures of one operator of the running plan, over all lanes.</summary>
/// <param name="Id">Number, unique in the plan.</param>
/// <param name="Owner">The source or view whose text it comes from.</param>
/// <param name="Name">Project, Filter, Aggregate, Join ...</param>
/// <param name="Details">What it does with which columns.</param>
/// <param name="Inputs">Ids of the operators it reads.</param>
/// <param name="RowsIn">Rows taken.</param>
/// <param name="RowsOut">Rows given, on the port that gave most.</param>
/// <param name="Batches">Batches taken.</param>
/// <param name="Time">Time of processors spent in it, what it called not included.</param>
/// <param name="TimeShare">Its part of the time spent in all operators, 0 to 1.</param>
/// <param name="Retracts">Whether its rows are also taken back.</param>
/// <param name="Watermark">How far event time has come, or null where it has none.</param>
/// <param name="StateBound">What bounds its state, in words; "none" where it has none.</param>
/// <param name="StateRows">Rows or groups it keeps.</param>
/// <param name="MostStateRows">The most it kept at a commit.</param>
/// <param name="StateBytes">Bytes it keeps.</param>
/// <param name="MostStateBytes">The most bytes it kept.</param>
/// <param name="HotKeys">The keys that most of its rows have, from a sample.</param>
public sealed record OperatorStatus(int Id, string Owner, string Name, string Details, IReadOnlyList<int> Inputs, long RowsIn, long RowsOut, long Batches, TimeSpan Time, double TimeShare,
    bool Retracts, Frontier? Watermark, string StateBound, long StateRows, long MostStateRows, long StateBytes, long MostStateBytes, IReadOnlyList<HotKey> HotKeys);

/// <summary>The figures of one node of the graph: a source, a cleaning, a view, a sink.</summary>
/// <param name="Id">Unique name; for views their name.</param>
/// <param name="Kind">source, clean, view, materialized, sink or dead_letters.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Detail">Connector, or what a view does in a few words.</param>
/// <param name="Inputs">Ids of the nodes it reads.</param>
/// <param name="RowsIn">Rows read.</param>
/// <param name="RowsOut">Rows given.</param>
/// <param name="RowsPerSecond">Rows read per second over the last seconds.</param>
/// <param name="BytesIn">Bytes read; 0 where it reads none.</param>
/// <param name="TotalBytes">Bytes there are to read if known, for a progress bar.</param>
/// <param name="Frontier">How far event time has come, or null where it has none.</param>
/// <param name="Late">Late rows.</param>
/// <param name="Errors">Undecodable records, violated constraints, failed rows.</param>
/// <param name="StateRows">Rows or groups it keeps.</param>
/// <param name="StateBytes">Bytes it keeps.</param>
/// <param name="HeldBackBy">The partition that holds the watermark back, or null.</param>
public sealed record NodeStatus(string Id, string Kind, string Label, string Detail, IReadOnlyList<string> Inputs, long RowsIn, long RowsOut, double RowsPerSecond,
    long BytesIn, long? TotalBytes, Frontier? Frontier, long Late, long Errors, long StateRows, long StateBytes, string? HeldBackBy)
{
    /// <summary>Its part of the time spent in all operators, 0 to 1.</summary>
    public double TimeShare { get; init; }
    /// <summary>Mean rows of the batches that it took, 0 where it took none.</summary>
    public double BatchRows { get; init; }
    /// <summary>The keys that most of its rows have, hottest first.</summary>
    public IReadOnlyList<HotKey> HotKeys { get; init; } = [];
}

/// <summary>What a run needs besides the pipeline.</summary>
public sealed record RunOptions
{
    /// <summary>Where results go.</summary>
    public required IStore Store { get; init; }
    /// <summary>The connectors that sources and sinks may name.</summary>
    public required ConnectorList Connectors { get; init; }
    /// <summary>The formats.</summary>
    public required Formats.FormatList Formats { get; init; }
    /// <summary>The pipeline's own folder: journals, spilled state.</summary>
    public required string DataDirectory { get; init; }
    /// <summary>What relative paths in the SQL are relative to.</summary>
    public string BaseDirectory { get; init; } = ".";
    /// <summary>The outside world's time. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    /// <summary>What the run goes on from, where the store keeps checkpoints. Default: the newest one.</summary>
    public StartFrom From { get; init; } = StartFrom.Latest;
    /// <summary>Whether all views and sinks may start over whose saved state does not fit any more, because the pipeline was edited; otherwise such a start is refused. See <see cref="MayStartOver"/>.</summary>
    public bool DropsState { get; init; }
    /// <summary>Views and sinks that may begin with nothing where they were edited and what was saved does not fit them any more; the same for others is refused.</summary>
    public ImmutableHashSet<string> MayStartOver { get; init; } = [];
    /// <summary>Does work beside the run.</summary>
    internal Action<Action> InBackground { get; init; } = work => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    /// <summary>Whether state goes to disk whenever it can, however much room there is in memory.</summary>
    internal bool SpillsAlways { get; init; }
    /// <summary>How many of the newest pieces of a checkpoint's state are put together.</summary>
    internal Func<ImmutableArray<CheckpointPiece>, int> ChooseMerge { get; init; } = State.ChainMerge.Choose;
    /// <summary>Lanes in place of the pipeline's setting; 0 = as set. 1 with <see cref="Inline"/> runs everything on one thread.</summary>
    public int Lanes { get; init; }
    /// <summary>Reads, decodes and computes on the calling lane alone: one thread in total besides the committer. For benchmarks and deterministic tests.</summary>
    public bool Inline { get; init; }
}
