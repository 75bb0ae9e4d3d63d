using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Sql.Binder;

/// <summary>Patterns, units and zones that are constant and wrong would fail on every row; the functions say so when their code is made, so it is made once here.</summary>
internal static class ConstantArguments
{
    /// <summary>A call, computed where all its arguments are constant.</summary>
    /// <param name="function">The function.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="arguments">Its arguments, converted.</param>
    /// <param name="spans">Where they stand.</param>
    public static Expression Call(ScalarFunction function, Signature signature, ImmutableArray<Expression> arguments, IReadOnlyList<Span> spans)
    {
        var call = new Call(function, arguments, signature.Result);
        var constants = arguments.Select(Constant).ToArray();
        try
        {
            if (constants.Any(c => c is { Value: string })) (function.Compile(signature, constants) as IDisposable)?.Dispose();
        }
        catch (ArgumentException error)
        {
            var at = Array.FindIndex(constants, c => c is { Value: string });
            throw new SqlError(Codes.BadArgument, spans[at], $"{error.Message.TrimEnd('.')}.");
        }
        return arguments.All(a => a is Literal) ? ConstantFolding.Fold(call) : call;
    }

    static Literal? Constant(Expression expression) => expression as Literal ?? (IsConstant(expression) ? ConstantFolding.Fold(expression) as Literal : null);

    static bool IsConstant(Expression expression) => expression is not (ColumnReference or AggregateSlot or GroupingSlot or OverSlot or ScalarSlot) && expression.Parts().All(IsConstant);
}
