using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Pipelines on their threads: what they commit, how they end, and how they fail.</summary>
public sealed class PipelineTests
{
    static string Csv(IEnumerable<(long Second, string Key, string Value)> rows, string header = "at,key,value\n") =>
        header + string.Concat(rows.Select(r => $"{DateTimeOffset.FromUnixTimeSeconds(r.Second):yyyy-MM-dd'T'HH:mm:ss'Z'},{r.Key},{r.Value}\n"));

    static string[] Cut(string text, int seed)
    {
        var random = new Random(seed);
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(text.Length - at, random.Next(1, 40));
            pieces.Add(text.Substring(at, length));
            at += length;
        }
        return [.. pieces];
    }

    static async Task<RunningPipeline> Run(Pipeline pipeline, RunOptions options)
    {
        var running = (RunningPipeline)await PipelineRunner.StartAsync(pipeline, options);
        await running.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        return running;
    }

    static List<string> Letters(IStore store, MemoryAccountant memory)
    {
        using var snapshot = store.Snapshot();
        var rows = new List<string>();
        foreach (var batch in snapshot.Scan(DeadLetters.TableName, memory))
        {
            for (var i = 0; i < batch.RowCount; i++)
            {
                var raw = batch[5].IsNull(i) ? "NULL" : Encoding.UTF8.GetString(((TextColumn)batch[5])[i]);
                rows.Add($"{Encoding.UTF8.GetString(((TextColumn)batch[0])[i])}|{((Column<int>)batch[1])[i]}|{((Column<long>)batch[2])[i]}|{Encoding.UTF8.GetString(((TextColumn)batch[3])[i])}|{raw}");
            }
            batch.Release();
        }
        return rows;
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(7, true)]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public async Task A_bad_record_ends_the_pipeline_with_all_rows_before_it_in_the_results(int good, bool isInline)
    {
        var rows = Enumerable.Range(0, 200).Select(i => ((long)i, "k" + i % 3, i == good ? "bad" : "1")).ToList();
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, [.. Cut(Csv(rows), good)]));
        var source = Orders.Source(format: "csv");
        using var store = new MemoryStore();
        var pipeline = new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("per_key", Orders.PerKey(source.Plan!, "per_key"))], Settings = new() { BatchRows = 64 } };
        await using var running = await PipelineRunner.StartAsync(pipeline, Orders.Options(connector, store, lanes: 1, isInline: isInline));
        var error = await Assert.ThrowsAsync<BadDataException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains($",bad", error.Message, StringComparison.Ordinal);
        var expected = SimulationTests.Naive(rows.Take(good).Select(r => new object?[] { r.Item1 * Orders.Second, r.Item2, 1L }), 10);
        Assert.Equal(expected, SimulationTests.Stored(store, "per_key", ((RunningPipeline)running).Memory));
        Assert.Equal((good + 1L, 1L), (running.Quality[0].Seen, running.Quality[0].Undecodable));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    public async Task Bytes_in_any_pieces_become_the_rows_of_a_naive_evaluator(int lanes, bool isInline)
    {
        var random = new Random(lanes);
        var rows = Enumerable.Range(0, 3000).Select(i => ((long)i / 3, "k" + random.Next(20), random.Next(1000).ToString())).ToList();
        var parts = rows.Chunk(1500).Select(c => Csv(c)).ToArray();
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, [.. Cut(parts[0], 1), TestBytes.FileEnd, .. Cut(parts[1], 2)]));
        var source = Orders.Source(format: "csv");
        var perKey = Orders.PerKey(source.Plan!, "per_key");
        var store = new MemoryStore();
        var pipeline = new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("per_key", perKey)], Settings = new() { QueueLength = 1, BatchRows = 64 } };
        var running = await Run(pipeline, Orders.Options(connector, store, lanes: lanes, isInline: isInline));
        var expected = SimulationTests.Naive(rows.Select(r => new object?[] { r.Item1 * Orders.Second, r.Item2, long.Parse(r.Item3, null) }), 10);
        Assert.Equal(expected, SimulationTests.Stored(store, "per_key", running.Memory));
        Assert.Equal(0, running.Memory.Alive);
        var status = running.Status();
        Assert.Equal(PipelineState.Finished, status.State);
        var node = status.Nodes.Single(n => n.Id == "orders");
        Assert.Equal((3000, (long)parts.Sum(p => p.Length)), (node.RowsIn, node.BytesIn));
        Assert.Equal(1, connector.Sources["orders"].Disposed);
        Assert.Equal(parts.Sum(p => p.Length), connector.Sources["orders"].Durable[0]);
    }

    static readonly Constraint Positive = new("positive", Orders.Call(">", Orders.Value, Orders.Number(0)), "value > 0", ViolationAction.Quarantine);

    [Fact]
    public async Task Records_that_cannot_be_decoded_or_are_quarantined_stand_in_dead_letters_with_raw_bytes()
    {
        var text = Csv([(0, "a", "1"), (1, "b", "x"), (2, "c", "-5"), (3, "d", "4")]);
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(7, true, text));
        var source = Orders.Source(format: "csv", constraints: [Positive], with: s => s with { BadData = BadData.DeadLetter });
        var store = new MemoryStore();
        var running = await Run(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] }, Orders.Options(connector, store));
        var lines = text.Split('\n');
        Assert.Equal(
            [$"orders|7|{lines[0].Length + lines[1].Length + 2}|decode|{lines[2]}", $"orders|7|{lines[0].Length + lines[1].Length + lines[2].Length + 3}|positive|{lines[3]}"],
            Letters(store, running.Memory));
        var counters = running.Quality.Single();
        Assert.Equal((4, 2, 1, 2), (counters.Seen, counters.Accepted, counters.Undecodable, counters.DeadLetters));
        var rule = counters.Rules.Single();
        Assert.Equal(("positive", 3, 1, 1), (rule.Name, rule.Seen, rule.Violated, rule.Acted));
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_masked_source_keeps_no_raw_bytes_that_cannot_be_redacted()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, Csv([(0, "secret", "x")])));
        var source = Orders.Source(format: "csv", with: s => s with { BadData = BadData.DeadLetter, Masked = [new(1, "hash")] });
        var store = new MemoryStore();
        var running = await Run(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] }, Orders.Options(connector, store));
        Assert.Equal(["orders|0|13|decode|NULL"], Letters(store, running.Memory));
    }

    [Fact]
    public async Task A_failing_record_names_source_partition_and_offset()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(3, true, Csv([(0, "a", "1"), (1, "b", "x")])));
        var source = Orders.Source(format: "csv");
        var store = new MemoryStore();
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] }, Orders.Options(connector, store));
        var error = await Assert.ThrowsAsync<BadDataException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("Source 'orders', partition 3 (bytes 3), offset 38:", error.Message, StringComparison.Ordinal);
        Assert.Contains("1970-01-01T00:00:01Z,b,x", error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineState.Failed, running.Status().State);
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_constraint_with_FAIL_names_rule_and_record()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, Csv([(0, "a", "1"), (1, "b", "-2")])));
        var source = Orders.Source(format: "csv", constraints: [Positive with { Action = ViolationAction.Fail }]);
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] },
            Orders.Options(connector, new MemoryStore()));
        var error = await Assert.ThrowsAsync<BadDataException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("Source 'orders', partition 0, offset 38: constraint positive on 'orders' is violated: value > 0. Record: 1970-01-01T00:00:01Z,b,-2", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, running.Memory.Alive);
    }

    [Theory]
    [InlineData(0.4, true)]
    [InlineData(0.5, false)]
    public async Task A_source_may_have_as_many_bad_records_as_max_rate_says(double rate, bool fails)
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, Csv([(0, "a", "1"), (1, "b", "x")])));
        var source = Orders.Source(format: "csv", with: s => s with { BadData = BadData.Drop, BadDataMaxRate = rate });
        var store = new MemoryStore();
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] }, Orders.Options(connector, store));
        if (fails) await Assert.ThrowsAsync<BadDataException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        else await running.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_late_row_goes_to_the_late_table_once_for_each_view_it_missed()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(2, true, Csv([(0, "a", "1"), (100, "a", "2"), (3, "late", "9"), (101, "a", "4")])));
        var source = Orders.Source(format: "csv", with: s => s with { Late = new(0, "late_orders") });
        var store = new MemoryStore();
        var pipeline = new Pipeline
        {
            Name = "t",
            Sources = [source],
            Views = [Orders.View("ten", Orders.PerKey(source.Plan!, "ten", source.Late)), Orders.View("twenty", Orders.PerKey(source.Plan!, "twenty", source.Late, 20))],
        };
        var running = await Run(pipeline, Orders.Options(connector, store));
        using var snapshot = store.Snapshot();
        var late = snapshot.Texts("late_orders", running.Memory);
        Assert.Equal(2, late.Count);
        Assert.All(late, l => Assert.Contains("|late|9|t", l, StringComparison.Ordinal));
        Assert.Contains(late, l => l.Contains("|ten|", StringComparison.Ordinal) && l.EndsWith("|2|63", StringComparison.Ordinal));
        Assert.Contains(late, l => l.Contains("|twenty|", StringComparison.Ordinal));
        Assert.Equal(2, running.Quality[0].Late);
        Assert.Equal(["ten", "twenty"], running.Quality[0].LateSamples.Select(s => s.View).Order());
        Assert.All(running.Quality[0].LateSamples, s => Assert.Contains("key = late, value = 9", s.Row, StringComparison.Ordinal));
        Assert.Equal(["at", "key", "value", "view", "window_end", "watermark", "partition", "offset"], snapshot.Tables.Single(t => t.Name == "late_orders").Schema.Fields.Select(f => f.Name));
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task What_was_read_before_a_source_broke_is_committed()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestBytes(0, true, Csv([(0, "a", "1"), (1, "b", "2")])) { Fails = new ConnectorException(Fault.External, "the disk is gone") });
        var source = Orders.Source(format: "csv");
        var store = new MemoryStore();
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] }, Orders.Options(connector, store));
        var error = await Assert.ThrowsAsync<ConnectorException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("the disk is gone", error.Message);
        using var snapshot = store.Snapshot();
        Assert.Equal(2, snapshot.Count("all"));
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_source_of_rows_that_fails_ends_the_pipeline()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, false, [0L, "a", 1L]) { Fails = new InvalidOperationException("broken") });
        var source = Orders.Source();
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)] },
            Orders.Options(connector, new MemoryStore(), lanes: 3));
        await Assert.ThrowsAsync<InvalidOperationException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_sink_that_its_user_must_mend_ends_the_pipeline_with_its_error()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, true, [0L, "a", 1L]));
        var sink = connector.Sinks["out"] = new() { Fails = new ConnectorException(Fault.User, "no such table") };
        var source = Orders.Source();
        var running = (RunningPipeline)await PipelineRunner.StartAsync(new() { Name = "t", Sources = [source], Sinks = [Orders.Sink("out", "orders", source.Plan!, Emit.Final)] },
            Orders.Options(connector, new MemoryStore()));
        var error = await Assert.ThrowsAsync<ConnectorException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("no such table", error.Message);
        Assert.True(sink.IsDisposed);
        Assert.Equal(0, running.Memory.Alive);
    }

    [Fact]
    public async Task A_store_that_fails_ends_the_pipeline_and_sinks_hear_nothing()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, true, [0L, "a", 1L]));
        var sink = connector.Sinks["out"] = new();
        var source = Orders.Source();
        var pipeline = new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)], Sinks = [Orders.Sink("out", "all", source.Plan!, Emit.Final)] };
        var running = (RunningPipeline)await PipelineRunner.StartAsync(pipeline, Orders.Options(connector, new FullStore()));
        await Assert.ThrowsAsync<ConnectorException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Empty(sink.Rows);
        Assert.Equal(0, running.Memory.Alive);
    }

    sealed class FullStore : IStore
    {
        public long Version => 0;
        public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from)
        {
        }

        public void Commit(StoreCommit commit) => throw new ConnectorException(Fault.External, "The disk is full.");
        public IStoreSnapshot Snapshot() => throw new NotSupportedException();
        public void Dispose()
        {
        }
    }

    [Fact]
    public async Task Stopping_commits_what_was_read_and_leaves_windows_open()
    {
        var connector = new TestConnector();
        var rows = new TestRows(0, Orders.Schema, 1, false, [0L, "a", 1L], [Orders.Second, "a", 2L]);
        connector.Sources["orders"] = new(false, rows);
        connector.Sinks["final"] = new();
        var source = Orders.Source();
        var perKey = Orders.PerKey(source.Plan!, "per_key");
        var store = new MemoryStore();
        var pipeline = new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("per_key", perKey)], Sinks = [Orders.Sink("final", "per_key", perKey, Emit.Final)] };
        var running = (RunningPipeline)await PipelineRunner.StartAsync(pipeline, Orders.Options(connector, store, lanes: 2));
        var heard = new TaskCompletionSource();
        using (running.Subscribe(new Listener(c => { if (c.Positions.Any(p => p.Position == 2)) heard.TrySetResult(); })))
        {
            // Rows may have been committed before the subscription: a further one is heard of in any case.
            if (store.PositionOf("orders", 0) == 2) heard.TrySetResult();
            await heard.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        await running.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(running.Completion.IsCompletedSuccessfully);
        Assert.Equal(["0|a|3|2"], SimulationTests.Stored(store, "per_key", running.Memory));
        Assert.Empty(connector.Sinks["final"].Rows);
        Assert.Equal(2, connector.Sources["orders"].Durable[0]);
        Assert.Equal(0, running.Memory.Alive);
    }

    sealed class Listener(Action<StoreCommit> heard) : ICommitListener
    {
        public void OnCommitted(StoreCommit commit) => heard(commit);
        public void OnEnded(PipelineState state)
        {
        }
    }

    [Fact]
    public async Task Stopping_does_not_hang_while_queues_are_full_and_a_sink_is_slow()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 20_000).Select(i => new object?[] { i * Orders.Second, "k" + random.Next(50), 1L }).ToArray();
        var connector = new TestConnector();
        connector.Sources["orders"] = new(false, new TestRows(0, Orders.Schema, 1, false, rows));
        using var gate = new SemaphoreSlim(0);
        connector.Sinks["slow"] = new() { Gate = gate };
        var source = Orders.Source();
        var perKey = Orders.PerKey(source.Plan!, "per_key");
        var pipeline = new Pipeline
        {
            Name = "t",
            Sources = [source],
            Views = [Orders.View("per_key", perKey)],
            Sinks = [Orders.Sink("slow", "per_key", perKey, Emit.Changes)],
            Settings = new() { QueueLength = 1, BatchRows = 16, CommitInterval = TimeSpan.FromMilliseconds(1) },
        };
        var running = (RunningPipeline)await PipelineRunner.StartAsync(pipeline, Orders.Options(connector, new MemoryStore(), lanes: 4));
        var stopped = running.StopAsync();
        gate.Release(1_000_000);
        await stopped.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(running.Completion.IsCompletedSuccessfully);
        Assert.Equal(0, running.Memory.Alive);
    }
}
