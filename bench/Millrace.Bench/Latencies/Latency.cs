using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Latencies;

/// <summary>How old a row is when readers can see it: from its append to a source until the committed version that GET /api/views shows has it, at 100,000 rows a second.</summary>
sealed class Latency : Benchmark
{
    static readonly (int CommitMs, double Median, double P99)[] s_aims = [(10, 20, 60), (100, double.NaN, 200)];

    /// <inheritdoc/>
    public override string Name => "latency";

    /// <inheritdoc/>
    public override string Summary => "Milliseconds from a row's append until GET /api/views shows it, and until the event stream tells it; 100,000 rows a second, SQLite, server and reader in one process on all cores.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var table = new StringBuilder("| commit_interval | seen by | samples | p50, ms | p99, ms | most, ms | aim |\n|---|---|--:|--:|--:|--:|---|\n");
        var results = new List<string>();
        foreach (var (commitMs, median, p99) in s_aims)
        {
            using var run = new LatencyRun(commitMs, Path.Combine(workshop.Cache, "latency"));
            run.Measure(seconds: 3); // code is compiled
            var (views, stream) = run.Measure(seconds: 10);
            var aim = (double.IsNaN(median) ? "" : $"p50 under {median} ms, ") + $"p99 under {p99} ms";
            Row($"{commitMs} ms", "GET /api/views", views, aim);
            Row($"{commitMs} ms", "event stream", stream, "");
            if (!double.IsNaN(median)) results.Add(Report.Result($"latency.{commitMs}.p50", At(views, 0.5), median, "ms"));
            results.Add(Report.Result($"latency.{commitMs}.p99", At(views, 0.99), p99, "ms"));
        }
        Report.Publish(workshop, this, table.ToString(), "Samples are the last rows of a hundred each, appended a millisecond apart. A view of sums by second and key is kept up beside. "
            + "The event stream tells at most ten events a second. The peer of the RESULT lines is the aim; less is better.");
        return results;

        void Row(string interval, string reader, List<double> samples, string aim) => table.AppendLine(CultureInfo.InvariantCulture,
            $"| {interval} | {reader} | {samples.Count:#,0} | {At(samples, 0.5):0.0} | {At(samples, 0.99):0.0} | {(samples.Count == 0 ? double.NaN : samples[^1]):0.0} | {aim} |");
    }

    static double At(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[(int)((sorted.Count - 1) * share)];
}
