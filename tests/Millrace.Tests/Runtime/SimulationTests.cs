using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Whatever the schedule, the lanes, the lengths of queues and the sizes of batches: the rows in the end are those of a naive evaluator.</summary>
public sealed class SimulationTests
{
    static object?[][] RandomRows(Random random, int count, long disorder)
    {
        var rows = new object?[count][];
        for (var i = 0; i < count; i++)
            rows[i] = [i * Orders.Second / 2 + random.NextInt64(disorder) * Orders.Second, random.Next(10) == 0 ? null : "k" + random.Next(7), (long)random.Next(-5, 100)];
        return rows;
    }

    internal static List<string> Naive(IEnumerable<object?[]> rows, long seconds) => [.. rows
        .GroupBy(r => ((long)r[0]! / (seconds * Orders.Second) * seconds, (string?)r[1]))
        .Select(g => $"{g.Key.Item1}|{g.Key.Item2 ?? "NULL"}|{g.Sum(r => (long)r[2]!)}|{g.Count()}").Order(StringComparer.Ordinal)];

    internal static List<string> Stored(IStore store, string view, MemoryAccountant memory)
    {
        using var snapshot = store.Snapshot();
        var texts = new List<string>();
        foreach (var batch in snapshot.Scan(view, memory))
        {
            for (var i = 0; i < batch.RowCount; i++)
                texts.Add($"{((Column<long>)batch[0])[i] / Orders.Second}|{string.Join("|", Enumerable.Range(3, batch.Columns.Count - 3).Select(c => Expressions.ValueText.Format(batch[c], i)))}");
            batch.Release();
        }
        return [.. texts.Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_schedule_gives_the_rows_of_a_naive_evaluator(int lanes)
    {
        for (var run = 0; run < 6; run++)
        {
            var seed = lanes * 1000 + run;
            var random = new Random(seed);
            var partitions = random.Next(1, 5);
            var rows = Enumerable.Range(0, partitions).Select(_ => RandomRows(random, random.Next(0, 150), 5)).ToArray();
            var connector = new TestConnector();
            connector.Sources["orders"] = new(true, [.. rows.Select((r, i) => new TestRows(i, Orders.Schema, seed + i, true, r))]);
            connector.Sinks["final"] = new();
            connector.Sinks["changes"] = new();

            var source = Orders.Source();
            var perKey = Orders.PerKey(source.Plan!, "per_key");
            var perWindow = PlanBuilder.Aggregate(perKey, Orders.Tumble(30), [], [Orders.Aggregate("sum", "total", 4, perKey.Schema[4].Type), Orders.Aggregate("sum", "rows", 5)], "per_window", LatePolicy.Drop);
            var positive = PlanBuilder.Filter(source.Plan!, Orders.Call(">", Orders.Value, Orders.Number(0)));
            var pipeline = new Pipeline
            {
                Name = "test",
                Sources = [source],
                Settings = new() { QueueLength = random.Next(1, 4), BatchRows = random.Next(1, 20) },
                Views = [Orders.View("per_key", perKey), Orders.View("per_window", perWindow), Orders.View("positive", positive), Orders.View("closed", perKey, Emit.OnWindowClose)],
                Sinks = [Orders.Sink("final", "per_key", perKey, Emit.Final), Orders.Sink("changes", "per_key", perKey, Emit.Changes, isUpsert: true)],
            };
            var clock = new VirtualClock();
            var store = new MemoryStore();
            var simulation = new Simulation(pipeline, Orders.Options(connector, store, clock, lanes), clock, seed);
            await simulation.RunAsync();

            Assert.True(simulation.Running!.Completion.IsCompletedSuccessfully, $"seed {seed}: {simulation.Running.Completion.Exception}");
            var all = rows.SelectMany(r => r).ToList();
            var memory = simulation.Running.Memory;
            Same(seed, Naive(all, 10), Stored(store, "per_key", memory));
            Same(seed, Naive(all, 10), Stored(store, "closed", memory));
            Same(seed, Naive(all, 10), [.. connector.Sinks["final"].Rows.Select(Short).Order(StringComparer.Ordinal)]);
            Assert.All(connector.Sinks["final"].Rows, r => Assert.Equal(1, r.Weight));
            Same(seed, [.. all.GroupBy(r => (long)r[0]! / (30 * Orders.Second) * 30).Select(g => $"{g.Key}|{g.Sum(r => (long)r[2]!)}|{g.Count()}").Order(StringComparer.Ordinal)],
                Stored(store, "per_window", memory));
            using (var snapshot = store.Snapshot())
            {
                Assert.Equal(all.Count(r => (long)r[2]! > 0), snapshot.Count("positive"));
                Assert.Equal(Millrace.Time.Frontier.End, snapshot.FrontierOf("per_key"));
            }
            for (var i = 0; i < partitions; i++) Assert.Equal(rows[i].Length, store.PositionOf("orders", i) ?? 0);
            Assert.Equal(all.Count, simulation.Running.Quality[0].Accepted);
            Assert.Equal(0, memory.Alive);
        }
    }

    [Fact]
    public async Task Windows_close_while_a_queue_never_runs_empty()
    {
        var rows = Enumerable.Range(0, 2_000).Select(i => new object?[] { i * Orders.Second, "k" + i, 1L }).ToArray();
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, true, rows));
        var source = Orders.Source();
        var pipeline = new Pipeline
        {
            Name = "test",
            Sources = [source],
            Settings = new() { QueueLength = 10_000, BatchRows = 1 },
            Views = [Orders.View("per_key", Orders.PerKey(source.Plan!, "per_key"))],
        };
        var clock = new VirtualClock();
        var (running, run) = await PipelineRunner.OpenAsync(pipeline, Orders.Options(connector, new MemoryStore(), clock, lanes: 2), CancellationToken.None);
        try
        {
            // Lane 0 reads; what it sends waits in the queue of lane 1, which works off a part of it.
            for (var i = 0; i < 3_000; i++) run.Lanes[0].Step();
            for (var i = 0; i < 500; i++) run.Lanes[1].Step();
            var board = running.Status().Operators.Single(o => o.Owner == "per_key" && o.Name == "Aggregate");
            Assert.True(board.RowsIn > 60);
            Assert.InRange(board.StateRows, 0, 60); // groups come when their window is past
        }
        finally
        {
            await running.EndAsync();
        }
        Assert.Equal(0, running.Memory.Alive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_commit_is_one_cut_through_all_lanes(int lanes)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var connector = new TestConnector();
            connector.Sources["orders"] = new(true, [.. Enumerable.Range(0, 3).Select(i => new TestRows(i, Orders.Schema, seed + i, true, RandomRows(random, 300, 5)))]);
            var source = Orders.Source();
            var perKey = Orders.PerKey(source.Plan!, "per_key");
            var pipeline = new Pipeline
            {
                Name = "test",
                Sources = [source],
                Settings = new() { QueueLength = 1, BatchRows = 5 },
                Views = [Orders.View("per_key", perKey), Orders.View("all", source.Plan!)],
            };
            var clock = new VirtualClock();
            var store = new MemoryStore();
            var cuts = 0;
            Simulation simulation = null!;
            simulation = new(pipeline, Orders.Options(connector, store, clock, lanes), clock, seed)
            {
                OnTurn = turn =>
                {
                    if (turn == 0) simulation.Running!.Subscribe(new CutCheck(store, simulation, seed, () => cuts++));
                },
            };
            await simulation.RunAsync();
            Assert.True(simulation.Running!.Completion.IsCompletedSuccessfully, $"seed {seed}: {simulation.Running.Completion.Exception}");
            Assert.True(cuts > 3, $"seed {seed}: {cuts} commits");
            Assert.Equal(0, simulation.Running.Memory.Alive);
        }
    }

