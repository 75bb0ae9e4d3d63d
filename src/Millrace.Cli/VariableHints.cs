using System.Text.RegularExpressions;
using Millrace.Sql;

namespace Millrace.Cli;

/// <summary>What a SQL file says about its variables: comment lines that begin with <c>-- ${NAME}:</c> tell where a value can be had, and are shown where it is missing.</summary>
static partial class VariableHints
{
    const string MissingVariable = "MR1124";

    /// <summary>A paragraph for each variable that is missing and explained.</summary>
    public static IEnumerable<string> For(string text, IReadOnlyList<Diagnostic> findings)
    {
        var missing = findings.Where(f => f.Code == MissingVariable).SelectMany(f => Name().Matches(f.Message + f.SourceLine)).Select(m => m.Groups[1].Value).Distinct();
        foreach (var name in missing)
        {
            var start = $"-- ${{{name}}}:";
            var lines = text.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l[start.Length..].Trim()).ToList();
            if (lines.Count > 0) yield return $"{name}: {string.Join("\n  ", lines)}\n";
        }
    }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Name();
}
