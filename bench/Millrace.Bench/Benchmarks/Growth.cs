using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Benchmarks;

/// <summary>How cost grows with the rows: 1, 10 and 100 million generated rows through three questions, each in a process of its own. The peer is the question itself at a million rows.</summary>
sealed class Growth : Benchmark
{
    static readonly long[] s_sizes = [1_000_000, 10_000_000, 100_000_000];

    static readonly Question[] s_questions =
    [
        new("1,000 keys", "key BIGINT, value DOUBLE", "keys = '1000'", "key", "SUM(value) AS total"),
        new("ever new texts", "key BIGINT, text TEXT", "keys = '1000', texts = 'new'", "key", "MAX(length(text)) AS longest, COUNT(text) AS texts"),
        new("10,000 keys that come and go", "id BIGINT, value DOUBLE", "keys = '1000'", "id / 100", "SUM(value) AS total"),
    ];

    /// <inheritdoc/>
    public override string Name => "growth";

    /// <inheritdoc/>
    public override string Summary => "Windows of 1,000 seconds by key over 1, 10 and 100 million generated rows, one core: time is a straight line and memory is flat.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var table = new StringBuilder();
        table.AppendLine("| question | rows | rows/s | seconds | allocated bytes/row | peak memory, MB |");
        table.AppendLine("|---|--:|--:|--:|--:|--:|");
        var results = new List<string>();
        for (var q = 0; q < s_questions.Length; q++)
        {
            var first = 0.0;
            foreach (var rows in s_sizes)
            {
                using var side = ServedContestant.OnOneCore(s_questions[q].Name, this, $"{q}:{rows}");
                side.Run(); // code is compiled
                var allocated = side.Run().AllocatedPerRow;
                var seconds = Enumerable.Range(0, workshop.Rounds).Select(_ => side.Run().Seconds).Order().ElementAt(workshop.Rounds / 2);
                var rate = rows / seconds;
                if (first == 0) first = rate;
                table.AppendLine(CultureInfo.InvariantCulture, $"| {s_questions[q].Name} | {rows:#,0} | {rate:#,0} | {seconds:0.000} | {allocated:0.000} | {side.PeakMemoryBytes >> 20} |");
                if (rows != s_sizes[0]) results.Add(Report.Result($"growth.{q + 1}.{rows / s_sizes[0]}", rate, first, "rows/s"));
                Console.Error.Write('.');
            }
        }
        Console.Error.WriteLine();
        Report.Publish(workshop, this, table.ToString(), "A ratio of 1 in the RESULT lines is a straight line. Memory includes the runtime.");
        return results;
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop)
    {
        var parts = side.Split(':');
        return new Runner(s_questions[int.Parse(parts[0], CultureInfo.InvariantCulture)], long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    sealed record Question(string Name, string Columns, string Options, string Key, string Result);

    sealed class Runner(Question question, long rows) : IRunner
    {
        int _laps;

        public Lap Run()
        {
            var sql = $"""
                CREATE SOURCE made (at TIMESTAMP, {question.Columns}, WATERMARK FOR at AS at - INTERVAL '5 seconds')
                  WITH (connector = 'generator', template = 'rows', rows = '{rows}', disorder = '5 seconds', {question.Options});
                CREATE VIEW answers AS
                  SELECT window_start, k, COUNT(*) AS n, {question.Result.Replace("key", "k", StringComparison.Ordinal)}
                  FROM TUMBLE((SELECT *, {question.Key} AS k FROM made), at, INTERVAL '1000 seconds') GROUP BY window_start, k;
                CREATE SINK counted FROM answers EMIT ON WINDOW CLOSE WITH (connector = 'nothing');
                """;
            var sink = new Nothing();
            var connectors = new ConnectorList().Add(sink);
            var compiled = SqlCompiler.Compile(sql, new CompileOptions { Connectors = connectors });
            if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
            var start = Stopwatch.GetTimestamp();
            var allocated = Ask(compiled.Pipeline, connectors, _laps++ == 1, rows).GetAwaiter().GetResult();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (sink.Counted != rows) throw new BenchmarkException($"{question.Name}: {sink.Counted} of {rows} rows are in the answer.");
            return new Lap { Seconds = seconds, Rows = rows, AllocatedPerRow = allocated };
        }

        static async Task<double?> Ask(Planning.Pipeline pipeline, ConnectorList connectors, bool watchAllocation, long rows)
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
            var allocated = watchAllocation ? await SteadyState.AllocatedPerRow(running, rows) : null;
            await running.Completion;
            return allocated;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>connector = 'nothing': adds up the third column and keeps no row.</summary>
    sealed class Nothing : Connector, ISink
    {
        public long Counted { get; private set; }

        public override string Name => "nothing";
        public override string Summary => "Counts.";
        public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];
        public override bool NeedsFormat => false;
        public override ISink CreateSink(SinkContext context) => this;

        public bool IsStaged => false;

        public void Open(Data.Schema schema, IReadOnlyList<int> key, string? position) => Counted = 0;

        public void Write(IReadOnlyList<Data.Batch> changes, long version)
        {
            foreach (var batch in changes)
                foreach (var n in ((Data.Column<long>)batch[2]).Values) Counted += n;
        }

        public string Flush() => "";

        public void Dispose()
        {
        }
    }
}
