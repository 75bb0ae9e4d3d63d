using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;

namespace Millrace.Tests.Runtime;

public sealed class CommitPaceTests
{
    static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    [Fact]
    public void One_slow_commit_changes_nothing_two_in_a_row_stretch_the_interval_and_a_fast_one_brings_it_back()
    {
        var warnings = new RunWarnings();
        var pace = new CommitPace(Ms(100), warnings);
        foreach (var (took, interval) in new[] { (20.0, 100), (500, 100), (20, 100), (150, 100), (180, 300), (400, 360), (90, 100), (120, 100) })
        {
            pace.Note(Ms(took));
            Assert.Equal(Ms(interval), pace.Interval);
        }
        Assert.Empty(warnings.All);
    }

    [Fact]
    public void A_stretch_that_makes_results_a_second_old_is_said_and_taken_back()
    {
        var warnings = new RunWarnings();
        var pace = new CommitPace(Ms(100), warnings);
        pace.Note(Ms(700));
        Assert.Empty(warnings.All);
        pace.Note(Ms(600));
        Assert.Equal(Ms(1200), pace.Interval);
        Assert.StartsWith("Commits take longer than commit_interval (100 ms), so they are made less often.", Assert.Single(warnings.All), StringComparison.Ordinal);
        pace.Note(Ms(10));
        Assert.Empty(warnings.All);
    }

    [Fact]
    public void A_stretch_ends_at_a_minute_and_never_makes_the_interval_shorter()
    {
        var pace = new CommitPace(Ms(100), new());
        pace.Note(TimeSpan.FromHours(1));
        pace.Note(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromMinutes(1), pace.Interval);
        var slow = new CommitPace(TimeSpan.FromMinutes(5), new());
        slow.Note(TimeSpan.FromHours(1));
        slow.Note(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromMinutes(5), slow.Interval);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(250, 500)]
    public async Task A_store_that_takes_long_gets_fewer_commits(int commitMs, int intervalMs)
    {
        var clock = new VirtualClock();
        var connector = new TestConnector();
        var rows = new TestRows(0, Orders.Schema, 1, ends: false, [.. Enumerable.Range(0, 50_000).Select(i => new object?[] { i * Orders.Second / 4, "key", (long)i })]);
        connector.Sources["orders"] = new(false, rows);
        var source = Orders.Source();
        var pipeline = new Pipeline
        {
            Name = "shop",
            Sources = [source],
            Views = [Orders.View("totals", Orders.PerKey(source.Plan!, "totals"))],
            Settings = new() { BatchRows = 4 },
        };
        using var store = new SlowStore(clock, Ms(commitMs));
        PipelineStatus? seen = null;
        Simulation? simulation = null;
        simulation = new Simulation(pipeline, Orders.Options(connector, store, clock), clock, 7)
        {
            Tick = Ms(10),
            OnTurn = turn =>
            {
                if (store.Times.Count < 6) return;
                seen ??= simulation!.Running!.Status();
                simulation!.Run!.Stop();
            },
        };
        await simulation.RunAsync();
        Assert.Equal(Ms(intervalMs), seen!.CommitInterval);
        // The last commit is made by the stop.
        var apart = store.Times.Zip(store.Times.Skip(1), (a, b) => b - a).ToList();
        Assert.All(apart[2..^1], a => Assert.InRange(a, Ms(intervalMs - 20), Ms(intervalMs * 2)));
    }

    /// <summary>A store whose commits take so long by the run's clock.</summary>
    sealed class SlowStore(VirtualClock clock, TimeSpan takes) : IStore
    {
        readonly MemoryStore _store = new();

        public List<DateTimeOffset> Times { get; } = [];
        public long Version => _store.Version;
        public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from) => _store.Open(tables, from);
        public IStoreSnapshot Snapshot() => _store.Snapshot();
        public void Dispose() => _store.Dispose();

        public void Commit(StoreCommit commit)
        {
            Times.Add(clock.GetUtcNow());
            clock.Advance(takes);
            _store.Commit(commit);
        }
    }
}
