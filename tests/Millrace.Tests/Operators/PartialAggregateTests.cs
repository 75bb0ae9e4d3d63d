using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Tests.Oracle;
using Millrace.Tests.Runtime;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

/// <summary>Lanes that aggregate their own rows first, and give that up where groups stand for few rows, answer what one lane answers.</summary>
public sealed class PartialAggregateTests(ITestOutputHelper log)
{
    const int Rows = 120_000;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var from in (string[])["TUMBLE(sales, ts, INTERVAL '1 minute')", "HOP(sales, ts, INTERVAL '1 minute', INTERVAL '5 minutes')", "SESSION(sales PARTITION BY k, ts, INTERVAL '2 seconds')", "sales"])
            {
                cases.Add(from, 5);
                cases.Add(from, 100_000);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Any_number_of_lanes_gives_the_same_rows(string from, int keys)
    {
        var memory = new MemoryAccountant();
        using (var source = Sales(memory, keys, !from.StartsWith("SESSION", StringComparison.Ordinal)))
        {
            var one = await Ask(source, from, 1);
            Assert.NotEmpty(one);
            Assert.Equal(one, await Ask(source, from, 2));
            Assert.Equal(one, await Ask(source, from, 3));
        }
        Assert.Equal(0, memory.Alive);
    }

    static Aggregate WithPartial(PlanNode plan)
    {
        var whole = (Aggregate)plan;
        return (Aggregate)whole.WithInputs([whole.BelowExchange!]);
    }

    /// <summary>Rows, groups of rows, and rows again that are late: all ports, what is told of late rows, batches of any size and a restart in the middle.</summary>
    [Theory, MemberData(nameof(AggregateOperatorTests.Cases), MemberType = typeof(AggregateOperatorTests))]
    public void Groups_answer_what_their_rows_answer(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = AggregateOperatorTests.Step(name);
        var (window, keys) = AggregateOperatorTests.Case(name);
        foreach (var allowed in new[] { 0L, 20 })
        {
            var rows = Plans.Rows(random, 400, 30 * step, step);
            var plan = Plans.Aggregate(Plans.Source(5 * step, allowed: allowed * step), window, keys, ("count", -1), ("sum", 3), ("min", 3), ("max", 1));
            var barriers = Enumerable.Range(1, 12).Select(_ => random.Next(1, rows.Count)).Append(200).ToHashSet();
            const Demand all = Demand.Changes | Demand.OnClose | Demand.Final;
            foreach (var (cut, isFull, restartAt) in new[] { (1, false, -1), (32, false, 200), (7, true, 200) })
            {
                var (expected, told) = new Script(plan, rows, barriers) { Demand = all }.Run(cut, isFull, restartAt);
                var (output, notes) = new Script(WithPartial(plan), rows, barriers) { Demand = all }.Run(cut, isFull, restartAt);
                for (var port = 0; port < Ports.Count; port++) Assert.Equal(Recorder.Sum(expected[port]), Recorder.Sum(output[port]));
                Assert.Equal(told.Late.Order(StringComparer.Ordinal), notes.Late.Order(StringComparer.Ordinal));
                Assert.Equal(told.TimelessRows, notes.TimelessRows);
            }
        }
    }

    [Fact]
    public void Nothing_is_kept_at_a_barrier_and_late_rows_pass_as_they_are()
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var owner = memory.Owner("operators");
        var output = new Recorder();
        var notes = new Notes();
        var partial = Partial(Plans.Tumble(10), memory, owner, notes);
        partial.OnFrontier(new Frontier(new(20), new(20)), output);
        Push(partial, output, memory, [25L, "a", 1, 1, true], [5L, "a", 2, 2, true], [26L, "a", 3, 3, true], [29L, "b", 4, 4, true]);
        Assert.Equal(["+1 1970-01-01 00:00:00.000005 | a | 2 | 2 | true"], output[0]);
        Assert.Empty(notes.Late);
        partial.OnBarrier(1, output);
        Assert.Equal([1, 2], output.BatchSizes); // two groups of three rows
        partial.OnBarrier(2, output);
        Assert.Equal(2, output.BatchSizes.Count);
        partial.Dispose();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void After_a_silence_rows_pass_as_they_are()
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var owner = memory.Owner("operators");
        var output = new Recorder();
        var partial = Partial(Plans.Tumble(10), memory, owner, new Notes());
        Push(partial, output, memory, [25L, "a", 1, 1, true], [26L, "a", 1, 1, true]);
        Assert.Empty(output.BatchSizes);
        partial.OnSilence(output);
        Assert.Equal([1], output.BatchSizes);
        Push(partial, output, memory, [27L, "a", 1, 1, true], [28L, "a", 1, 1, true]);
        Assert.Equal([1, 2], output.BatchSizes);
        partial.Dispose();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void Where_groups_stand_for_few_rows_rows_pass_as_they_are()
    {
        var memory = new MemoryAccountant();
        var owner = memory.Owner("operators");
        var output = new Recorder();
        var partial = Partial(null, memory, owner, new Notes());
        var next = 0;
        void PushDistinct() => Push(partial, output, memory, [.. Enumerable.Range(0, 1024).Select(_ => new object?[] { 0L, $"{next++}", 1, 1, true })]);
        for (var i = 0; i < 64; i++) PushDistinct();
        partial.OnBarrier(1, output);
        var told = output.BatchSizes.Count;
        PushDistinct();
        Assert.Equal(told + 1, output.BatchSizes.Count);
        Assert.Equal(1024, output.BatchSizes[^1]);
        partial.Dispose();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    static PartialAggregateOperator Partial(WindowSpec? window, MemoryAccountant memory, MemoryOwner owner, Notes notes) =>
        new((Aggregate)Plans.Aggregate(Plans.Source(0), window, [1], ("count", -1), ("sum", 3)), new(memory, owner, notes, Demand.Final));

    static void Push(PartialAggregateOperator partial, Recorder output, MemoryAccountant memory, params object?[][] rows)
    {
        var batch = StoredRows.Batch(memory, Plans.Schema, rows);
        partial.OnBatch(0, batch, output);
        batch.Release();
    }

    [Fact]
    public void Rows_that_are_taken_back_and_sessions_change_lanes_as_they_are()
    {
        Assert.NotNull(((Aggregate)Plans.Aggregate(Plans.Source(0), Plans.Tumble(10), [1], ("count", -1))).BelowExchange);
        Assert.Null(((Aggregate)Plans.Aggregate(Plans.Retracting(), Plans.Tumble(10), [1], ("count", -1))).BelowExchange);
        Assert.Null(((Aggregate)Plans.Aggregate(Plans.Source(0), new(WindowKind.Session, 0, default, default, new(0, 0, 10), null), [1], ("count", -1))).BelowExchange);
    }

    /// <summary>Late rows that update, that are dropped and that stand in a table, on several lanes with restarts.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("ON LATE UPDATE FOR INTERVAL '20 seconds'")]
    [InlineData("ON LATE TO s_late")]
    [InlineData("ON LATE UPDATE FOR INTERVAL '20 seconds' THEN TO s_late")]
    public void Late_rows_give_what_the_plain_evaluator_gives(string late)
    {
        var sql = $"CREATE SOURCE s (at TIMESTAMP, k INTEGER, x INTEGER, WATERMARK FOR at AS at - INTERVAL '2 seconds') WITH (connector = 'test', format = 'csv') {late};"
            + "CREATE MATERIALIZED VIEW v AS SELECT window_start, window_end, k, COUNT(*) AS n, SUM(x) AS total, COUNT(DISTINCT x) AS kinds FROM HOP(s, at, INTERVAL '5 seconds', INTERVAL '15 seconds') GROUP BY window_start, window_end, k;";
        var random = new Random(5);
        var partitions = Enumerable.Range(0, 3).Select(_ => (IReadOnlyList<object?[]>)[.. Enumerable.Range(0, 80).Select(i => new object?[] { (i - (random.Next(4) == 0 ? random.Next(60) : 0)) * Orders.Second, random.Next(3), random.Next(5) })]).ToArray();
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = partitions });
        for (var seed = 0; seed < 40; seed++)
        {
            trial.Check(new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 9, QueueLength: 1 + seed % 2, RulesOff: [.. Settings.RuleNames]));
            trial.Check(new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 9, TickMs: 100, Crashes: 1 + seed % 5));
        }
    }

    /// <summary>Several windows that share panes, one with an offset, against each for itself.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("ON LATE UPDATE FOR INTERVAL '20 seconds'")]
    [InlineData("ON LATE TO s_late")]
    public void Windows_that_share_panes_give_what_each_gives_alone(string late)
    {
        var sql = $"CREATE SOURCE s (at TIMESTAMP, k INTEGER, x INTEGER, WATERMARK FOR at AS at - INTERVAL '2 seconds') WITH (connector = 'test', format = 'csv') {late};"
            + View("a", "TUMBLE(s, at, INTERVAL '5 seconds')", "COUNT(*) AS n, SUM(x) AS total") + View("b", "HOP(s, at, INTERVAL '5 seconds', INTERVAL '15 seconds')", "SUM(x) AS total, COUNT(DISTINCT x) AS kinds")
            + View("c", "HOP(s, at, INTERVAL '10 seconds', INTERVAL '20 seconds')", "MAX(x + 1) AS most") + View("d", "TUMBLE(s, at, INTERVAL '30 seconds', offset => INTERVAL '10 seconds')", "MIN(x) AS least, COUNT(*) AS n");
        var random = new Random(7);
        var partitions = Enumerable.Range(0, 3).Select(_ => (IReadOnlyList<object?[]>)[.. Enumerable.Range(0, 80).Select(i => new object?[] { random.Next(40) == 0 ? null : (i - (random.Next(4) == 0 ? random.Next(60) : 0)) * Orders.Second, random.Next(3), random.Next(5) })]).ToArray();
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = partitions });
        for (var seed = 0; seed < 40; seed++)
        {
            trial.Check(new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 9, QueueLength: 1 + seed % 2));
            trial.Check(new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 9, TickMs: 100, Crashes: 1 + seed % 5));
            trial.Check(new Way(seed, Lanes: 1 + seed % 2, BatchRows: 64, RulesOff: ["share_panes"]));
        }

        static string View(string name, string from, string what) => $"CREATE MATERIALIZED VIEW {name} AS SELECT window_start, window_end, k, {what} FROM {from} GROUP BY window_start, window_end, k;";
    }

    /// <summary>Rows in three partitions, some late; not for sessions, where a late row counts if it meets one that is open, and partitions come in any order.</summary>
    static MemorySource Sales(MemoryAccountant memory, int keys, bool hasLate)
    {
        var schema = new Schema(new Field("ts", DataType.Timestamp), new Field("k", DataType.Integer), new Field("name", DataType.Text), new Field("x", DataType.Double));
        var source = new MemorySource(schema, keeps: true, memory, partitions: 3);
        var random = new Random(1);
        for (var i = 0; i < Rows; i++)
        {
            var late = hasLate && random.Next(50) == 0 ? 60_000 : random.Next(4_000);
            source.Push(new Timestamp((i * 2L - late) * 1000), random.Next(keys), $"n{random.Next(20)}", Math.Round(random.NextDouble() * 1000, 2) * (random.Next(10) == 0 ? 1e12 : 1));
        }
        source.Complete();
        return source;
    }

    static async Task<List<string>> Ask(MemorySource source, string from, int lanes)
    {
        var connectors = new ConnectorList();
        connectors.Memory.Add("sales", source);
        using var sink = new MemorySink();
        connectors.Memory.Add("answer", sink);
        var window = from == "sales" ? "" : "window_start, window_end, ";
        var text = $"""
            SET commit_interval = '10 milliseconds';
            CREATE SOURCE sales (ts TIMESTAMP, k INTEGER, name TEXT, x DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'memory');
            CREATE VIEW v AS SELECT {window}k, COUNT(*) AS n, SUM(x) AS total, AVG(x) AS mean, MIN(name) AS least, COUNT(DISTINCT name) AS names, MAX(x) FILTER (WHERE name <> 'n1') AS most
            FROM {from} WHERE x > 10 GROUP BY {window}k;
            CREATE SINK answer FROM v EMIT FINAL WITH (connector = 'memory');
            """;
        var compiled = SqlCompiler.Compile(text, new CompileOptions { Connectors = connectors });
        Assert.True(compiled.Pipeline is not null, string.Join('\n', compiled.Diagnostics));
        using var store = new MemoryStore();
        await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
        {
            Store = store,
            Connectors = connectors,
            Formats = new FormatList(),
            DataDirectory = Path.GetTempPath(),
            Lanes = lanes,
        });
        await running.Completion;
        var late = running.Quality[0].Late;
        return [.. sink.Rows().Select(r => string.Join(" | ", r)).Append($"late {late}").Order(StringComparer.Ordinal)];
    }
}
