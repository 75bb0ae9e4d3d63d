using System.Globalization;
using Millrace.Data;
using Millrace.Runtime;
using Millrace.Time;

namespace Millrace.Sql;

/// <summary>What EXPLAIN ANALYZE prints: the operators of sources, views and sinks with what each did, as a table; the plan's tree by indentation.</summary>
public static class AnalysisText
{
    /// <summary>The columns of EXPLAIN and EXPLAIN ANALYZE: a line of text a row.</summary>
    public static Schema Schema { get; } = new(new Field("plan", DataType.Text));

    static readonly string[] s_names = ["operator", "rows in", "rows out", "rows/s", "time", "rows a batch", "state at most", "watermark", "hottest keys"];
    static readonly bool[] s_toTheRight = [false, true, true, true, true, true, true, false, false];

    /// <summary>The lines.</summary>
    /// <param name="operators">The operators.</param>
    /// <param name="elapsed">How long they have run, for rows a second.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<OperatorStatus> operators, TimeSpan elapsed)
    {
        var rows = new List<string[]>();
        foreach (var owner in operators.GroupBy(o => o.Owner))
        {
            rows.Add([owner.Key, "", "", "", "", "", "", "", ""]);
            var read = owner.SelectMany(o => o.Inputs).ToHashSet();
            var shown = new HashSet<int>();
            foreach (var top in owner.Where(o => !read.Contains(o.Id) || !owner.Any(r => r.Inputs.Contains(o.Id)))) Add(top, 1);

            void Add(OperatorStatus node, int depth)
            {
                if (!shown.Add(node.Id)) return;
                rows.Add(Row(node, depth, elapsed));
                foreach (var input in node.Inputs)
                    if (owner.FirstOrDefault(o => o.Id == input) is { } below) Add(below, depth + 1);
            }
        }
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        TextTable.Write(writer, s_names, s_toTheRight, rows);
        return writer.ToString().TrimEnd('\n').Split('\n');
    }

    static string[] Row(OperatorStatus node, int depth, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        return
        [
            new string(' ', 2 * depth) + TextTable.OneLine($"{node.Name} {node.Details}"), Number(node.RowsIn), Number(node.RowsOut), Number((long)(node.RowsIn / seconds)),
            node.TimeShare.ToString("P1", CultureInfo.InvariantCulture), node.Batches == 0 ? "" : Number(node.RowsIn / node.Batches), StateOf(node), Watermark(node.Watermark),
            TextTable.OneLine(string.Join("; ", node.HotKeys.Select(k => $"{k.Key} {k.Share.ToString("P0", CultureInfo.InvariantCulture)}"))),
        ];
    }

    static string StateOf(OperatorStatus node) => node.StateBound == "none" ? "" : $"{Number(node.MostStateRows)} rows, {Bytes(node.MostStateBytes)} ({node.StateBound})";

    static string Watermark(Frontier? frontier) => frontier is not { Closed: var closed } || closed == Timestamp.MinValue ? "" : closed == Timestamp.MaxValue ? "the end" : closed.ToString();

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:N1} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:N1} GiB"),
    };
}
