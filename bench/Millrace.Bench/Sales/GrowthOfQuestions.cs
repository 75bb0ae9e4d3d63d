using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Sales;

/// <summary>How the cost of questions grows: with their keys, with the overlap of their windows, and with the number of views over one source. The peer is the same question at its smallest.</summary>
sealed class GrowthOfQuestions : Benchmark
{
    const int Rows = 10_000_000;

    sealed record Series(string Name, string Chart, long[] Sizes, Func<long, string> Label, Func<long, string> Sql);

    static readonly Series[] s_series =
    [
        new("w1", "w1 by number of keys", [10, 1_000, 100_000, 10_000_000], Keys, static _ => """
            CREATE VIEW answer AS SELECT window_start, product, SUM(qty * price) AS rev, COUNT(*) AS n
              FROM TUMBLE(sales, ts, INTERVAL '1 minute') WHERE qty > 0 GROUP BY window_start, product;
            """),
        new("w6", "w6 by number of keys in the joined table", [10, 1_000, 100_000, 10_000_000], Keys, static _ => """
            CREATE SOURCE dim (product INTEGER, category INTEGER) WITH (connector = 'memory');
            CREATE VIEW answer AS SELECT window_start, category, SUM(qty * price) AS rev
              FROM TUMBLE((SELECT s.ts, s.qty, s.price, d.category FROM sales AS s JOIN dim AS d ON s.product = d.product), ts, INTERVAL '1 minute') GROUP BY window_start, category;
            """),
        new("w4", "w4 (10 minutes) by slide", [600, 60, 10, 1], static s => $"every {s.ToString(CultureInfo.InvariantCulture)} s", static s => $"""
            CREATE VIEW answer AS SELECT window_start, store, AVG(qty * price) AS mean
              FROM HOP(sales, ts, INTERVAL '{s} seconds', INTERVAL '10 minutes') GROUP BY window_start, store;
            """),
        new("views", "w1 in 1, 10 and 100 views over one source", [1, 10, 100], Views, static n => Several(n, static i => $"qty > {i % 10}")),
        new("windows", "sums by store over 1, 3 and 10 windows of one source", [1, 3, 10], Windows, static n => Over(n)),
        new("windows-apart", "the same, each window for itself", [1, 3, 10], Windows, static n => "SET optimizer.off = 'share_panes';\n" + Over(n)),
        new("views-apart", "the same, each view with a condition of its own", [1, 10, 100], Views, static n => Several(n, static i => $"qty > 0 AND customer <> {i}")),
    ];

    static string Views(long views) => views == 1 ? "1 view" : $"{views} views";

    static string Several(long views, Func<int, string> condition) => string.Concat(Enumerable.Range(0, (int)views).Select(i => $"""
        CREATE VIEW answer{(i == 0 ? "" : i)} AS SELECT window_start, product, SUM(qty * price) AS rev, COUNT(*) AS n
          FROM TUMBLE(sales, ts, INTERVAL '1 minute') WHERE {condition(i)} GROUP BY window_start, product;
        {(i == 0 ? "" : $"CREATE SINK result{i} FROM answer{i} EMIT ON WINDOW CLOSE WITH (connector = 'count');")}

        """));

    static string Windows(long windows) => windows == 1 ? "1 window" : $"{windows} windows";

    static string Over(long windows) => string.Concat(Enumerable.Range(0, (int)windows).Select(i => $"""
        CREATE VIEW answer{(i == 0 ? "" : i)} AS SELECT window_start, store, SUM(qty * price) AS rev, COUNT(*) AS n
          FROM TUMBLE(sales, ts, INTERVAL '{i + 1} minutes') WHERE qty > 0 GROUP BY window_start, store;
        {(i == 0 ? "" : $"CREATE SINK result{i} FROM answer{i} EMIT ON WINDOW CLOSE WITH (connector = 'count');")}

        """));

    static string Keys(long keys) => keys.ToString("#,0", CultureInfo.InvariantCulture) + " keys";

    /// <inheritdoc/>
    public override string Name => "growth-questions";

