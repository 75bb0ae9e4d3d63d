using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Oracle;
using Millrace.Tests.Stores;
using Way = Millrace.Tests.Oracle.Way;

namespace Millrace.Tests.Runtime;

/// <summary>What users of other stream processors ran into, each as a test of its own.</summary>
public sealed class TroublesOfOthersTests
{
    const string Windows = """
        CREATE SOURCE s (at TIMESTAMP, k TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '2 seconds') WITH (connector = 'test', format = 'csv', watermark.idle_timeout = '5 seconds');
        CREATE MATERIALIZED VIEW windows AS SELECT window_start, k, COUNT(*) AS rows FROM TUMBLE(s, at, INTERVAL '10 seconds') GROUP BY window_start, k EMIT FINAL;
        CREATE MATERIALIZED VIEW sessions AS SELECT window_start, window_end, k, COUNT(*) AS rows FROM SESSION(s, at, INTERVAL '3 seconds') GROUP BY window_start, window_end, k EMIT FINAL;
        """;

    static readonly Schema s_schema = new(new Field("at", DataType.Timestamp), new Field("k", DataType.Text), new Field("n", DataType.Integer));

    static Pipeline Compile(string sql) => Trial.Compile(sql).Pipeline!;

    static object?[] Row(double second, string key) => [(long)(second * Orders.Second), key, 1];

    static List<string> Stored(IStore store, string view)
    {
        using var snapshot = store.Snapshot();
        return [.. snapshot.Texts(view, new()).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void After_a_restore_no_row_that_is_in_time_is_dropped_as_late()
    {
        // One partition is an hour behind the other: what counts as late is decided in each, before and after.
        List<object?[]> ahead = [.. Enumerable.Range(0, 12).Select(i => Row(3600 + i * 4, "ahead"))], behind = [.. Enumerable.Range(0, 12).Select(i => Row(i * 4 - i % 2, "behind"))];
        var data = new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = [ahead, behind] };
        var trial = Trial.Of(Windows, data);
        for (var seed = 0; seed < 150; seed++)
        {
            var way = new Way(seed, Lanes: 1 + seed % 3, BatchRows: 1 + seed % 4, QueueLength: 1, TickMs: 100, Crashes: 1 + seed % 5);
            trial.Check(way);
            Assert.Equal(0, EngineRun.Of(trial.Pipeline, data, way).Late["s"]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_window_and_session_closes_once_all_inputs_are_idle_that_of_a_single_row_too(int crashes)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var clock = new VirtualClock();
            using var store = new MemoryStore { Blobs = new MemoryBlobStore() };
            for (var run = 0; run <= crashes; run++)
            {
                var connector = new TestConnector();
                connector.Sources["s"] = new(false, new TestRows(0, s_schema, seed, false, Row(1, "one")), new TestRows(1, s_schema, seed, false, Row(4, "two"), Row(6, "two")));
                var began = clock.GetUtcNow();
                Simulation simulation = null!;
                simulation = new(Compile(Windows), Orders.Options(connector, store, clock, 1 + seed % 3), clock, seed + run)
                {
                    Tick = TimeSpan.FromSeconds(1),
                    CrashAt = run < crashes ? 150 + 50 * run : -1,
                    OnTurn = _ =>
                    {
                        if (clock.GetUtcNow() - began > TimeSpan.FromSeconds(60)) simulation.Run!.Stop();
                    },
                };
                await simulation.RunAsync();
                Assert.Null(simulation.Running!.Completion.Exception);
            }
            Assert.Equal(["1970-01-01 00:00:00|one|1", "1970-01-01 00:00:00|two|2"], Stored(store, "windows"));
            Assert.Equal(["1970-01-01 00:00:01|1970-01-01 00:00:04|one|1", "1970-01-01 00:00:04|1970-01-01 00:00:09|two|2"], Stored(store, "sessions"));
        }
    }

    [Fact]
    public async Task A_partition_without_a_row_holds_windows_back_until_it_is_idle_and_the_status_names_it()
    {
        var connector = new TestConnector();
        connector.Sources["s"] = new(false, new TestRows(0, s_schema, 1, false, [.. Enumerable.Range(0, 20).Select(i => Row(i * 5, "a"))]), new TestRows(1, s_schema, 2, false));
        var clock = new VirtualClock();
        using var store = new MemoryStore();
        var began = clock.GetUtcNow();
        var (namedAt, closedAt) = (-1.0, -1.0);
        Simulation simulation = null!;
        simulation = new(Compile(Windows), Orders.Options(connector, store, clock, 2), clock, 3)
        {
            OnTurn = _ =>
            {
                var elapsed = (clock.GetUtcNow() - began).TotalSeconds;
                if (namedAt < 0 && simulation.Running!.Status().Nodes.Single(n => n.Id == "s").HeldBackBy == "rows 1") namedAt = elapsed;
                if (closedAt < 0 && Stored(store, "windows").Count > 0) closedAt = elapsed;
                if (elapsed > 30) simulation.Run!.Stop();
            },
        };
        await simulation.RunAsync();
        Assert.InRange(namedAt, 0, 4.9);
        Assert.InRange(closedAt, 5, 8);
        Assert.Equal(10, Stored(store, "windows").Count); // the last one by the time that passes while both are idle
    }

    [Fact]
    public void The_last_update_of_a_window_is_told_though_the_next_row_frees_its_state()
    {
        var sql = Windows.Replace("'5 seconds')", "'5 seconds') ON LATE UPDATE FOR INTERVAL '20 seconds'", StringComparison.Ordinal).Replace(" EMIT FINAL", "", StringComparison.Ordinal);
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = [[Row(1, "a"), Row(13, "a"), Row(30, "b"), Row(9, "a"), Row(100, "b"), Row(79, "c"), Row(81, "a"), Row(500, "b")]] });
        for (var seed = 0; seed < 200; seed++)
            trial.Check(new Way(seed, Lanes: 1 + seed % 3, BatchRows: 1 + seed % 8, QueueLength: 1 + seed % 3, TickMs: seed % 2 == 0 ? 100 : 1000, Crashes: seed % 4));
    }

