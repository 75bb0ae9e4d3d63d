using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a / b.</summary>
internal sealed class Divide() : ArithmeticOperator("/", "The quotient of two numbers, or an interval divided. Integers divide towards zero. Division by zero is an error.",
    ("7 / 2", "3"), ("-7 / 2", "-3"), ("7.0 / 2", "3.500000"), ("CAST(7 AS DOUBLE) / 2", "3.5"), ("INTERVAL '1 hour' / 4", "00:15:00"))
{
    protected override Signature? ResolveTime(DataType a, DataType b) =>
        a.Kind == TypeKind.Interval && (b.IsNumeric || b.Kind == TypeKind.Null) ? Form(Interval, Interval, Double) : null;

    protected override Signature ResolveDecimal(DataType a, DataType b) => Form(DecimalRules.Divide(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b)), a, b);

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var (a, b, result) = (signature.Parameters[0], signature.Parameters[1], signature.Result);
        return result.Kind switch
        {
            TypeKind.Interval => new RowKernel<Interval>(result, constants, (in Row row, Outcome outcome) =>
            {
                var divisor = row.Double(1);
                if (divisor != 0) return TimeArithmetic.Scale(row.Interval(0), 1 / divisor, outcome);
                outcome.Fail(Overflow.DivisionByZero);
                return default;
            }),
            TypeKind.Integer => new ArithmeticKernel<int, DivideInt>(result, constants),
            TypeKind.BigInt => new ArithmeticKernel<long, DivideLong>(result, constants),
            TypeKind.Double => new ArithmeticKernel<double, DivideDouble>(result, constants),
            _ => new DivideDecimals(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b), result),
        };
    }
}

/// <summary>The quotient of exact numbers, rounded half away from zero.</summary>
internal sealed class DivideDecimals(DataType a, DataType b, DataType type) : IScalarKernel
{
    readonly int _shift = type.Scale - a.Scale + b.Scale;

    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent(type);
        result.Length = rows;
        Validity.Combine(result, arguments);
        for (var i = 0; i < rows; i++)
        {
            Int128 quotient = 0;
            if (!result.IsNull(i))
            {
                var divisor = MultiplyDecimals.Exact(arguments[1], i);
                if (divisor == 0) Validity.Fail(result, i, errors, Overflow.DivisionByZero);
                else if (!Quotient(MultiplyDecimals.Exact(arguments[0], i), divisor, out quotient)) Validity.Fail(result, i, errors, $"the quotient does not fit {type}");
            }
            if (result is Column<long> narrow) narrow.Values[i] = (long)quotient;
            else ((Column<Int128>)result).Values[i] = quotient;
        }
        return result;
    }

    // A result whose scale was cut may need fewer digits than the dividend has: then the divisor grows instead.
    bool Quotient(Int128 a, Int128 b, out Int128 result)
    {
        if (_shift >= 0) return Powers.TryDivide(a, _shift, b, type.Precision, out result);
        result = 0;
        if (!Powers.Fits(b, 38 + _shift)) return true;
        return Powers.TryDivide(a, 0, b * Powers.Wide(-_shift), type.Precision, out result);
    }
}
