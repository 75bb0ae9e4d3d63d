namespace Millrace.Sql;

/// <summary>What was found in one text so far.</summary>
internal sealed class Findings(SqlText text)
{
    /// <summary>Findings at most; a text with more is not worth reading on.</summary>
    public const int Max = 100;

    readonly List<(int Position, Diagnostic Diagnostic)> _items = [];

    public SqlText Text { get; } = text;

    public bool HasErrors { get; private set; }

    public bool IsFull => _items.Count >= Max;

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<Diagnostic> ToList() => [.. _items.OrderBy(i => i.Position).Select(i => i.Diagnostic)];

    public void Error(Code code, Span span, string message)
    {
        HasErrors = true;
        Add(code, Severity.Error, span, message);
    }

    public void Error(SqlError error)
    {
        HasErrors = true;
        if (error.Code is not null) Error(error.Code, error.Span, error.Message);
    }

    public void Warning(Code code, Span span, string message) => Add(code, Severity.Warning, span, message);

    void Add(Code code, Severity severity, Span span, string message)
    {
        if (IsFull) return;
        var start = Math.Min(span.Start, Text.Text.Length);
        var (line, column) = Text.Locate(start);
        var source = Text.Line(line);
        var length = Math.Max(1, Math.Min(span.Length, source.Length - column + 1));
        var diagnostic = new Diagnostic(code.Id, severity, message, Text.File, line, column, length, source);
        if (!_items.Any(i => i.Diagnostic == diagnostic)) _items.Add((start, diagnostic));
    }
}

/// <summary>A mistake in the text: ends the clause it is found in. Without a code it was told before (a view that failed).</summary>
internal sealed class SqlError : Exception
{
    public SqlError(Code code, Span span, string message) : base(message)
    {
        Code = code;
        Span = span;
    }

    SqlError() : base("told before") => Span = new(0, 0);

    public Code? Code { get; }
    public Span Span { get; }

    /// <summary>Something it depends on has failed, and that has been told.</summary>
    public static SqlError ToldBefore => new();
}
