namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Something to select from.</summary>
/// <param name="Text">How FROM names it.</param>
/// <param name="Columns">Its columns.</param>
sealed record Relation(Part Text, IReadOnlyList<Column> Columns)
{
    /// <summary>Whether windows can be laid over it.</summary>
    public bool HasTime => Columns.Any(c => c.IsTime);
}
