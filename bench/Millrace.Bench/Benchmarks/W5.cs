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

/// <summary>Exact number of different customers by hour, from columns in memory, 10 million rows up to 5 s out of order, against DuckDB.</summary>
sealed class W5 : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "w5";

    /// <inheritdoc/>
    public override string Summary => "TUMBLE 1 hour, COUNT(DISTINCT customer), from columns in memory, 10 million rows up to 5 s out of order, one core, against DuckDB with one thread.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        return Report.Contest(workshop, this, target: 2, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new CustomersPerHour(SalesColumnsInMemory.Load(workshop));

    /// <summary>The question as users ask it: SQL text through the public planner.</summary>
    sealed class CustomersPerHour(MemorySource sales) : IRunner
    {
        const string Question = """
            SET commit_interval = '20 milliseconds';
            CREATE SOURCE sales (ts TIMESTAMP, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
              WITH (connector = 'memory');
            CREATE VIEW per_hour AS SELECT window_start, COUNT(DISTINCT customer) AS customers FROM TUMBLE(sales, ts, INTERVAL '1 hour') GROUP BY window_start;
            CREATE SINK result FROM per_hour EMIT ON WINDOW CLOSE WITH (connector = 'hours');
            """;

        readonly Hours _result = new();
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

    /// <summary>connector = 'hours': takes hours and counts.</summary>
    sealed class Hours : Connector, ISink
    {
        readonly List<(long Window, long Customers)> _rows = [];

        /// <inheritdoc/>
        public override string Name => "hours";

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
                for (var row = 0; row < batch.RowCount; row++) _rows.Add((((Column<long>)batch[0])[row], ((Column<long>)batch[1])[row]));
        }

        /// <inheritdoc/>
        public void Flush()
        {
        }

        /// <inheritdoc/>
        public void Dispose()
        {
        }

        /// <summary>As the peer computes it: hours, customers and both mixed, independent of order.</summary>
        public string Checksum() => string.Create(CultureInfo.InvariantCulture,
            $"{_rows.Count}/{_rows.Sum(r => r.Customers)}/{_rows.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Window / 3_600_000_000 * r.Customers)}");
    }
}
