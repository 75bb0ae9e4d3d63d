using System.Text;

namespace Millrace.Specs.Queries;

/// <summary>One golden query: a SQL file, the files that its sources read, and the rows that its views must hold in the end.</summary>
/// <remarks>
/// The text is plain SQL; what belongs to it stands behind it in comments: <c>-- file NAME</c> and <c>-- expect VIEW</c> begin a section whose lines follow, each after
/// <c>-- </c>. The lines of a file may come in any order, where its source has a watermark in any in which no line is late. <c>-- disorder NAME DURATION</c> says by how much they may
/// be out of order where the SQL does not say it; <c>-- in order: WHY</c> that order matters.
/// </remarks>
sealed record GoldenQuery(string Sql, IReadOnlyDictionary<string, string[]> Files, IReadOnlyDictionary<string, string[]> Expected, IReadOnlyDictionary<string, TimeSpan> Disorder)
{
    /// <summary>Why the order of lines matters, or null.</summary>
    public string? InOrder { get; init; }

    public static GoldenQuery Parse(string text)
    {
        var sql = new StringBuilder();
        var files = new Dictionary<string, string[]>();
        var expected = new Dictionary<string, string[]>();
        var disorder = new Dictionary<string, TimeSpan>();
        string? inOrder = null;
        (Dictionary<string, string[]> Sections, string Name, List<string> Lines)? open = null;
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["--", "file" or "expect", var name])
            {
                Close();
                open = (words[1] == "file" ? files : expected, name, []);
            }
            else if (words is ["--", "disorder", var file, var span])
            {
                Close();
                disorder.Add(file, TimeSpan.Parse(span, System.Globalization.CultureInfo.InvariantCulture));
            }
            else if (words is ["--", "in", "order:", ..])
            {
                Close();
                inOrder = line["-- in order: ".Length..];
            }
            else if (open is { } section && line.StartsWith("--", StringComparison.Ordinal)) section.Lines.Add(line.Length > 3 ? line[3..] : "");
            else
            {
                Close();
                sql.Append(line).Append('\n');
            }
        }
        Close();
        return new(sql.ToString(), files, expected, disorder) { InOrder = inOrder };

        void Close()
        {
            if (open is { } section) section.Sections.Add(section.Name, [.. section.Lines]);
            open = null;
        }
    }

    /// <summary>The text with the rows found in place of those expected.</summary>
    public static string WithExpected(string text, IReadOnlyDictionary<string, string[]> found)
    {
        var target = new StringBuilder();
        var skips = false;
        foreach (var line in text.TrimEnd().Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var begins = words is ["--", "file" or "expect", _] or ["--", "disorder", _, _] or ["--", "in", "order:", ..];
            if (begins) skips = false;
            if (skips && line.StartsWith("--", StringComparison.Ordinal)) continue;
            skips = false;
            target.Append(line).Append('\n');
            if (words is not ["--", "expect", var view] || !found.TryGetValue(view, out var rows)) continue;
            foreach (var row in rows) target.Append("-- ").Append(row).Append('\n');
            skips = true;
        }
        return target.ToString();
    }
}
