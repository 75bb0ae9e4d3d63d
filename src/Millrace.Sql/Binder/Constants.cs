using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Expressions that must be constant.</summary>
internal static class Constants
{
    public static Literal Of(Compilation compilation, Expr expression, DataType? type, string what)
    {
        var bound = new ExpressionBinder(compilation, Scope.Empty).Bind(expression);
        if (type is { } wanted && bound.Type != wanted)
        {
            if (!Casts.IsImplicit(bound.Type, wanted)) throw new SqlError(Codes.WrongTypes, expression.Span, $"{what} is {bound.Type}; {wanted} was expected. {Literals.Form(wanted)}");
            bound = ExpressionBinder.Convert(bound, wanted, expression.Span);
        }
        return ConstantFolding.Fold(bound) as Literal ?? throw new SqlError(Codes.NotConstant, expression.Span, $"{what} must be a constant that can be computed.");
    }

    public static Interval Interval(Compilation compilation, Expr expression, string what) =>
        Of(compilation, expression, DataType.Interval, $"the {what}").Value is Interval interval ? interval : throw new SqlError(Codes.NotConstant, expression.Span, $"the {what} cannot be NULL.");

    public static string Text(Compilation compilation, Expr expression, string what) =>
        Of(compilation, expression, DataType.Text, what).Value as string ?? throw new SqlError(Codes.NotConstant, expression.Span, $"{what} cannot be NULL.");

    /// <summary>A number of rows, from 0.</summary>
    public static long Count(Compilation compilation, Expr expression, string what) =>
        Of(compilation, expression, null, what) is { Value: var value } && value switch { int i => i, long l => l, _ => -1L } is var count and >= 0 ? count
            : throw new SqlError(Codes.BadLimit, expression.Span, $"{what} is a whole number from 0.");
}
