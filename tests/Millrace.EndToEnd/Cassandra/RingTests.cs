using System.Diagnostics;
using System.Globalization;
using Millrace.Cassandra;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.EndToEnd.Servers;

namespace Millrace.EndToEnd.Cassandra;

/// <summary>Three nodes that keep each row three times; needs 3 GB of memory and two minutes: MILLRACE_RING=1 ./test RingTests.</summary>
public sealed class RingTests(ITestOutputHelper output)
{
    static readonly Schema s_schema = new(new Field("id", DataType.BigInt), new Field("version", DataType.BigInt));

    [Fact]
    public async Task Nothing_is_lost_when_a_node_is_killed_and_comes_back_under_load()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MILLRACE_RING") == "1", "needs 3 GB and two minutes; it runs with MILLRACE_RING=1");
        await using var ring = new CassandraRing();
        await ring.InitializeAsync();
        ring.Need();
        var table = ring.NewTable();
        var memory = new MemoryAccountant();
        var options = new Dictionary<string, string> { ["hosts"] = ring.Hosts, ["port"] = $"{ring.Port}", ["keyspace"] = "tests", ["table"] = table, ["consistency"] = "QUORUM", ["timeout"] = "4 seconds" };
        using var sink = new CassandraConnector().CreateSink(new SinkContext("out", new Options(options), ".", "."));
        sink.Open(s_schema, [0], null);
        var phases = new (string Name, Func<Task> Do)[]
        {
            ("three nodes", () => Task.Delay(5000)),
            ("one is killed", () =>
            {
                ring.Kill(3);
                return Task.Delay(8000);
            }),
            ("it comes back", () => ring.StartAsync(3)),
            ("three nodes again", () => Task.Delay(5000)),
            ("another is killed", () =>
            {
                ring.Kill(2);
                return Task.Delay(8000);
            }),
        };
        var version = 0L;
        foreach (var (name, action) in phases)
        {
            var times = new List<double>();
            var refused = 0;
            var during = action();
            do
            {
                var start = Stopwatch.GetTimestamp();
                version++;
                while (!TryWrite(sink, memory, version)) refused++;
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            while (!during.IsCompleted);
            await during;
            times.Sort();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {times.Count} commits of 100 rows, p50 {times[times.Count / 2]:F0} ms, p99 {times[times.Count * 99 / 100]:F0} ms, longest {times[^1]:F0} ms, {refused} refused and tried again"));
        }
        // 100 rows of each commit: 50 of its own, and the 50 that all commits write.
        var rows = await ring.RowsAsync($"SELECT id, version FROM tests.{table}");
        var expected = Enumerable.Range(0, 50).Select(i => $"{-1 - i}|{version}").Concat(Enumerable.Range(1, (int)version).SelectMany(v => Enumerable.Range(0, 50).Select(i => $"{v * 50 + i}|{v}")));
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows);
        Assert.Equal(0, memory.Alive);
    }

    static bool TryWrite(ISink sink, MemoryAccountant memory, long version)
    {
        var batch = RowValues.Rent(memory, s_schema);
        for (var i = 0; i < 50; i++)
        {
            RowValues.Append(batch, [-1L - i, version]);
            RowValues.Append(batch, [version * 50 + i, version]);
        }
        try
        {
            sink.Write([batch], version);
            return true;
        }
        catch (ConnectorException e) when (e.Fault == Fault.External)
        {
            return false;
        }
        finally
        {
            batch.Release();
        }
    }
}
