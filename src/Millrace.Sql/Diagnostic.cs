namespace Millrace.Sql;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>It runs, but should be known: unbounded state, what a crash would lose.</summary>
    Warning,
    /// <summary>It cannot run.</summary>
    Error,
}

/// <summary>One finding about an SQL text: what was found, what was expected, where, and what to do.</summary>
/// <param name="Code">Stable code, "MR1042"; documented in docs/reference/errors.md.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
/// <param name="File">Name of the file, or "query".</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
/// <param name="Length">Characters to mark, at least 1.</param>
/// <param name="SourceLine">The marked line of the text.</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, string File, int Line, int Column, int Length, string SourceLine);
