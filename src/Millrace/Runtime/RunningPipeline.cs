using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A pipeline on its threads: one for each lane, one for each byte partition that is read ahead, one that commits.</summary>
sealed class RunningPipeline : IRunningPipeline
{
    readonly PipelineRun _run;
    readonly IReadOnlyDictionary<string, SourceRun> _sources;
    readonly IReadOnlyList<ReaderRun> _readers;
    readonly StatusBoard _board;
    readonly Committer _committer;
    readonly Listeners _listeners;
    readonly Checkpointer? _checkpointer;
    readonly long? _wentOnFrom;
    readonly RunWarnings _warnings;
    readonly CommitPace _pace;
    readonly TimeProvider _clock;
    readonly Timestamp _started;
    readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ITimer? _timer;
    volatile PipelineStatus? _last;

    public RunningPipeline(Pipeline pipeline, RunOptions options, PhysicalPlan plan, PipelineRun run, IReadOnlyDictionary<string, SourceRun> sources, IReadOnlyList<ReaderRun> readers,
        IReadOnlyList<QualityCounters> quality, StatusBoard board, Committer committer, Listeners listeners, MemoryAccountant memory,
        Checkpointer? checkpointer, long? wentOnFrom, RunWarnings warnings, CommitPace pace)
    {
        (Pipeline, Store, Tables, Quality, Memory) = (pipeline, options.Store, plan.Tables, quality, memory);
        (_run, _sources, _readers, _board, _committer, _listeners, _clock) = (run, sources, readers, board, committer, listeners, options.Clock);
        (_checkpointer, _wentOnFrom, _warnings, _pace) = (checkpointer, wentOnFrom, warnings, pace);
        _started = Timestamp.From(_clock.GetUtcNow());
    }

    public Pipeline Pipeline { get; }
    public IStore Store { get; }
    public IReadOnlyList<TableDefinition> Tables { get; }
    public IReadOnlyList<QualityCounters> Quality { get; }
    public Task Completion => _completion.Task;

    /// <summary>Where its buffers and state come from.</summary>
    internal MemoryAccountant Memory { get; }

    /// <summary>Bytes of state and results that went to disk because memory had no room for them.</summary>
    internal long SpilledBytes => _run.Lanes[0].Spill.WrittenBytes;

    public void Start()
    {
        foreach (var source in _sources.Values)
            foreach (var feed in source.Feeds)
                if (feed.HasBegun) feed.Start();
        var placement = new LanePlacement(_run.Lanes.Length, _clock);
        var threads = _run.Lanes.Select(lane => new Thread(() => lane.Run(_run.Failure, placement)) { IsBackground = true, Name = "lane " + lane.Index }).ToArray();
        foreach (var thread in threads) thread.Start();
        new Thread(() => Coordinate(threads)) { IsBackground = true, Name = "commit" }.Start();
        _timer = _clock.CreateTimer(_ => _run.OnTimer(), null, _run.TickInterval, _run.TickInterval);
    }

    void Coordinate(Thread[] lanes)
    {
        _run.Run();
        foreach (var lane in lanes) lane.Join();
        EndAsync().GetAwaiter().GetResult();
    }

    internal async Task EndAsync()
    {
        var error = _run.Failure.Now ?? _run.Failure.AfterCommit;
        try
        {
            if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
            _last = Take(error is null ? PipelineState.Finished : PipelineState.Failed, error?.Message);
            _run.Release();
            foreach (var reader in _readers) reader.Dispose();
            foreach (var source in _sources.Values) await source.DisposeAsync().ConfigureAwait(false);
            _checkpointer?.Dispose();
        }
        catch (Exception e)
        {
            error ??= e;
        }
        var state = error is null ? PipelineState.Finished : PipelineState.Failed;
        if (_last is { } last) _last = last with { State = state, Error = error?.Message };
        foreach (var listener in _listeners.All)
        {
            try
            {
                listener.OnEnded(state);
            }
            catch (Exception e)
            {
                error ??= e;
            }
        }
        if (error is null) _completion.SetResult();
        else _completion.SetException(error);
    }

    public PipelineStatus Status() => _last ?? Take(PipelineState.Running, null);

    PipelineStatus Take(PipelineState state, string? error) =>
        new(Store.Version, state, _started, error, _board.Nodes(), Memory.UsedBytes, Memory.LimitBytes, _committer.Commits, _committer.LastCommitMs)
        {
            Operators = _board.Operators(),
            WentOnFrom = _wentOnFrom,
            SpilledBytes = SpilledBytes,
            Warnings = [.. _warnings.All, .. _board.Problems()],
            CommitInterval = _pace.Interval,
        };

    public IDisposable Subscribe(ICommitListener listener) => _listeners.Add(listener);

    public IIngest? Ingest(string source) => _sources.TryGetValue(source, out var run) ? (run.Source as IIngestSource)?.Ingest : null;

    public async Task StopAsync()
    {
        _run.Stop();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}

/// <summary>Who hears of commits. Thread-safe.</summary>
sealed class Listeners
{
    ImmutableArray<ICommitListener> _all = [];

    public ICommitListener[] All => [.. _all];

    public IDisposable Add(ICommitListener listener)
    {
        ImmutableInterlocked.Update(ref _all, (all, added) => all.Add(added), listener);
        return new Subscription(this, listener);
    }

    sealed class Subscription(Listeners home, ICommitListener listener) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref home._all, (all, removed) => all.Remove(removed), listener);
    }
}
