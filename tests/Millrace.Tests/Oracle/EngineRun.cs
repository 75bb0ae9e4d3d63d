using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Oracle;

/// <summary>A way to run a pipeline: none of its choices may change an answer.</summary>
/// <param name="Seed">Of the schedule.</param>
/// <param name="Lanes">Lanes.</param>
/// <param name="BatchRows">Rows of a batch at most.</param>
/// <param name="QueueLength">Batches between two lanes.</param>
/// <param name="TickMs">How far the clock goes when it is its turn: 100 is a commit each time.</param>
/// <param name="Crashes">How often the process ends at some moment and another goes on from the last checkpoint, on any number of lanes.</param>
/// <param name="RulesOff">Plan rules that are left out.</param>
sealed record Way(int Seed, int Lanes = 1, int BatchRows = 4096, int QueueLength = 64, int TickMs = 1000, int Crashes = 0, IReadOnlyList<string>? RulesOff = null)
{
    static readonly string[] s_rules = [.. Settings.RuleNames];

    /// <summary>A random way.</summary>
    public static Way Random(Random random) => new(random.Next(1_000_000), random.Next(3) == 0 ? 1 : random.Next(1, 5), random.Next(4) switch { 0 => 1, 1 => 64, _ => random.Next(1, 12) },
        random.Next(2) == 0 ? 1 : random.Next(1, 5), random.Next(2) == 0 ? 100 : 1000, random.Next(2) == 0 ? random.Next(1, 8) : 0,
        random.Next(6) switch { 0 => s_rules, 1 or 2 => [s_rules[random.Next(s_rules.Length)]], _ => null });

    public override string ToString() => $"{Lanes} lanes, batches of {BatchRows}, queues of {QueueLength}, schedule {Seed}, ticks of {TickMs} ms"
        + (Crashes > 0 ? $", {Crashes} crashes" : "") + (RulesOff is { Count: > 0 } off ? $", without {string.Join(", ", off)}" : "");
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
        var result = new EngineRun();
        pipeline = pipeline with { Settings = pipeline.Settings with { QueueLength = way.QueueLength, BatchRows = way.BatchRows, RulesOff = [.. way.RulesOff ?? []] } };
        var clock = new VirtualClock();
        using var store = new MemoryStore { Blobs = way.Crashes > 0 ? new MemoryBlobStore() : null };
        var applied = new Dictionary<string, long>();
        foreach (var sink in pipeline.Sinks) (result.Changes[sink.Name], applied[sink.Name]) = ([], 0);
        var moments = new Random(way.Seed);
        for (var crash = 0; ; crash++)
        {
            var connector = new TestConnector();
            foreach (var source in pipeline.Sources)
                connector.Sources[source.Name] = new(true, [.. data[source.Name].Select((rows, i) => new TestRows(i, source.Schema, way.Seed + i, true, [.. rows]))]);
            foreach (var sink in pipeline.Sinks)
            {
                var changes = result.Changes[sink.Name];
                connector.Sinks[sink.Name] = new() { Takes = (batch, row, weight, version) => changes.Add((version, Values(batch, row), weight)), AppliedVersion = applied[sink.Name], BeginsAnew = changes.Clear };
            }
            var lanes = crash == 0 ? way.Lanes : moments.Next(1, 5);
            var crashAt = crash < way.Crashes ? moments.Next(1, 1 << moments.Next(3, 11)) : -1;
            var simulation = result.Simulate(pipeline, Orders.Options(connector, store, clock, lanes) with { KeepsState = way.Crashes > 0 }, clock, way, crash, crashAt);
            result.CheckMemory(simulation.Running!);
            if (!simulation.HasCrashed)
            {
                result.Finish(pipeline, store, simulation.Running!);
                return result;
            }
            foreach (var sink in pipeline.Sinks) applied[sink.Name] = connector.Sinks[sink.Name].AppliedVersion;
        }
    }

    Simulation Simulate(Pipeline pipeline, RunOptions options, VirtualClock clock, Way way, int crash, int crashAt)
    {
        Simulation simulation = null!;
        simulation = new(pipeline, options, clock, way.Seed + crash)
        {
            Tick = TimeSpan.FromMilliseconds(way.TickMs),
            CrashAt = crashAt,
            OnTurn = turn =>
            {
                if (turn == 0) simulation.Running!.Subscribe(new Listener(commit => Cuts.Add((commit.Version, commit.Positions.ToDictionary(p => (p.Source, p.Partition), p => p.Position)))));
            },
        };
        var ended = simulation.RunAsync(turnsMax: 5_000_000); // a batch of one row is a turn
        Assert.True(ended.IsCompleted, "the run waited for something");
        ended.GetAwaiter().GetResult();
        if (simulation.HasCrashed) return simulation;
        Failure = simulation.Running!.Completion.Exception?.InnerException;
        if (Failure is Xunit.Sdk.IAssertionException) throw Failure;
        return simulation;
    }

    void Finish(Pipeline pipeline, MemoryStore store, RunningPipeline running)
    {
        if (Failure is not null) return;
        using var snapshot = store.Snapshot();
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
    }

    void CheckMemory(RunningPipeline running)
    {
        Assert.True(running.Memory.Alive == 0, $"{running.Memory.Alive} buffers are still alive{(Failure is null ? "" : $" after {Failure}")}");
        foreach (var owner in running.Memory.Owners.Where(o => o != running.Memory.Buffers)) Assert.True(owner.Bytes == 0, $"{owner.Name} still has {owner.Bytes} bytes");
    }

    static object?[] Values(Batch batch, int row) => [.. batch.Columns.Select(c => PlainValues.Of(c, row))];

    sealed class Listener(Action<StoreCommit> onCommitted) : ICommitListener
    {
        public void OnCommitted(StoreCommit commit) => onCommitted(commit);

        public void OnEnded(PipelineState state)
        {
        }
    }
}
