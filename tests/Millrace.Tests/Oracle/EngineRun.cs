using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Oracle.Faults;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Oracle;

/// <summary>A way to run a pipeline: none of its choices may change an answer.</summary>
/// <param name="Seed">Of the schedule.</param>
/// <param name="Lanes">Lanes.</param>
/// <param name="BatchRows">Rows of a batch at most.</param>
/// <param name="QueueLength">Batches between two lanes.</param>
/// <param name="TickMs">How far the clock goes when it is its turn: 100 is a commit each time.</param>
/// <param name="Crashes">How often the process ends at some moment and another goes on from the last checkpoint or one before it, on any number of lanes.</param>
/// <param name="RulesOff">Plan rules that are left out.</param>
/// <param name="Spills">Whether state goes to disk at every chance.</param>
/// <param name="Troubles">How much goes wrong at most where the process touches store, sources and sinks (<see cref="Faults.Troubles"/>).</param>
sealed record Way(int Seed, int Lanes = 1, int BatchRows = 4096, int QueueLength = 64, int TickMs = 1000, int Crashes = 0, IReadOnlyList<string>? RulesOff = null, int Troubles = 0, bool Spills = false)
{
    /// <summary>Whether a process goes on from where the last one stood.</summary>
    public bool KeepsState => Crashes > 0 || Troubles > 0;

    static readonly string[] s_rules = [.. Settings.RuleNames];

    /// <summary>A random way.</summary>
    public static Way Random(Random random) => new Way(random.Next(1_000_000), random.Next(3) == 0 ? 1 : random.Next(1, 5), random.Next(4) switch { 0 => 1, 1 => 64, _ => random.Next(1, 12) },
        random.Next(2) == 0 ? 1 : random.Next(1, 5), random.Next(2) == 0 ? 100 : 1000, random.Next(2) == 0 ? random.Next(1, 8) : 0,
        random.Next(6) switch { 0 => s_rules, 1 or 2 => [s_rules[random.Next(s_rules.Length)]], _ => null }, random.Next(3) == 0 ? random.Next(1, 9) : 0) is var way && way.Seed % 3 == 0 ? way with { Spills = true } : way;

    public override string ToString() => $"{Lanes} lanes, batches of {BatchRows}, queues of {QueueLength}, schedule {Seed}, ticks of {TickMs} ms"
        + (Crashes > 0 ? $", {Crashes} crashes" : "") + (Troubles > 0 ? $", {Troubles} troubles" : "") + (Spills ? ", spilling" : "") + (RulesOff is { Count: > 0 } off ? $", without {string.Join(", ", off)}" : "");
}

/// <summary>What came out of a pipeline.</summary>
sealed class EngineRun
{
    /// <summary>By name of the view or sink: every change in the order in which it was told.</summary>
    public Dictionary<string, List<(long Version, object?[] Row, int Weight)>> Changes { get; } = [];

    /// <summary>By name of the view: the stored rows in the end.</summary>
    public Dictionary<string, List<object?[]>> Stored { get; } = [];

    /// <summary>Where the sources stood at each version.</summary>
    public List<(long Version, Dictionary<(string Source, int Partition), long> Positions)> Cuts { get; } = [];

    /// <summary>Rows that came too late, by source.</summary>
    public Dictionary<string, long> Late { get; } = [];

    /// <summary>Why the run ended before its sources did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Runs a pipeline to the end of its sources (connector 'test') on this thread.</summary>
    /// <param name="pipeline">What runs.</param>
    /// <param name="data">Rows by source and partition.</param>
    /// <param name="way">How.</param>
    public static EngineRun Of(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data, Way way)
    {
        pipeline = pipeline with { Settings = pipeline.Settings with { QueueLength = way.QueueLength, BatchRows = way.BatchRows, RulesOff = [.. way.RulesOff ?? []] } };
        using var world = new World(pipeline, data, way);
        var result = new EngineRun();
        try
        {
            result.Run(pipeline, world, way);
            return result;
        }
        catch (Exception e) when (world.Troubles.Told.Count > 0)
        {
            throw new WrongAnswer($"{string.Join("; ", world.Troubles.Told)}: {e}");
        }
    }

