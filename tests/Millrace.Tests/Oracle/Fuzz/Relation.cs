namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Something to select from.</summary>
/// <param name="Text">How FROM names it.</param>
/// <param name="Columns">Its columns.</param>
sealed record Relation(Part Text, IReadOnlyList<Column> Columns)
{
    /// <summary>Whether windows can be laid over it.</summary>
    public bool HasTime => Columns.Any(c => c.IsTime);

    /// <summary>The columns of its key, which FOR SYSTEM_TIME AS OF looks up by.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>Whether its windows are sessions, which belong into GROUP BY.</summary>
    public bool IsSession { get; init; }

    /// <summary>PARTITION BY of sessions, which must be grouped by too.</summary>
    public string? SessionKey { get; init; }
}