    /// <summary>At each commit the rows counted by key, the rows stored as they are, and the positions of the source are of one moment.</summary>
    sealed class CutCheck(MemoryStore store, Simulation simulation, int seed, Action count) : Millrace.Runtime.ICommitListener
    {
        public void OnCommitted(StoreCommit commit)
        {
            count();
            var read = commit.Positions.Sum(p => p.Position);
            using var snapshot = store.Snapshot();
            Assert.True(read == snapshot.Count("all"), $"seed {seed}: {read} read, {snapshot.Count("all")} stored");
            var counted = Stored(store, "per_key", simulation.Running!.Memory).Sum(r => long.Parse(r.Split('|')[^1], null));
            Assert.True(read == counted, $"seed {seed}: {read} read, {counted} counted");
        }

        public void OnEnded(Millrace.Runtime.PipelineState state)
        {
        }
    }

    [Fact]
    public async Task Stopping_anywhere_commits_everything_that_was_read()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var connector = new TestConnector();
            connector.Sources["orders"] = new(true, [.. Enumerable.Range(0, 2).Select(i => new TestRows(i, Orders.Schema, seed + i, true, RandomRows(random, 200, 5)))]);
            var source = Orders.Source();
            var pipeline = new Pipeline
            {
                Name = "test",
                Sources = [source],
                Settings = new() { QueueLength = 1, BatchRows = 7 },
                Views = [Orders.View("per_key", Orders.PerKey(source.Plan!, "per_key"))],
            };
            var clock = new VirtualClock();
            var store = new MemoryStore();
            var at = random.Next(20, 200);
            Simulation simulation = null!;
            simulation = new(pipeline, Orders.Options(connector, store, clock, 1 + seed % 4), clock, seed)
            {
                OnTurn = turn =>
                {
                    if (turn == at) simulation.Run!.Stop();
                },
            };
            await simulation.RunAsync();
            var counters = simulation.Running!.Quality[0];
            Assert.Equal(counters.Accepted, Stored(store, "per_key", simulation.Running.Memory).Sum(r => long.Parse(r.Split('|')[^1], null)));
            Assert.Equal(counters.Accepted, (store.PositionOf("orders", 0) ?? 0) + (store.PositionOf("orders", 1) ?? 0));
            Assert.Equal(0, simulation.Running.Memory.Alive);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    public async Task When_all_partitions_are_idle_time_moves_on_by_the_elapsed_time(int lanes, bool advances)
    {
        var connector = new TestConnector();
        var (first, second) = (new TestRows(0, Orders.Schema, 1, false, [100 * Orders.Second, "a", 1L]), new TestRows(1, Orders.Schema, 2, false, [50 * Orders.Second, "a", 2L]));
        connector.Sources["orders"] = new(false, first, second);
        var source = Orders.Source(with: s => s with { AdvanceWhenAllIdle = advances });
        var pipeline = new Pipeline { Name = "test", Sources = [source], Views = [Orders.View("closed", Orders.PerKey(source.Plan!, "closed"), Emit.Final)] };
        var clock = new VirtualClock();
        var store = new MemoryStore();
        var frontiers = new List<(long Elapsed, long Closed)>();
        var began = clock.GetUtcNow();
        Simulation simulation = null!;
        simulation = new(pipeline, Orders.Options(connector, store, clock, lanes), clock, 7)
        {
            Tick = TimeSpan.FromSeconds(1),
            OnTurn = turn =>
            {
                using var snapshot = store.Snapshot();
                var elapsed = (long)(clock.GetUtcNow() - began).TotalSeconds;
                frontiers.Add((elapsed, snapshot.FrontierOf("closed").Closed.Microseconds));
                if (elapsed > 60) simulation.Run!.Stop();
            },
        };
        await simulation.RunAsync();
        // While both are heard of, the slower one holds time back (45 s); once both are idle, time stands at the faster one's (95 s) and moves on from there.
        Assert.Contains(frontiers, f => f.Closed == 45 * Orders.Second);
        Assert.DoesNotContain(frontiers, f => f.Elapsed < 30 && f.Closed > 45 * Orders.Second);
        var last = frontiers[^1].Closed / Orders.Second;
        if (advances) Assert.InRange(last, 95 + 20, 95 + 31);
        else Assert.InRange(last, 45, 95);
        Assert.Equal(advances ? ["100|a|1|1", "50|a|2|1"] : last >= 60 ? ["50|a|2|1"] : [], Stored(store, "closed", simulation.Running!.Memory));
        Assert.Equal(0, simulation.Running.Memory.Alive);
    }

