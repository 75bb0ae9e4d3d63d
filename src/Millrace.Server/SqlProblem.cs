using Millrace.Sql;

namespace Millrace.Server;

/// <summary>Findings about SQL as problem documents.</summary>
static class SqlProblem
{
    /// <param name="what">What the text is, for the message.</param>
    /// <param name="findings">All findings.</param>
    /// <param name="before">Characters that stand before it in the compiled text, on its first line.</param>
    public static RequestProblem Of(string what, IReadOnlyList<Diagnostic> findings, int before = 0)
    {
        var first = findings.FirstOrDefault(f => f.Severity == Severity.Error) ?? findings.FirstOrDefault();
        return new(400, first is null ? $"{what}: not understood." : $"{what}, line {first.Line}, column {Column(first)}: {first.Message}")
        {
            Diagnostics = [.. findings.Select(f => new DiagnosticAnswer(f.Code, f.Severity == Severity.Error ? "error" : "warning", f.Line, Column(f), f.Length, f.Message))],
        };

        int Column(Diagnostic finding) => finding.Line == 1 ? Math.Max(1, finding.Column - before) : finding.Column;
    }
}
