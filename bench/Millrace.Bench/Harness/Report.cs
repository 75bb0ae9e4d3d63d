using System.Globalization;
using System.Text;

namespace Millrace.Bench.Harness;

/// <summary>A table for people, a file for the repository, a line for scripts.</summary>
static class Report
{
    /// <summary>Reports a contest: the first standing is ours, the others are peers.</summary>
    /// <param name="workshop">Where the file goes.</param>
    /// <param name="benchmark">What was measured.</param>
    /// <param name="target">The ratio that is aimed at.</param>
    /// <param name="standings">Ours, then the peers.</param>
    /// <returns>A RESULT line for each peer; those after the first have the peer's place in their name.</returns>
    public static IReadOnlyList<string> Contest(Workshop workshop, Benchmark benchmark, double target, IReadOnlyList<Standing> standings)
    {
        var ours = standings[0];
        var table = new StringBuilder();
        table.AppendLine("| | rows/s | MB/s | seconds, median (least to most) | ratio | allocated bytes/row | peak memory, MB |");
        table.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var s in standings)
        {
            var ratio = s == ours ? "" : Number(ours.RowsPerSecond / s.RowsPerSecond, "0.00");
            table.AppendLine(CultureInfo.InvariantCulture, $"| {s.Name} | {Number(s.RowsPerSecond, "#,0")} | {(s.BytesPerSecond > 0 ? Number(s.BytesPerSecond / 1e6, "#,0") : "")} | "
                + $"{s.MedianSeconds:0.000} ({s.LeastSeconds:0.000} to {s.MostSeconds:0.000}) | {ratio} | {(s.AllocatedPerRow is { } bytes ? Number(bytes, "0.00") : "")} | {s.PeakMemoryBytes >> 20} |");
        }
        Publish(workshop, benchmark, table.ToString(), $"Target: {Number(target, "0.#")} times the first peer.");
        return [.. standings.Skip(1).Select((peer, i) => Result(i == 0 ? benchmark.Name : $"{benchmark.Name}.{i + 1}", ours.RowsPerSecond, peer.RowsPerSecond, "rows/s"))];
    }

    /// <summary>Prints a table and writes it to the results of this processor.</summary>
    public static void Publish(Workshop workshop, Benchmark benchmark, string table, string remark) => Console.WriteLine(Keep(workshop, benchmark.Name, benchmark.Summary, $"{table}\n{remark}"));

    /// <summary>Writes a table to the results of this processor.</summary>
    /// <param name="workshop">Where the file goes.</param>
    /// <param name="name">Its name and heading.</param>
    /// <param name="summary">What stands above the table.</param>
    /// <param name="table">The table, and what stands below it.</param>
    /// <returns>The whole text.</returns>
    public static string Keep(Workshop workshop, string name, string summary, string table)
    {
        var text = $"""
            # {name}

            {summary}

            {table}

            {Machine.Description}. {DateTime.UtcNow:yyyy-MM-dd}, commit {Machine.Commit(workshop.Root)}, median of {workshop.Rounds}.

            """;
        var folder = Path.Combine(workshop.Root, "bench", "results", Machine.Slug);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), text);
        return text;
    }

    /// <summary>RESULT name ours peer ratio unit.</summary>
    public static string Result(string name, double ours, double peer, string unit) =>
        $"RESULT {name} {Number(ours, "0.###")} {Number(peer, "0.###")} {Number(ours / peer, "0.00")} {unit}";

    static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
