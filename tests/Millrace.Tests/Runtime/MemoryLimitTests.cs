using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Tests.Oracle;

namespace Millrace.Tests.Runtime;

/// <summary>What happens when state does not fit into memory.limit.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    const string Source = "SET memory.limit = '12 MB'; SET batch_rows = 256; SET commit_interval = '5 ms'; CREATE SOURCE s (at TIMESTAMP, k TEXT, n BIGINT, x DOUBLE, WATERMARK FOR at AS at) WITH (connector = 'test', format = 'csv');";

    readonly string _folder = Path.Combine(Path.GetTempPath(), "millrace-limit-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    static TestConnector Connector(Pipeline pipeline, int rows, int keys)
    {
        var connector = new TestConnector();
        connector.Sources["s"] = new(true, new TestRows(0, pipeline.Sources[0].Schema, 1, true, [.. Enumerable.Range(0, rows).Select(i => new object?[] { 0L, "key " + i % keys, (long)i, (double)(i % keys) })]));
        return connector;
    }

    async Task<RunningPipeline> StartAsync(Pipeline pipeline, TestConnector connector, IStore store, int lanes) =>
        (RunningPipeline)await PipelineRunner.StartAsync(pipeline, Orders.Options(connector, store, lanes: lanes) with { DataDirectory = _folder });

    [Theory]
    [InlineData(1, "SELECT k, COUNT(*) AS c, SUM(n) AS s FROM s GROUP BY k", "EMIT FINAL")]
    [InlineData(3, "SELECT k, COUNT(*) AS c, SUM(n) AS s FROM s GROUP BY k", "EMIT FINAL")]
    [InlineData(1, "SELECT k, COUNT(*) AS c, SUM(n) AS s FROM s GROUP BY k", "EMIT CHANGES")]
    [InlineData(2, "SELECT window_start, k, COUNT(*) AS c, SUM(n) AS s FROM TUMBLE(s, at, INTERVAL '1 hour') GROUP BY window_start, k", "EMIT ON WINDOW CLOSE")]
    public async Task More_keys_than_the_limit_holds_go_to_disk_and_all_are_told(int lanes, string query, string emit)
    {
        const int rows = 400_000, keys = 160_000;
        var pipeline = Trial.Compile($"{(lanes == 1 ? Source : Source.Replace("12 MB", "24 MB", StringComparison.Ordinal))} CREATE VIEW v AS {query}; CREATE SINK out FROM v WITH (connector = 'test') {emit};").Pipeline!;
        var connector = Connector(pipeline, rows, keys);
        var sums = new Dictionary<string, (long Rows, long Count, long Sum)>();
        connector.Sinks["out"] = new()
        {
            Takes = (batch, row, weight, _) =>
            {
                var at = batch.Schema.Fields.ToList().FindIndex(f => f.Name == "k");
                var values = EngineRun.Values(batch, row);
                // An upsert sink: the row that comes last holds.
                if (emit == "EMIT CHANGES") sums.Remove((string)values[at]!);
                if (weight < 0) return;
                var (r, c, s) = sums.GetValueOrDefault((string)values[at]!);
                sums[(string)values[at]!] = (r + weight, c + Convert.ToInt64(values[at + 1]), s + (long)decimal.Parse(values[at + 2]!.ToString()!));
            },
        };
        var running = await StartAsync(pipeline, connector, new MemoryStore { Blobs = new MemoryBlobStore() }, lanes);
        await running.Completion.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(keys, sums.Count);
        Assert.All(sums, s => Assert.Equal((1L, Expected(s.Key)), (s.Value.Rows, (s.Value.Count, s.Value.Sum))));
        Assert.True(running.SpilledBytes > 1_000_000, $"{running.SpilledBytes} bytes were spilled");
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.Equal(0, running.Memory.Alive);
        Assert.All(running.Memory.Owners.Where(o => o != running.Memory.Buffers), o => Assert.Equal(0, o.Bytes));

        static (long, long) Expected(string key)
        {
            var first = int.Parse(key["key ".Length..]);
            var all = Enumerable.Range(0, 3).Select(i => first + (long)i * keys).Where(i => i < rows).ToList();
            return (all.Count, all.Sum());
        }
    }

    [Theory]
    [InlineData("SELECT x, COUNT(*) AS c FROM s GROUP BY x", "Aggregate", "keys of type DOUBLE")]
    [InlineData("SELECT k, COUNT(*) AS c FROM SESSION(s, at, INTERVAL '1 second') GROUP BY window_start, window_end, k", "Aggregate", "sessions stay in memory")]
    [InlineData("SELECT k, COUNT(*) AS c FROM HOP(s, at, INTERVAL '1 second', INTERVAL '2 seconds') GROUP BY window_start, window_end, k", "Aggregate", "windows that overlap")]
    [InlineData("SELECT a.k, b.n FROM s AS a JOIN s AS b ON a.n = b.n", "Join", "its state stays in memory")]
    [InlineData("SELECT DISTINCT ON (k) k, n FROM s ORDER BY n", "DistinctOn", "its state stays in memory")]
    [InlineData("SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS rn FROM s) WHERE rn <= 2", "TopN", "its state stays in memory")]
    public async Task What_cannot_go_to_disk_ends_with_an_error_that_names_the_operator_and_what_to_do(string query, string operation, string why)
    {
        var pipeline = Trial.Compile($"{Source} CREATE MATERIALIZED VIEW v AS {query};").Pipeline!;
        var running = await StartAsync(pipeline, Connector(pipeline, 400_000, 400_000), new MemoryStore { Blobs = new MemoryBlobStore() }, lanes: 1);
        var error = await Assert.ThrowsAsync<MemoryLimitException>(() => running.Completion.WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.Contains($"the operator {operation} of 'v'", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("Raise memory.limit", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, running.Memory.Alive);
    }
}
