using System.Text;

namespace Millrace.Sql;

/// <summary>Aligned columns as psql prints them: plain text that a pipe takes as well as a terminal.</summary>
static class TextTable
{
    const int Widest = 60;

    /// <summary>Writes a header, a rule and the rows; numbers stand to the right.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<string> names, IReadOnlyList<bool> toTheRight, IReadOnlyList<string[]> rows)
    {
        var widths = names.Select(n => n.Length).ToArray();
        var widest = names.Count == 1 ? int.MaxValue : Widest; // a lone column stands in nobody's way
        foreach (var row in rows)
            for (var i = 0; i < widths.Length; i++) widths[i] = Math.Max(widths[i], Math.Min(widest, row[i].Length));
        WriteRow(writer, names, widths, toTheRight);
        writer.WriteLine(string.Join("-+-", widths.Select(w => new string('-', w))));
        foreach (var row in rows) WriteRow(writer, row, widths, toTheRight);
    }

    static void WriteRow(TextWriter writer, IReadOnlyList<string> cells, int[] widths, IReadOnlyList<bool> toTheRight)
    {
        var line = new StringBuilder();
        for (var i = 0; i < widths.Length; i++)
        {
            if (i > 0) line.Append(" | ");
            var cell = cells[i].Length > widths[i] ? cells[i][..(widths[i] - 1)] + "…" : cells[i];
            line.Append(toTheRight[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
        }
        writer.WriteLine(line.ToString().TrimEnd());
    }

    /// <summary>Without line ends and other characters that would upset a terminal.</summary>
    public static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Contains('\u007F')) return text;
        return string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
    }
}
