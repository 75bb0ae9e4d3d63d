using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Benchmarks;

/// <summary>The ten products with most revenue in every ten minutes, from columns in memory, 10 million rows up to 5 s out of order, against DuckDB.</summary>
sealed class W3 : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "w3";

    /// <inheritdoc/>
    public override string Summary => "TUMBLE 10 minutes by product, SUM, top 10 of each window, from columns in memory, 10 million rows up to 5 s out of order, one core, against DuckDB with one thread.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        return Report.Contest(workshop, this, target: 1.3, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new TopProducts(SalesColumnsInMemory.Load(workshop));

    /// <summary>The question as users ask it: SQL text through the public planner.</summary>
    sealed class TopProducts(MemorySource sales) : IRunner
    {
        const string Question = """
            SET commit_interval = '20 milliseconds';
            CREATE SOURCE sales (ts TIMESTAMP, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
              WITH (connector = 'memory');
            CREATE VIEW top_products AS
              SELECT window_start, product, revenue FROM (
                SELECT window_start, product, SUM(qty * price) AS revenue, ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY SUM(qty * price) DESC) AS rn
                FROM TUMBLE(sales, ts, INTERVAL '10 minutes') GROUP BY window_start, product)
              WHERE rn <= 10;
            CREATE SINK result FROM top_products EMIT ON WINDOW CLOSE WITH (connector = 'products');
            """;

        readonly Products _result = new();
        double? _allocatedPerRow;
        int _laps;

        /// <inheritdoc/>
        public Lap Run()
        {
            var start = Stopwatch.GetTimestamp();
            Ask(watchAllocation: _laps == 2).GetAwaiter().GetResult();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var checksum = _laps == 0 ? _result.Checksum() : null;
            _laps++;
            return new Lap { Seconds = seconds, Rows = Workshop.SalesRows, Bytes = 0, Checksum = checksum, AllocatedPerRow = _allocatedPerRow };
        }

        async Task Ask(bool watchAllocation)
        {
            var connectors = new ConnectorList();
            connectors.Memory.Add("sales", sales);
            connectors.Add(_result);
            var compiled = SqlCompiler.Compile(Question, new CompileOptions { Connectors = connectors });
            if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
            {
                Store = store, Connectors = connectors, Formats = new FormatList(), DataDirectory = Path.GetTempPath(), Inline = true, Lanes = 1,
            });
            // In one warm-up only: looking costs time.
            if (watchAllocation) _allocatedPerRow = await SteadyState.AllocatedPerRow(running, Workshop.SalesRows);
            await running.Completion;
        }

        /// <inheritdoc/>
        public void Dispose() => sales.Dispose();
    }

    /// <summary>connector = 'products': takes windows, products and revenues.</summary>
    sealed class Products : Connector, ISink
    {
        readonly List<(long Window, int Product, double Revenue)> _rows = [];

        /// <inheritdoc/>
        public override string Name => "products";

        /// <inheritdoc/>
        public override string Summary => "A list of the benchmark.";

        /// <inheritdoc/>
        public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];

        /// <inheritdoc/>
        public override bool NeedsFormat => false;

        /// <inheritdoc/>
        public override ISink CreateSink(SinkContext context) => this;

        /// <inheritdoc/>
        public void Open(Schema schema, IReadOnlyList<int> key) => _rows.Clear();

        /// <inheritdoc/>
        public void Write(IReadOnlyList<Batch> changes, long version)
        {
            foreach (var batch in changes)
            {
                if (batch.Weights is { } weights && weights.Values.ContainsAnyExcept(1)) throw new BenchmarkException("A window was told more than once.");
                for (var row = 0; row < batch.RowCount; row++) _rows.Add((((Column<long>)batch[0])[row], ((Column<int>)batch[1])[row], ((Column<double>)batch[2])[row]));
            }
        }

        /// <inheritdoc/>
        public void Flush()
        {
        }

        /// <inheritdoc/>
        public void Dispose()
        {
        }

        /// <summary>As the peer computes it: rows, cents, and both mixed with windows and products, independent of order.</summary>
        public string Checksum()
        {
            var (cents, mixed) = (BigInteger.Zero, BigInteger.Zero);
            foreach (var (window, product, revenue) in _rows)
            {
                var money = (long)Math.Round(revenue * 100, MidpointRounding.AwayFromZero);
                cents += money;
                mixed += (BigInteger)(window / 600_000_000 % 100003 * 4001 + product) * money;
            }
            return string.Create(CultureInfo.InvariantCulture, $"{_rows.Count}/{cents}/{mixed}");
        }
    }
}
