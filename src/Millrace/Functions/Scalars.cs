namespace Millrace.Functions;

/// <summary>The built-in scalar functions: one line each.</summary>
public static class Scalars
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } = [];
}
