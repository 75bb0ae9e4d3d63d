using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;
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
                Name = "test", Sources = [source], Settings = new() { QueueLength = random.Next(1, 4), BatchRows = random.Next(1, 20) },
                Views = [Orders.View("per_key", perKey), Orders.View("per_window", perWindow), Orders.View("positive", positive), Orders.View("closed", perKey, Emit.OnWindowClose)],
                Sinks = [Orders.Sink("final", "per_key", perKey, Emit.Final), Orders.Sink("changes", "per_key", perKey, Emit.Changes, isUpsert: true)],
            };
            var clock = new ManualClock();
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
                Assert.Equal(Time.Frontier.End, snapshot.FrontierOf("per_key"));
            }
            for (var i = 0; i < partitions; i++) Assert.Equal(rows[i].Length, store.PositionOf("orders", i) ?? 0);
            Assert.Equal(all.Count, simulation.Running.Quality[0].Accepted);
            Assert.Equal(0, memory.Alive);
        }
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
