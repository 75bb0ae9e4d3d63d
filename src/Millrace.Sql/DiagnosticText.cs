using System.Text;

namespace Millrace.Sql;

/// <summary>Findings as people read them: code and place, the marked line, the message, and where more is said.</summary>
public static class DiagnosticText
{
    const int Widest = 160;

    /// <summary>One finding over several lines, without a line end after the last.</summary>
    public static string Render(Diagnostic diagnostic)
    {
        var text = new StringBuilder();
        text.Append(diagnostic.Code).Append(diagnostic.Severity == Severity.Warning ? " (warning) at " : " at ")
            .Append(diagnostic.File).Append(':').Append(diagnostic.Line).Append(':').Append(diagnostic.Column).Append('\n');
        var (line, column) = Cut(diagnostic.SourceLine, diagnostic.Column - 1, diagnostic.Length);
        var length = Math.Max(1, Math.Min(diagnostic.Length, Math.Max(1, line.Length - column)));
        text.Append("   ").Append(line).Append('\n').Append("   ");
        // Tabs stay tabs, so that the marks stand below what they mark.
        for (var i = 0; i < column; i++) text.Append(i < line.Length && line[i] == '\t' ? '\t' : ' ');
        text.Append('^', length).Append('\n');
        text.Append(diagnostic.Message).Append('\n');
        text.Append("docs/reference/errors.md#").Append(diagnostic.Code.ToLowerInvariant());
        return text.ToString();
    }

    /// <summary>All findings, an empty line between two.</summary>
    public static string Render(IEnumerable<Diagnostic> diagnostics) => string.Join("\n\n", diagnostics.Select(Render));

    /// <summary>The part of a long line around what is marked; characters that would upset a terminal become spaces.</summary>
    static (string Line, int Column) Cut(string line, int column, int length)
    {
        var start = line.Length <= Widest ? 0 : Math.Clamp(column - Widest / 4, 0, Math.Max(0, line.Length - Widest));
        if (start > 0) start = Math.Min(start, column);
        var part = line.Substring(start, Math.Min(Widest, line.Length - start));
        var clean = new StringBuilder(part.Length);
        foreach (var c in part) clean.Append(char.IsControl(c) && c != '\t' || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' ? ' ' : c);
        return (clean.ToString(), column - start);
    }
}
