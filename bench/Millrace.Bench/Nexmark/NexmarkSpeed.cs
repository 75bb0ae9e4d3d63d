using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Nexmark;

/// <summary>Events a second on one core for each of Nexmark's queries.</summary>
sealed class NexmarkSpeed(NexmarkWay way) : Benchmark
{
    const long ColumnEvents = 10_000_000;

    const long JsonEvents = 2_000_000;

    bool FromJson => way == NexmarkWay.Json;

    /// <summary>Rounds stop for a query that has taken so long already.</summary>
    const double PatienceSeconds = 25;

    readonly List<Question> _chosen = [];

    /// <inheritdoc/>
    public override string Name => way switch { NexmarkWay.Json => "nexmark-json", NexmarkWay.Checkpoints => "nexmark-checkpoints", _ => "nexmark" };

    /// <inheritdoc/>
    public override string Summary => way switch
    {
        NexmarkWay.Json => "Nexmark's queries from JSON lines on disk, decoding included, one lane: million events a second.",
        NexmarkWay.Checkpoints => "Nexmark's queries from columns in memory, one lane, a checkpoint on disk each second: million events a second, and times Flink's a core.",
        _ => "Nexmark's queries from columns in memory, one lane: million events a second.",
    };

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
        var workload = new Workload(workshop.Choices.Events ?? (FromJson ? JsonEvents : ColumnEvents), workshop.Choices.Rate ?? Workload.DefaultRate);
        // Files are made by this process, not by the one whose memory is measured.
        if (FromJson) NexmarkData.Json(workshop, workload);
        NexmarkData.SideInput(workshop);
        using var side = ServedContestant.OnOneCore("Millrace", this, string.Create(CultureInfo.InvariantCulture, $"{workload.Events}:{workload.Rate}"));
        var table = new StringBuilder();
        var beside = Beside();
        table.AppendLine(CultureInfo.InvariantCulture, $"| query | M events/s | {string.Concat(beside.Select(static c => c.Title + " | "))}seconds, median (least to most) | changes out | state bytes/event |");
        table.AppendLine($"|---|{string.Concat(Enumerable.Repeat("--:|", beside.Count + 4))}");
        var results = new List<string>();
        foreach (var question in _chosen.Count > 0 ? _chosen : Question.All.Where(static q => q.Target is not null))
        {
            var first = side.Run(question.Name);
            if (first.Error is { } error)
            {
                Console.Error.WriteLine($"{question.Name}: {error}");
                table.AppendLine(CultureInfo.InvariantCulture, $"| {question.Name} | - | {string.Concat(beside.Select(static _ => " | "))}{error.Split('\n')[0]} | | |");
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
            table.AppendLine(CultureInfo.InvariantCulture, $"| {question.Name} | {rate:0.00} | {string.Concat(beside.Select(c => c.Of(question, rate, first.Bytes / median / 1e6) + " | "))}{median:0.00} ({seconds[0]:0.00} to {seconds[^1]:0.00}) | "
                + $"{first.Changes:#,0} | {(double)first.StateBytes!.Value / workload.Events:0.0} |");
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{question.Name} {rate:0.00}"));
            if (way == NexmarkWay.Columns && question.Target is { } aim) results.Add(Report.Result($"{Name}-{question.Name}", rate, aim, "Mevents/s"));
        }
        var isMade = !FromJson && workload.Events > NexmarkRunner.InMemoryMost;
        Report.Publish(workshop, this, table.ToString(), string.Create(CultureInfo.InvariantCulture,
            $"{workload.Events:#,0} events, {workload.Rate:#,0} a second of event time, seed {workload.Seed}{(isMade ? ", made while they are read, which is part of the figures" : "")}. At most {PatienceSeconds} seconds are spent on a query, so that slow ones have fewer laps. {Remark}Peak memory {side.PeakMemoryBytes >> 20:#,0} MB{(!FromJson && !isMade ? ", the events included" : "")}."));
        return results;
    }

    string Remark => way switch
    {
        NexmarkWay.Columns => "The peer of the RESULT lines is the target. ",
        NexmarkWay.Checkpoints => "State, positions and frontiers are durable each second (SQLite and pieces of state beside it); the sink keeps a checksum. "
            + "Flink's figures are those of its own guide (V2: RocksDB, exactly once, a checkpoint every three minutes, its generator of events included), on its own machines: orders of magnitude, not a race. ",
        _ => "",
    };

    /// <summary>What stands beside the rate: the aims are those from columns, the figures of Flink those of whole checkpointed jobs.</summary>
    List<(string Title, Func<Question, double, double, string> Of)> Beside() => way switch
    {
        NexmarkWay.Json => [("MB/s", static (_, _, megabytes) => Text($"{megabytes:0}"))],
        NexmarkWay.Checkpoints => [("Flink, M events/s and core", static (q, _, _) => Text($"{q.Flink / 1000:0.000}")), ("times", static (q, rate, _) => Text($"{rate / (q.Flink / 1000):0}"))],
        _ => [("target", static (q, _, _) => Text($"{q.Target:0.##}")), ("ratio", static (q, rate, _) => Text($"{rate / q.Target:0.00}"))],
    };

    static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop)
    {
        var parts = side.Split(':');
        return new NexmarkRunner(workshop, new Workload(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)), way);
    }
}
