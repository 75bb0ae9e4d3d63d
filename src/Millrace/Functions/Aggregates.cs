namespace Millrace.Functions;

/// <summary>The built-in aggregates: one line each.</summary>
public static class Aggregates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AggregateFunction> All { get; } = [];
}
