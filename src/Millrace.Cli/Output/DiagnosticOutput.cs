using Millrace.Sql;

namespace Millrace.Cli.Output;

/// <summary>Findings about SQL on standard error, with the marks in colour on a terminal.</summary>
static class DiagnosticOutput
{
    public static void Write(IReadOnlyList<Diagnostic> findings)
    {
        foreach (var finding in findings)
        {
            Console.Error.WriteLine(Terminal.HasColours ? Coloured(finding) : DiagnosticText.Render(finding));
            Console.Error.WriteLine();
        }
    }

    static string Coloured(Diagnostic finding)
    {
        var lines = DiagnosticText.Render(finding).Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (i == 0 || i == 2 && lines[i].AsSpan().Trim().TrimStart('^').IsEmpty)
                lines[i] = finding.Severity == Severity.Error ? Terminal.Red(lines[i]) : Terminal.Yellow(lines[i]);
        return string.Join('\n', lines);
    }
}
