using System.Text;
using Millrace.Bench.Harness;
using Millrace.Data;

namespace Millrace.Bench.Nexmark;

/// <summary>Nexmark's answers, from columns and from JSON lines, row by row against answers that others have computed from the same events.</summary>
sealed class NexmarkCheck : Benchmark
{
    const long DefaultEvents = 1_000_000;

    readonly List<Question> _chosen = [];

    /// <inheritdoc/>
    public override string Name => "nexmark-check";

    /// <inheritdoc/>
    public override string Summary => "Nexmark's answers from columns and from JSON lines, row by row against DuckDB's (patterns: a plain program's), 1 million events.";

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
        var workload = new Workload(workshop.Choices.Events ?? DefaultEvents, workshop.Choices.Rate ?? Workload.DefaultRate);
        var questions = _chosen.Count > 0 ? _chosen : [.. Question.All];
        var variables = new Dictionary<string, string> { ["NEXMARK_SIDE_INPUT"] = NexmarkData.SideInput(workshop), ["NEXMARK_JSON"] = NexmarkData.Json(workshop, workload), ["NEXMARK_FILES"] = NexmarkData.Files(workshop) };
        var folder = NexmarkData.Csv(workshop, workload);
        Directory.CreateDirectory(Path.Combine(folder, "answers"));
        workshop.Install("duckdb");
        var table = new StringBuilder("| query | rows | missing | surplus | from JSON lines |\n|---|--:|--:|--:|---|\n");
        var memory = new MemoryAccountant();
        using var events = EventColumns.Make(workload, memory);
        var wrong = 0;
        foreach (var question in questions)
        {
            var line = "- | - | - | -";
            try
            {
                var fromColumns = Answer(question, "columns");
                File.WriteAllLines(Path.Combine(folder, "answers", question.Name + ".lines"), fromColumns.Lines);
                var fromJson = Answer(question, "json").Checksum() == fromColumns.Checksum() ? "the same" : "**different**";
                if (question.Name.StartsWith("cep", StringComparison.Ordinal)) NexmarkData.Patterns(workshop, workload, question.Name);
                var judged = Workshop.Output("node", [workshop.Peer("nexmark.mjs"), "compare", workshop.Cache, Path.Combine(NexmarkData.Questions(workshop), "reference"), folder, Path.Combine(folder, "answers"), question.Name]);
                var words = judged.Trim().Split(' ');
                line = string.Join(" | ", words[1..]) + " | " + fromJson;
                if (words is not [_, _, "0", "0"] || fromJson != "the same") wrong++;
            }
            catch (Exception fault)
            {
                Console.Error.WriteLine($"{question.Name}: {fault.Message}");
                wrong++;
            }
            Console.Error.WriteLine($"{question.Name} {line}");
            table.AppendLine($"| {question.Name} | {line} |");
        }
        Report.Publish(workshop, this, table.ToString(), $"{workload.Events:#,0} events, {workload.Rate:#,0} a second of event time, seed {workload.Seed}. {wrong} of {questions.Count} queries differ or are not answered.");
        return [$"RESULT nexmark-check {questions.Count - wrong} {questions.Count} {(questions.Count - wrong) / (double)questions.Count:0.00} queries"];

        LinesSink Answer(Question question, string source)
        {
            var sink = new LinesSink();
            Asking.Ask(question.Text(NexmarkData.Questions(workshop), source, sink.Name), source == "columns" ? events : null, sink, variables, StillClock.Instance).GetAwaiter().GetResult();
            return sink;
        }
    }
}
