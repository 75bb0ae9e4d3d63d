using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Benchmarks;

/// <summary>How the cost of a join grows with the rows that it remembers: ten thousand to ten million, each in a process of its own. The peer is the same join with ten thousand.</summary>
sealed class JoinGrowth : Benchmark
{
    static readonly long[] s_states = [10_000, 100_000, 1_000_000, 10_000_000];

    const long LeastRows = 4_000_000; // of both sides, so that a lap of little state is long enough to be measured

    static readonly Question[] s_questions =
    [
        new("kept for ever", "Every row has one partner, and both sides are kept: half the state each.", state => (state / 2, "")),
        new("bounded by time", "Rows of one side wait for partners as long as the bound says; the other side's pass.",
            state => (Math.Max(LeastRows / 2, 2 * state), $" AND b.at BETWEEN a.at AND a.at + INTERVAL '{state} milliseconds'")),
    ];

    /// <inheritdoc/>
    public override string Name => "join-growth";

    /// <inheritdoc/>
    public override string Summary => "Joins by a key with 10^4 to 10^7 rows of state, kept for ever or bounded by time, one core.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var table = new StringBuilder();
        table.AppendLine("| join | rows of state | rows | rows/s | seconds | state, MB | bytes/row of state |");
        table.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        var results = new List<string>();
        for (var q = 0; q < s_questions.Length; q++)
        {
            var first = 0.0;
            foreach (var state in s_states)
            {
                using var side = ServedContestant.OnOneCore(s_questions[q].Name, this, $"{q}:{state}");
                side.Run(); // code is compiled
                var laps = Enumerable.Range(0, workshop.Rounds).Select(_ => side.Run()).OrderBy(l => l.Seconds).ToList();
                var lap = laps[laps.Count / 2];
                var rate = lap.Rows / lap.Seconds;
                if (first == 0) first = rate;
                var bytes = laps.Max(l => l.StateBytes ?? 0);
                table.AppendLine(CultureInfo.InvariantCulture,
                    $"| {s_questions[q].Name} | {state:#,0} | {lap.Rows:#,0} | {rate:#,0} | {lap.Seconds:0.000} | {bytes / 1e6:0.0} | {bytes / (double)state:0} |");
                if (state != s_states[0]) results.Add(Report.Result($"join-growth.{q + 1}.{state}", rate / 1e6, first / 1e6, "Mrows/s"));
                Console.Error.Write('.');
            }
        }
        Console.Error.WriteLine();
        Report.Publish(workshop, this, table.ToString(), string.Join(" ", s_questions.Select(q => $"{char.ToUpperInvariant(q.Name[0])}{q.Name[1..]}: {q.Remark}"))
            + " Rows are those of both sides. With little state laps of a join that keeps its rows are repeated. State is the most that the pipeline's accounts of operators held.");
        return results;
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop)
    {
        var parts = side.Split(':');
        return new Runner(s_questions[int.Parse(parts[0], CultureInfo.InvariantCulture)], long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    sealed record Question(string Name, string Remark, Func<long, (long RowsOfASide, string Condition)> Of);

    sealed class Runner(Question question, long state) : IRunner
    {
        public Lap Run()
        {
            var (rows, condition) = question.Of(state);
            var repeats = Math.Max(1, LeastRows / (2 * rows));
            var lap = new Lap { Seconds = 0, Rows = 0, StateBytes = 0 };
            for (var i = 0L; i < repeats; i++)
            {
                var (seconds, bytes) = Once(rows, condition);
                lap = lap with { Seconds = lap.Seconds + seconds, Rows = lap.Rows + 2 * rows, StateBytes = Math.Max(lap.StateBytes!.Value, bytes) };
            }
            return lap;
        }

        (double Seconds, long StateBytes) Once(long rows, string condition)
        {
            var sql = $"""
                CREATE SOURCE a (at TIMESTAMP, id BIGINT, value BIGINT, WATERMARK FOR at AS at) WITH (connector = 'generator', template = 'rows', rows = '{rows}', step = '1 millisecond');
                CREATE SOURCE b (at TIMESTAMP, id BIGINT, value BIGINT, WATERMARK FOR at AS at) WITH (connector = 'generator', template = 'rows', rows = '{rows}', step = '1 millisecond');
                CREATE VIEW pairs AS SELECT a.id, a.value AS one, b.value AS other FROM a JOIN b ON a.id = b.id{condition};
                CREATE SINK counted FROM pairs WITH (connector = 'nothing');
                """;
            var sink = new Nothing();
            var connectors = new ConnectorList().Add(sink);
            var compiled = SqlCompiler.Compile(sql, new CompileOptions { Connectors = connectors });
            if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
            var start = Stopwatch.GetTimestamp();
            var bytes = Ask(compiled.Pipeline, connectors).GetAwaiter().GetResult();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (sink.Counted != rows) throw new BenchmarkException($"{question.Name}: {sink.Counted} of {rows} pairs are in the answer.");
            return (seconds, bytes);
        }

        static async Task<long> Ask(Planning.Pipeline pipeline, ConnectorList connectors)
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
            var most = 0L;
            do
            {
                await Task.WhenAny(running.Completion, Task.Delay(TimeSpan.FromMilliseconds(20)));
                most = Math.Max(most, running.Status().Nodes.Sum(static n => n.StateBytes));
            }
            while (!running.Completion.IsCompleted);
            await running.Completion;
            return most;
        }

        public void Dispose()
        {
        }
    }

    /// <summary>connector = 'nothing': counts rows and keeps none.</summary>
    sealed class Nothing : Connector, ISink
    {
        public long Counted { get; private set; }

        public override string Name => "nothing";
        public override string Summary => "Counts.";
        public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];
        public override bool NeedsFormat => false;
        public override ISink CreateSink(SinkContext context) => this;

        public bool IsStaged => false;

        public void Open(Schema schema, IReadOnlyList<int> key, string? position) => Counted = 0;

        public void Write(IReadOnlyList<Batch> changes, long version)
        {
            foreach (var batch in changes) Counted += batch.RowCount;
        }

        public string Flush() => "";

        public void Dispose()
        {
        }
    }
}
