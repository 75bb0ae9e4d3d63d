using Millrace.Functions.Scalar;

namespace Millrace.Functions;

/// <summary>The built-in scalar functions: one line each.</summary>
public static class Scalars
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        // Operators
        new Add(), new Subtract(), new Multiply(), new Divide(), new Remainder(), new Negate(),
        new Equal(), new NotEqual(), new Less(), new LessOrEqual(), new Greater(), new GreaterOrEqual(), new InList(),
        new Concatenate(),
    ];
}