    [Fact]
    public async Task A_partition_that_falls_silent_holds_time_back_no_longer()
    {
        var connector = new TestConnector();
        var live = new TestRows(0, Orders.Schema, 1, false);
        connector.Sources["orders"] = new(false, live, new TestRows(1, Orders.Schema, 2, false, [0L, "silent", 2L]));
        var source = Orders.Source();
        var pipeline = new Pipeline { Name = "test", Sources = [source], Views = [Orders.View("closed", Orders.PerKey(source.Plan!, "closed"), Emit.Final)] };
        var clock = new VirtualClock();
        var store = new MemoryStore();
        var began = clock.GetUtcNow();
        var pushed = -1L;
        var silentFor = 0L;
        Simulation simulation = null!;
        simulation = new(pipeline, Orders.Options(connector, store, clock, 2), clock, 3)
        {
            Tick = TimeSpan.FromSeconds(1),
            OnTurn = turn =>
            {
                var elapsed = (long)(clock.GetUtcNow() - began).TotalSeconds;
                if (elapsed > pushed) live.Push([elapsed * Orders.Second, "live", 1L]);
                pushed = Math.Max(pushed, elapsed);
                using var snapshot = store.Snapshot();
                if (snapshot.Count("closed") == 0) silentFor = elapsed;
                if (elapsed > 50) simulation.Run!.Stop();
            },
        };
        await simulation.RunAsync();
        Assert.InRange(silentFor, 29, 40);
        Assert.Contains("0|silent|2|1", Stored(store, "closed", simulation.Running!.Memory));
        Assert.Equal(0, simulation.Running.Quality[0].Late);
        Assert.Equal(0, simulation.Running.Memory.Alive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Who_speaks_again_behind_all_others_is_late_by_the_row(int lanes)
    {
        var connector = new TestConnector();
        var (live, behind) = (new TestRows(0, Orders.Schema, 1, false), new TestRows(1, Orders.Schema, 2, false, [0L, "behind", 1L]));
        connector.Sources["orders"] = new(false, live, behind);
        var source = Orders.Source();
        var pipeline = new Pipeline { Name = "test", Sources = [source], Views = [Orders.View("closed", Orders.PerKey(source.Plan!, "closed"), Emit.Final)] };
        var clock = new VirtualClock();
        var store = new MemoryStore();
        var began = clock.GetUtcNow();
        var (pushed, isBack) = (-1L, false);
        Simulation simulation = null!;
        simulation = new(pipeline, Orders.Options(connector, store, clock, lanes), clock, 3)
        {
            Tick = TimeSpan.FromSeconds(1),
            OnTurn = turn =>
            {
                var elapsed = (long)(clock.GetUtcNow() - began).TotalSeconds;
                if (elapsed > pushed) live.Push([elapsed * Orders.Second, "live", 1L]);
                pushed = Math.Max(pushed, elapsed);
                using var snapshot = store.Snapshot();
                if (snapshot.Count("closed") > 1 && !isBack)
                {
                    behind.Push([1 * Orders.Second, "behind", 1L], [2 * Orders.Second, "behind", 1L], [3 * Orders.Second, "behind", 1L]);
                    isBack = true;
                }
                if (elapsed > 60) simulation.Run!.Stop();
            },
        };
        await simulation.RunAsync();
        Assert.Contains("0|behind|1|1", Stored(store, "closed", simulation.Running!.Memory));
        Assert.Equal(3, simulation.Running.Quality[0].Late);
        Assert.Equal(0, simulation.Running.Memory.Alive);
    }

    [Fact]
    public async Task Emit_every_tells_changes_at_most_once_in_each_interval()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, true, [.. Enumerable.Range(0, 400).Select(i => new object?[] { i * Orders.Second / 100, "a", 1L })]));
        connector.Sinks["every"] = new();
        var source = Orders.Source();
        var perKey = Orders.PerKey(source.Plan!, "per_key");
        var pipeline = new Pipeline
        {
            Name = "test",
            Sources = [source],
            Settings = new() { BatchRows = 3 },
            Sinks = [Orders.Sink("every", "per_key", perKey, new(EmitMode.Every, TimeSpan.FromSeconds(1)), isUpsert: true)],
        };
        var clock = new VirtualClock();
        var began = clock.GetUtcNow();
        var simulation = new Simulation(pipeline, Orders.Options(connector, new MemoryStore(), clock), clock, 11);
        await simulation.RunAsync();
        var rows = connector.Sinks["every"].Rows;
        var seconds = (clock.GetUtcNow() - began).TotalSeconds;
        Assert.InRange(rows.Count, 2, (int)seconds + 2);
        Assert.EndsWith("|a|400|400", rows[^1].Row, StringComparison.Ordinal);
        Assert.Equal([0, 3], connector.Sinks["every"].Key);
        Assert.Equal(0, simulation.Running!.Memory.Alive);
    }

    static void Same(int seed, List<string> expected, List<string> actual)
    {
        if (expected.SequenceEqual(actual)) return;
        Assert.Fail($"seed {seed}: missing {string.Join("; ", expected.Except(actual).Take(5))}, unexpected {string.Join("; ", actual.Except(expected).Take(5))}");
    }

    static string Short((long Version, string Row, int Weight) row)
    {
        var fields = row.Row.Split('|');
        var start = DateTimeOffset.Parse(fields[0].Replace(' ', 'T') + (fields[0].EndsWith('Z') ? "" : "Z"), System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        return $"{start}|{string.Join("|", fields[3..])}";
    }
}