    void Run(Pipeline pipeline, World world, Way way)
    {
        var moments = new Random(way.Seed);
        for (var crash = 0; ; crash++)
        {
            if (world.BeginsAnew) Cuts.Clear();
            var lanes = crash == 0 ? way.Lanes : moments.Next(1, 5);
            var crashAt = crash < way.Crashes ? moments.Next(1, 1 << moments.Next(3, 11)) : -1;
            if (Simulate(pipeline, world, way, crash, lanes, crashAt) is not { } running) continue;
            Finish(pipeline, world, running);
            return;
        }
    }

    /// <summary>Runs one process.</summary>
    /// <returns>The pipeline that came to its end, or null where another process has to go on.</returns>
    RunningPipeline? Simulate(Pipeline pipeline, World world, Way way, int crash, int lanes, int crashAt)
    {
        Simulation simulation = null!;
        var options = world.Begin(lanes);
        if (options.From.Version > 0) Cuts.RemoveAll(c => c.Version > options.From.Version);
        simulation = new(pipeline, options, world.Clock, way.Seed + crash)
        {
            Tick = TimeSpan.FromMilliseconds(way.TickMs),
            TickRarity = way.KeepsState ? 1 << way.Seed % 4 : 8,
            CrashAt = crashAt,
            OnTurn = turn =>
            {
                if (turn == 0) simulation.Running!.Subscribe(new Listener(commit => Cuts.Add((commit.Version, commit.Positions.ToDictionary(p => (p.Source, p.Partition), p => p.Position)))));
                world.Turn();
            },
        };
        var troubles = world.Troubles.Told.Count;
        var ended = simulation.RunAsync(turnsMax: 5_000_000); // a batch of one row is a turn
        Assert.True(ended.IsCompleted, "the run waited for something");
        var error = ended.Exception?.InnerException;
        if (simulation.Running is { } running)
        {
            error ??= running.Completion.Exception?.InnerException;
            CheckMemory(running, error);
        }
        // A failure that was brought about is one that somebody starts the process again for.
        if (error is ProcessEnded || error is ConnectorException && world.Troubles.Told.Count > troubles) return null;
        if (error is WrongAnswer or Xunit.Sdk.IAssertionException) throw error;
        if (simulation.HasCrashed) return null;
        Failure = error;
        return simulation.Running ?? throw new InvalidOperationException("the run did not begin", error);
    }

    void Finish(Pipeline pipeline, World world, RunningPipeline running)
    {
        foreach (var sink in pipeline.Sinks) Changes[sink.Name] = [.. world.ChangesOf(sink.Name)];
        if (Failure is not null) return;
        using var snapshot = world.Store.Snapshot();
        foreach (var view in pipeline.Views.Where(v => v.IsMaterialized))
        {
            var rows = Stored[view.Name] = [];
            foreach (var batch in snapshot.Scan(view.Name, running.Memory))
            {
                for (var row = 0; row < batch.RowCount; row++) rows.Add(Values(batch, row));
                batch.Release();
            }
        }
        foreach (var counters in running.Quality) Late[counters.Source] = counters.Late;
        if (world.Store.Blobs is not { } blobs) return;
        var needed = world.Store.Checkpoints().SelectMany(c => c.Chain.Select(p => p.Name).Concat(c.Pending.Select(p => p.Blob))).ToHashSet();
        Assert.True(needed.SetEquals(blobs.List()), $"blobs {string.Join(", ", blobs.List())} are there, {string.Join(", ", needed)} are needed");
    }

    static void CheckMemory(RunningPipeline running, Exception? failure)
    {
        Assert.True(running.Memory.Alive == 0, $"{running.Memory.Alive} buffers are still alive{(failure is null ? "" : $" after {failure}")}");
        foreach (var owner in running.Memory.Owners.Where(o => o != running.Memory.Buffers)) Assert.True(owner.Bytes == 0, $"{owner.Name} still has {owner.Bytes} bytes");
    }

    /// <summary>A row's values as the plain evaluator has them.</summary>
    public static object?[] Values(Batch batch, int row) => [.. batch.Columns.Select(c => PlainValues.Of(c, row))];

    sealed class Listener(Action<StoreCommit> onCommitted) : ICommitListener
    {
        public void OnCommitted(StoreCommit commit) => onCommitted(commit);

        public void OnEnded(PipelineState state)
        {
        }
    }
}
