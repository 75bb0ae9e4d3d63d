using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Bench.Sales;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Benchmarks;

/// <summary>What a look-up in a table that ends costs: ten million sales from columns in memory, with it and without it.</summary>
sealed class Lookup : Benchmark
{
    const string Sales = """
        SET commit_interval = '20 milliseconds';
        CREATE SOURCE sales (ts TIMESTAMP, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'memory');
        CREATE SOURCE products (product INTEGER, category INTEGER, name TEXT) WITH (connector = 'memory');
        CREATE SOURCE half (product INTEGER, category INTEGER, name TEXT) WITH (connector = 'memory');
        CREATE SOURCE few (product INTEGER, category INTEGER, name TEXT) WITH (connector = 'memory');
        CREATE SOURCE twice (product INTEGER, category INTEGER, name TEXT) WITH (connector = 'memory');

        """;

    static readonly (string Name, string Rows, string Without)[] s_questions =
    [
        ("W6", "SELECT ts, qty * price AS x, category AS k FROM sales JOIN products USING (product)", "SELECT ts, qty * price AS x, store AS k FROM sales"),
        ("texts out", "SELECT ts, qty * price AS x, name AS k FROM sales JOIN few USING (product)", "SELECT ts, qty * price AS x, store AS k FROM sales WHERE product < 100"),
        ("half of the rows match", "SELECT ts, qty * price AS x, category AS k FROM sales JOIN half USING (product)", "SELECT ts, qty * price AS x, store AS k FROM sales WHERE product % 2 = 0"),
        ("left, half match", "SELECT ts, qty * price AS x, category AS k FROM sales LEFT JOIN half USING (product)", "SELECT ts, qty * price AS x, store AS k FROM sales"),
        ("two matches a row", "SELECT ts, qty * price AS x, category AS k FROM sales JOIN twice USING (product)",
            "SELECT ts, qty * price AS x, store AS k FROM sales UNION ALL SELECT ts, qty * price, store FROM sales"),
    ];

    /// <inheritdoc/>
    public override string Name => "lookup";

    /// <inheritdoc/>
    public override string Summary => "Ten million sales from columns in memory, each looked up among 4,000 products, one core; the peer is the same question without the look-up.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        using var side = ServedContestant.OnOneCore("Millrace", this, "millrace");
        var table = new StringBuilder("| look-up | rows/s | without it | ns a row for it |\n|---|--:|--:|--:|\n");
        var results = new List<string>();
        foreach (var (name, _, _) in s_questions)
        {
            double Rate(string question)
            {
                for (var i = 0; i < 3; i++) side.Run(question);
                return Workshop.SalesRows / Enumerable.Range(0, workshop.Rounds).Select(_ => side.Run(question).Seconds).Order().ElementAt(workshop.Rounds / 2);
            }
            var (with, without) = (Rate(name), Rate("without " + name));
            table.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {with:#,0} | {without:#,0} | {1e9 / with - 1e9 / without:0.00} |");
            results.Add(Report.Result("lookup." + name.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-'), with, without, "rows/s"));
        }
        Report.Publish(workshop, this, table.ToString(), "A ratio of 1 in the RESULT lines is a look-up that costs nothing.");
        return results;
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new Runner(SalesColumnsInMemory.Load(workshop));

    sealed class Runner(MemorySource sales) : IRunner
    {
        readonly MemorySource _products = Table(4000, 1, 1), _half = Table(2000, 2, 1), _few = Table(100, 1, 1), _twice = Table(4000, 1, 2);

        static MemorySource Table(int rows, int step, int times)
        {
            var table = new MemorySource(new Schema(new Field("product", DataType.Integer), new Field("category", DataType.Integer), new Field("name", DataType.Text)), keeps: true);
            for (var i = 0; i < rows * times; i++)
            {
                var product = i % rows * step;
                table.Push(product, product % 40, "product " + product);
            }
            table.Complete();
            return table;
        }

        /// <inheritdoc/>
        public Lap Run() => throw new NotSupportedException();

        /// <inheritdoc/>
        public Lap Run(string question)
        {
            const string without = "without ";
            var isWithout = question.StartsWith(without, StringComparison.Ordinal);
            var found = Array.Find(s_questions, q => q.Name == (isWithout ? question[without.Length..] : question));
            var sql = $"""
                {Sales}CREATE VIEW answer AS SELECT window_start, k, SUM(x) AS total
                  FROM TUMBLE(({(isWithout ? found.Without : found.Rows)}), ts, INTERVAL '1 minute') GROUP BY window_start, k;
                CREATE SINK result FROM answer EMIT ON WINDOW CLOSE WITH (connector = 'sums');
                """;
            var connectors = new ConnectorList().Add(new Sums());
            connectors.Memory.Add("sales", sales).Add("products", _products).Add("half", _half).Add("few", _few).Add("twice", _twice);
            var compiled = SqlCompiler.Compile(sql, new CompileOptions { Connectors = connectors });
            if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
            var start = Stopwatch.GetTimestamp();
            Ask(compiled.Pipeline, connectors).GetAwaiter().GetResult();
            return new Lap { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Rows = Workshop.SalesRows };
        }

        static async Task Ask(Planning.Pipeline pipeline, ConnectorList connectors)
        {
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
            {
                Store = store,
                Connectors = connectors,
                Formats = new FormatList(),
                DataDirectory = Path.GetTempPath(),
                Inline = true,
                Lanes = 1,
            });
            await running.Completion;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            foreach (var source in (MemorySource[])[sales, _products, _half, _few, _twice]) source.Dispose();
        }
    }

    /// <summary>connector = 'sums': adds up the numbers of what comes.</summary>
    sealed class Sums : Connector, ISink
    {
        double _sum;

        /// <inheritdoc/>
        public override string Name => "sums";

        /// <inheritdoc/>
        public override string Summary => "A sum of the benchmark.";

        /// <inheritdoc/>
        public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];

        /// <inheritdoc/>
        public override bool NeedsFormat => false;

        /// <inheritdoc/>
        public override ISink CreateSink(SinkContext context) => this;

        /// <inheritdoc/>
        public bool IsStaged => false;

        /// <inheritdoc/>
        public void Open(Schema schema, IReadOnlyList<int> key, string? position) => _sum = 0;

        /// <inheritdoc/>
        public void Write(IReadOnlyList<Batch> changes, long version)
        {
            foreach (var batch in changes)
            {
                foreach (var column in batch.Columns)
                {
                    if (column is Column<int> numbers)
                    {
                        var sum = 0L;
                        foreach (var value in numbers.Values) sum += value;
                        _sum += sum;
                    }
                    else if (column is Column<double> doubles)
                        foreach (var value in doubles.Values) _sum += value;
                }
            }
        }

        /// <inheritdoc/>
        public string Flush() => double.IsNaN(_sum) ? throw new BenchmarkException("No sum.") : "";

        /// <inheritdoc/>
        public void Dispose()
        {
        }
    }
}