    [Fact]
    public async Task One_bad_byte_costs_one_row()
    {
        const string header = "at,k,n\n", row = "1970-01-01T00:00:07Z,\"key\",5\n";
        for (var position = 0; position < row.Length - 1; position++)
        {
            var rows = Enumerable.Range(0, 9).Select(i => i == 5 ? row[..position] + '\0' + row[(position + 1)..] : row);
            var connector = new TestConnector();
            connector.Sources["s"] = new(true, new TestBytes(0, true, header + string.Concat(rows)));
            using var store = new MemoryStore();
            var simulation = new Simulation(Compile("CREATE SOURCE s (at TIMESTAMP, k TEXT, n INTEGER) WITH (connector = 'test', format = 'csv', bad_data = 'dead_letter'); CREATE MATERIALIZED VIEW v AS SELECT * FROM s;"),
                Orders.Options(connector, store, new VirtualClock()) with { Inline = true }, new(), position);
            await simulation.RunAsync();
            Assert.Null(simulation.Running!.Completion.Exception);
            var (good, bad) = (Stored(store, "v").Count, Stored(store, "dead_letters").Count);
            Assert.True((good, bad) == (8, 1), $"byte {position}: {good} rows, {bad} dead letters");
        }
    }

    static int ValueOf(string row) => int.Parse(row[(row.LastIndexOf('|') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    static (Pipeline Pipeline, TestRows Rows, TestConnector Connector) ToSink(TestSink sink)
    {
        var rows = new TestRows(0, Orders.Schema, 1, true, [.. Enumerable.Range(0, 400).Select(i => new object?[] { i * Orders.Second, "a", (long)i })]);
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, rows);
        connector.Sinks["out"] = sink;
        var source = Orders.Source();
        return (new() { Name = "t", Sources = [source], Sinks = [Orders.Sink("out", "orders", source.Plan!, Emit.Final)], Settings = new() { BatchRows = 4 } }, rows, connector);
    }

    [Fact]
    public async Task A_failing_sink_is_tried_again_ever_more_rarely_while_nothing_is_read_and_nothing_is_written_twice()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var clock = new VirtualClock();
            var tries = new List<double>();
            var (failures, readAt, failed) = (0, -1L, "");
            TestRows rows = null!;
            Simulation simulation = null!;
            var sink = new TestSink
            {
                // Its third write fails eight times, now before and now after it has taken it.
                Disturbs = isDone =>
                {
                    if (simulation.Running is null || rows.Position < 20 || failures == 8 || isDone != (failures % 2 == 0)) return;
                    failures++;
                    tries.Add((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds);
                    throw new ConnectorException(Fault.External, "the database is away");
                },
            };
            var (pipeline, partition, connector) = ToSink(sink);
            rows = partition;
            simulation = new(pipeline, Orders.Options(connector, new MemoryStore(), clock), clock, seed)
            {
                Tick = TimeSpan.FromMilliseconds(20),
                OnTurn = _ =>
                {
                    if (failures is 0 or 8) return;
                    if (!simulation.Run!.Signals.IsHeld) return;
                    if (readAt >= 0) Assert.Equal(readAt, rows.Position);
                    readAt = rows.Position;
                    failed = simulation.Running!.Status().Nodes.Single(n => n.Kind == "sink").Detail;
                },
            };
            await simulation.RunAsync();
            Assert.Null(simulation.Running!.Completion.Exception);
            Assert.Equal("test, tried again: the database is away", failed);
            Assert.Equal("test", simulation.Running.Status().Nodes.Single(n => n.Kind == "sink").Detail);
            var waits = tries.Zip(tries.Skip(1), (a, b) => b - a).ToList();
            Assert.All(waits.Select((wait, i) => (Wait: wait, Least: 100 << i)), w => Assert.InRange(w.Wait, Math.Min(w.Least, 10_000), 2 * w.Least + 500));
            Assert.Equal(Enumerable.Range(0, 400), sink.Rows.Select(r => ValueOf(r.Row)).Order());
            Assert.Equal(0, simulation.Running.Memory.Alive);
        }
    }

    [Fact]
    public async Task A_sink_that_stays_away_ends_the_pipeline_and_gets_its_results_once_when_it_is_back()
    {
        var clock = new VirtualClock();
        using var store = new MemoryStore { Blobs = new MemoryBlobStore() };
        var isAway = true;
        var took = new List<int>();
        var applied = 0L;
        for (var run = 0; run < 2; run++)
        {
            var sink = new TestSink
            {
                AppliedVersion = applied,
                Takes = (batch, row, _, _) => took.Add(ValueOf(StoredRows.Texts(batch).ElementAt(row))),
                Disturbs = _ =>
                {
                    if (isAway) throw new ConnectorException(Fault.External, "the database is away");
                },
            };
            var (pipeline, _, connector) = ToSink(sink);
            var began = clock.GetUtcNow();
            var simulation = new Simulation(pipeline, Orders.Options(connector, store, clock), clock, run) { Tick = TimeSpan.FromSeconds(2) };
            await simulation.RunAsync();
            applied = sink.AppliedVersion;
            if (run == 1)
            {
                Assert.Null(simulation.Running!.Completion.Exception);
                break;
            }
            Assert.Equal("the database is away", simulation.Running!.Completion.Exception!.InnerException!.Message);
            Assert.InRange((clock.GetUtcNow() - began).TotalMinutes, 5, 6);
            Assert.Empty(took);
            isAway = false;
        }
        Assert.Equal(Enumerable.Range(0, 400), took.Order());
    }

    [Fact]
    public async Task A_pipeline_that_is_stopped_does_not_wait_for_a_failing_sink()
    {
        var clock = new VirtualClock();
        var sink = new TestSink { Fails = new ConnectorException(Fault.External, "the database is away") };
        var (pipeline, _, connector) = ToSink(sink);
        Simulation simulation = null!;
        var heldAt = -1;
        simulation = new(pipeline, Orders.Options(connector, new MemoryStore(), clock), clock, 1)
        {
            OnTurn = turn =>
            {
                if (heldAt < 0 && simulation.Run!.Signals.IsHeld) heldAt = turn;
                if (heldAt >= 0) simulation.Run!.Stop();
                if (heldAt >= 0) Assert.InRange(turn, heldAt, heldAt + 1000);
            },
        };
        await simulation.RunAsync();
        Assert.True(heldAt >= 0);
        Assert.Equal("the database is away", simulation.Running!.Completion.Exception!.InnerException!.Message);
        Assert.Equal(0, simulation.Running.Memory.Alive);
    }
}
