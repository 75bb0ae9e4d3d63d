using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Sqlite;
using Millrace.Testing;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Sqlite;

/// <summary>What cleaning counted goes on after a crash as the results do: no row is counted twice, none is forgotten.</summary>
public sealed class CounterRecoveryTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-counters-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Every 20th row is a minute late, every 7th has a value that the constraint does not let through.
    static readonly object?[][] s_rows = [.. Enumerable.Range(0, 600).Select(i => new object?[] { (i - (i % 20 == 19 ? 240 : 0) + 240) * Orders.Second / 4, $"key {i % 7}", i % 7 == 3 ? -1L : i })];

    async Task<(bool HasCrashed, string Counted, long RowsIn)> RunAsync(int seed, int crashAt, int lanes)
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, seed, true, s_rows));
        var clock = new VirtualClock();
        var isPositive = new Constraint("is_positive", Orders.Call(">=", Orders.Value, Orders.Number(0)), "value >= 0", ViolationAction.Quarantine);
        var source = Orders.Source(constraints: [isPositive]);
        var pipeline = new Pipeline
        {
            Name = "shop",
            Sources = [source],
            Views = [Orders.View("totals", Orders.PerKey(source.Plan!, "totals"))],
            Settings = new() { BatchRows = 16 },
        };
        using var store = new SqliteStore(_folder);
        var simulation = new Simulation(pipeline, Orders.Options(connector, store, clock, lanes), clock, seed) { CrashAt = crashAt };
        await simulation.RunAsync();
        return (simulation.HasCrashed, Text(Assert.Single(simulation.Running!.Quality)), simulation.Running.Status().Nodes.Single(n => n.Kind == "source").RowsIn);
    }

    static string Text(QualityCounters c) => $"{c.Seen} read, {c.Accepted} accepted, {c.Late} late, {c.DeadLetters} dead letters, {string.Join(", ", c.Rules.Select(r => $"{r.Name}: {r.Seen} {r.Violated} {r.Acted}"))}";

    [Fact]
    public async Task Crashes_change_no_figure()
    {
        var (_, expected, rowsIn) = await RunAsync(1, crashAt: -1, lanes: 1);
        Assert.Equal(600, rowsIn);
        Assert.StartsWith("600 read, 514 accepted, ", expected, StringComparison.Ordinal);
        Assert.Contains("86 dead letters, is_positive: 600 86 86", expected, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 late", expected, StringComparison.Ordinal);
        var crashed = 0;
        for (var seed = 2; seed < 14; seed++)
        {
            while (true)
            {
                var (hasCrashed, counted, rows) = await RunAsync(seed * 100 + crashed, crashAt: 30 + seed * 4 + crashed * 25, lanes: 1 + (seed + crashed) % 3);
                if (hasCrashed)
                {
                    crashed++;
                    continue;
                }
                Assert.Equal((expected, 600), (counted, rows));
                break;
            }
        }
        Assert.True(crashed >= 12, $"only {crashed} crashes");
    }
}