    /// <inheritdoc/>
    public override string Summary => "w1 and w6 with 10 to 10^7 keys, w4 with slides of 10 minutes to a second, w1 in 1 to 100 views over one source, with ten conditions and with one each, sums over 1 to 10 windows of one source, with shared panes and without; 10 million rows, one core.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        var table = new StringBuilder("| question | size | M rows/s | seconds | allocated bytes/row | peak memory, MB |\n|---|--:|--:|--:|--:|--:|\n");
        var results = new List<string>();
        foreach (var series in s_series)
        {
            var bars = new List<(string, double)>();
            foreach (var size in series.Sizes)
            {
                using var side = ServedContestant.OnOneCore(series.Name, this, string.Create(CultureInfo.InvariantCulture, $"{series.Name}:{size}"));
                side.Run(); // code is compiled
                var allocated = side.Run().AllocatedPerRow;
                var seconds = Enumerable.Range(0, Math.Min(workshop.Rounds, 3)).Select(_ => side.Run().Seconds).Order().ToList();
                var median = seconds[seconds.Count / 2];
                var rate = Rows / median / 1e6;
                bars.Add((series.Label(size), rate));
                table.AppendLine(CultureInfo.InvariantCulture, $"| {series.Name} | {series.Label(size)} | {rate:0.0} | {median:0.000} | {allocated:0.00} | {side.PeakMemoryBytes >> 20} |");
                if (bars.Count > 1) results.Add(Report.Result($"growth-{series.Name}.{size}", rate, bars[0].Item2, "Mrows/s"));
                Console.Error.Write('.');
            }
            BarChart.Draw(workshop, $"growth-{series.Name}", series.Chart, "million rows a second", bars);
        }
        Console.Error.WriteLine();
        Report.Publish(workshop, this, table.ToString(), "The peer of the RESULT lines is the same question at its smallest. 10 million rows; with other numbers of keys than the sales have, products are drawn evenly.");
        return results;
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop)
    {
        var parts = side.Split(':');
        var series = s_series.Single(s => s.Name == parts[0]);
        var size = long.Parse(parts[1], CultureInfo.InvariantCulture);
        return new Runner(series.Sql(size), workshop, series.Name is "w1" or "w6" ? (int)size : 0);
    }

    sealed class Runner : IRunner
    {
        readonly string _sql;
        readonly MemorySource _sales;
        readonly MemorySource? _dimension;
        int _laps;

        public Runner(string views, Workshop workshop, int keys)
        {
            _sql = $"""
                CREATE SOURCE sales (ts TIMESTAMP, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'memory');
                {views}
                CREATE SINK result FROM answer EMIT ON WINDOW CLOSE WITH (connector = 'count');
                """;
            _sales = SalesColumnsInMemory.Load(workshop, keys);
            if (views.Contains("dim", StringComparison.Ordinal)) _dimension = SalesColumnsInMemory.Dimension(keys);
        }

        public Lap Run()
        {
            var start = Stopwatch.GetTimestamp();
            var allocated = Ask(watchAllocation: _laps++ == 1).GetAwaiter().GetResult();
            return new Lap { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Rows = Rows, AllocatedPerRow = allocated };
        }

        async Task<double?> Ask(bool watchAllocation)
        {
            var connectors = new ConnectorList();
            connectors.Memory.Add("sales", _sales);
            if (_dimension is not null) connectors.Memory.Add("dim", _dimension);
            connectors.Add(new Counting());
            var compiled = SqlCompiler.Compile(_sql, new CompileOptions { Connectors = connectors });
            if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
            {
                Store = store,
                Connectors = connectors,
                Formats = new FormatList(),
                DataDirectory = Path.GetTempPath(),
                Inline = true,
                Lanes = 1,
            });
            var allocated = watchAllocation ? await SteadyState.AllocatedPerRow(running, Rows) : null;
            await running.Completion;
            return allocated;
        }

        public void Dispose()
        {
            _sales.Dispose();
            _dimension?.Dispose();
        }
    }

    /// <summary>connector = 'count': counts rows and keeps none.</summary>
    sealed class Counting : Connector
    {
        public override string Name => "count";
        public override string Summary => "Counts.";
        public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];
        public override bool NeedsFormat => false;
        public override ISink CreateSink(SinkContext context) => new Sink();

        sealed class Sink : ISink
        {
            long _rows;

            public bool IsStaged => false;

            public void Open(Schema schema, IReadOnlyList<int> key, string? position) => _rows = 0;

            public void Write(IReadOnlyList<Batch> changes, long version)
            {
                foreach (var batch in changes) _rows += batch.RowCount;
            }

            public string Flush() => "";

            public void Dispose()
            {
            }
        }
    }
}
