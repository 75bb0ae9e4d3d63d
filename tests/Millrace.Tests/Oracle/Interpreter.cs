using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Tests.Oracle;

/// <summary>Evaluates expressions one row at a time over boxed values; shares no code with kernels.</summary>
static partial class Interpreter
{
    /// <summary>The value of an expression.</summary>
    /// <exception cref="RowError">It cannot be computed.</exception>
    public static object? Evaluate(Expression expression, object?[] row)
    {
        switch (expression)
        {
            case ColumnReference column: return row[column.Index];
            case Literal literal: return PlainValues.FromLiteral(literal.Value, literal.Type);
            case Logical logical: return Junction(logical, row);
            case Not not: return Evaluate(not.Operand, row) is bool truth ? !truth : null;
            case IsNull isNull: return Evaluate(isNull.Operand, row) is null;
            case NotDistinct same: return PlainValues.Same(Evaluate(same.Left, row), Evaluate(same.Right, row));
            case Cast cast: return Convert(cast, Evaluate(cast.Operand, row));
            case Case choice:
                foreach (var when in choice.Whens)
                    if (Evaluate(when.Condition, row) is true) return Evaluate(when.Result, row);
                return Evaluate(choice.Else, row);
            case Call call:
                var arguments = new object?[call.Arguments.Length];
                for (var i = 0; i < arguments.Length; i++) arguments[i] = Evaluate(call.Arguments[i], row);
                return Apply(call, arguments);
            default: throw new NotInOracle($"expression {expression.GetType().Name}");
        }
    }

    /// <summary>Whether a condition is true: neither false nor NULL.</summary>
    public static bool Holds(Expression condition, object?[] row) => Evaluate(condition, row) is true;

    static object? Junction(Logical logical, object?[] row)
    {
        var isOpen = false;
        foreach (var condition in logical.Conditions)
        {
            if (Evaluate(condition, row) is not bool truth) isOpen = true;
            else if (truth != logical.IsAnd) return !logical.IsAnd;
        }
        return isOpen ? null : logical.IsAnd;
    }
}
