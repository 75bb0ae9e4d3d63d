using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Nexmark;

/// <summary>Events a second on one core for each of Nexmark's queries.</summary>
/// <param name="fromJson">Reads JSON lines instead of columns.</param>
sealed class NexmarkSpeed(bool fromJson) : Benchmark
{
    const long ColumnEvents = 10_000_000;

    const long JsonEvents = 2_000_000;

    /// <summary>Rounds stop for a query that has taken so long already.</summary>
    const double PatienceSeconds = 25;

    readonly List<Question> _chosen = [];

    /// <inheritdoc/>
    public override string Name => fromJson ? "nexmark-json" : "nexmark";

    /// <inheritdoc/>
    public override string Summary => fromJson
        ? "Nexmark's queries from JSON lines on disk, decoding included, one lane: million events a second."
        : "Nexmark's queries from columns in memory, one lane: million events a second.";

    /// <inheritdoc/>
    public override bool Take(string word)
    {
        if (Question.All.FirstOrDefault(q => q.Name == word) is not { } question) return false;
        _chosen.Add(question);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var workload = new Workload(workshop.Choices.Events ?? (fromJson ? JsonEvents : ColumnEvents), workshop.Choices.Rate ?? Workload.DefaultRate);
        // Files are made by this process, not by the one whose memory is measured.
        if (fromJson) NexmarkData.Json(workshop, workload);
        NexmarkData.SideInput(workshop);
        using var side = ServedContestant.OnOneCore("Millrace", this, string.Create(CultureInfo.InvariantCulture, $"{workload.Events}:{workload.Rate}"));
        var table = new StringBuilder();
        // The aims are those from columns.
        table.AppendLine($"| query | M events/s | {(fromJson ? "MB/s |" : "target | ratio |")} seconds, median (least to most) | changes out | state bytes/event |");
        table.AppendLine(fromJson ? "|---|--:|--:|--:|--:|--:|" : "|---|--:|--:|--:|--:|--:|--:|");
        var results = new List<string>();
        foreach (var question in _chosen.Count > 0 ? _chosen : Question.All.Where(static q => q.Target is not null))
        {
            var first = side.Run(question.Name);
            if (first.Error is { } error)
            {
                Console.Error.WriteLine($"{question.Name}: {error}");
                table.AppendLine(CultureInfo.InvariantCulture, $"| {question.Name} | - | {(fromJson ? "" : $"{question.Target:0.##} | ")}| {error.Split('\n')[0]} | | |");
                continue;
            }
            var seconds = new List<double>();
            while (seconds.Count < workshop.Rounds && (seconds.Count == 0 || first.Seconds + seconds.Sum() < PatienceSeconds))
            {
                var lap = side.Run(question.Name);
                if (lap.Error is not null || lap.Checksum != first.Checksum) throw new BenchmarkException($"{question.Name}: {lap.Error ?? $"{first.Checksum} at first, then {lap.Checksum}"}");
                seconds.Add(lap.Seconds);
            }
            seconds.Sort();
            var median = (seconds[(seconds.Count - 1) / 2] + seconds[seconds.Count / 2]) / 2;
            var rate = workload.Events / median / 1e6;
            var beside = fromJson ? $"{first.Bytes / median / 1e6:0}" : $"{question.Target:0.##} | {rate / question.Target:0.00}";
            table.AppendLine(CultureInfo.InvariantCulture, $"| {question.Name} | {rate:0.00} | {beside} | {median:0.00} ({seconds[0]:0.00} to {seconds[^1]:0.00}) | "
                + $"{first.Changes:#,0} | {(double)first.StateBytes!.Value / workload.Events:0.0} |");
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{question.Name} {rate:0.00}"));
            if (!fromJson && question.Target is { } aim) results.Add(Report.Result($"{Name}-{question.Name}", rate, aim, "Mevents/s"));
        }
        Report.Publish(workshop, this, table.ToString(), string.Create(CultureInfo.InvariantCulture,
            $"{workload.Events:#,0} events, {workload.Rate:#,0} a second of event time, seed {workload.Seed}{(!fromJson && workload.Events > NexmarkRunner.InMemoryMost ? ", made while they are read, which is part of the figures" : "")}. At most {PatienceSeconds} seconds are spent on a query, so that slow ones have fewer laps. {(fromJson ? "" : "The peer of the RESULT lines is the target. ")}Peak memory {side.PeakMemoryBytes >> 20:#,0} MB{(!fromJson && workload.Events <= NexmarkRunner.InMemoryMost ? ", the events included" : "")}."));
        return results;
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop)
    {
        var parts = side.Split(':');
        return new NexmarkRunner(workshop, new Workload(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)), fromJson);
    }
}
