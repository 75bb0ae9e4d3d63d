using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>PROCTIME() on a clock that a test moves.</summary>
public sealed class ProcessingTimeTests(ITestOutputHelper log)
{
    const string Bids = "CREATE SOURCE bid (bidder INTEGER, price INTEGER) WITH (connector = 'memory');\n";

    /// <summary>Pushes rows at times of the clock (seconds from its start), runs to the end and gives the rows of each view.</summary>
    static async Task<Dictionary<string, List<string>>> Run(string sql, int seed, int lanes, params (double Second, int Bidder)[] bids)
    {
        var clock = new VirtualClock();
        var start = clock.GetUtcNow();
        var source = new MemorySource(new Schema(new Field("bidder", DataType.Integer), new Field("price", DataType.Integer)));
        var connectors = new ConnectorList();
        connectors.Memory.Add("bid", source);
        var compiled = SqlCompiler.Compile(Bids + sql, new CompileOptions { Connectors = connectors });
        Assert.True(compiled.Pipeline is not null, string.Join("\n", compiled.Diagnostics.Select(DiagnosticText.Render)));
        using var store = new MemoryStore();
        var seen = new Dictionary<string, List<string>>();
        var next = 0;
        var options = new RunOptions { Store = store, Connectors = connectors, Formats = new FormatList(), DataDirectory = ".", Clock = clock, Lanes = lanes };
        var simulation = new Simulation(compiled.Pipeline, options, clock, seed)
        {
            Tick = TimeSpan.FromMilliseconds(10),
            OnTurn = _ =>
            {
                while (next < bids.Length && (clock.GetUtcNow() - start).TotalSeconds >= bids[next].Second)
                {
                    source.Push(bids[next].Bidder, next);
                    next++;
                }
                if (next == bids.Length && (clock.GetUtcNow() - start).TotalSeconds >= bids[^1].Second + 0.5) source.Complete();
            },
        };
        await simulation.RunAsync(turnsMax: 2_000_000);
        using var snapshot = store.Snapshot();
        foreach (var view in compiled.Pipeline.Views.Where(v => v.IsMaterialized)) seen[view.Name] = snapshot.Texts(view.Name, new MemoryAccountant());
        return seen;
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Windows_over_the_machines_time_hold_the_rows_that_came_in_them(int lanes)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var found = await Run("""
            CREATE VIEW timed AS SELECT *, PROCTIME() AS p_time FROM bid;
            CREATE MATERIALIZED VIEW q12 AS SELECT bidder, COUNT(*) AS n, window_start FROM TUMBLE(timed, p_time, INTERVAL '1 second') GROUP BY bidder, window_start EMIT ON WINDOW CLOSE;
            CREATE MATERIALIZED VIEW each AS SELECT price, p_time FROM timed WHERE price >= 0;
            """, seed, lanes, (0.1, 1), (0.2, 2), (0.3, 1), (1.4, 1), (1.5, 1), (3.5, 2));
        Assert.Equal(["1|2|2026-01-01 00:00:00", "1|2|2026-01-01 00:00:01", "2|1|2026-01-01 00:00:00", "2|1|2026-01-01 00:00:03"], found["q12"].Order(StringComparer.Ordinal));
        // Each row has the time of a tick at or after its arrival, and before the next row's.
        var times = found["each"].Select(r => r.Split('|')).OrderBy(r => int.Parse(r[0], null)).Select(r => DateTime.Parse(r[1], null)).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(6, times.Count);
    }

    [Fact]
    public async Task A_window_closes_while_no_rows_come()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var clock = new VirtualClock();
        var source = new MemorySource(new Schema(new Field("bidder", DataType.Integer), new Field("price", DataType.Integer)));
        var connectors = new ConnectorList();
        connectors.Memory.Add("bid", source);
        var compiled = SqlCompiler.Compile("""
            CREATE SOURCE bid (bidder INTEGER, p AS PROCTIME(), price INTEGER, WATERMARK FOR p AS p) WITH (connector = 'memory');
            CREATE MATERIALIZED VIEW closed AS SELECT window_end, COUNT(*) AS n FROM TUMBLE(bid, p, INTERVAL '1 second') GROUP BY window_end EMIT FINAL;
            """, new CompileOptions { Connectors = connectors });
        using var store = new MemoryStore();
        source.Push(1, 1);
        var seen = 0;
        var simulation = new Simulation(compiled.Pipeline!, new RunOptions { Store = store, Connectors = connectors, Formats = new FormatList(), DataDirectory = ".", Clock = clock, Lanes = 2 }, clock, seed)
        {
            Tick = TimeSpan.FromMilliseconds(10),
            OnTurn = _ =>
            {
                if (seen > 0) return;
                using var snapshot = store.Snapshot();
                seen = snapshot.Texts("closed", new MemoryAccountant()).Count;
                if (seen > 0) source.Complete();
            },
        };
        await simulation.RunAsync(turnsMax: 2_000_000);
        Assert.Equal(1, seen);
    }
}
