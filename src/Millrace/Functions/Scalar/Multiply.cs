using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a * b.</summary>
internal sealed class Multiply() : ArithmeticOperator("*", "The product of two numbers, or an interval so many times. A product that does not fit is an error.",
    ("6 * 7", "42"), ("3 * 2.550", "7.650"), ("INTERVAL '90 minutes' * 2", "03:00:00"))
{
    protected override Signature? ResolveTime(DataType a, DataType b)
    {
        if (a.Kind == TypeKind.Interval && (b.IsNumeric || b.Kind == TypeKind.Null)) return Form(Interval, Interval, Double);
        return b.Kind == TypeKind.Interval && (a.IsNumeric || a.Kind == TypeKind.Null) ? Form(Interval, Double, Interval) : null;
    }

    // Integers stay as they are: a product needs no common scale.
    protected override Signature ResolveDecimal(DataType a, DataType b) => Form(DecimalRules.Multiply(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b)), a, b);

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var (a, b, result) = (signature.Parameters[0], signature.Parameters[1], signature.Result);
        if (a.Kind == TypeKind.Interval) return new RowKernel<Interval>(result, constants, (in Row row, Outcome outcome) => TimeArithmetic.Scale(row.Interval(0), row.Double(1), outcome));
        if (b.Kind == TypeKind.Interval) return new RowKernel<Interval>(result, constants, (in Row row, Outcome outcome) => TimeArithmetic.Scale(row.Interval(1), row.Double(0), outcome));
        return result.Kind switch
        {
            TypeKind.Integer => new ArithmeticKernel<int, MultiplyInt>(result, constants),
            TypeKind.BigInt => new ArithmeticKernel<long, MultiplyLong>(result, constants),
            TypeKind.Double => new ArithmeticKernel<double, MultiplyDouble>(result, constants),
            _ => new MultiplyDecimals(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b), result),
        };
    }
}

/// <summary>The product of exact numbers of any width. Two of 64 bits give a product that always fits 128 and, up to 18 digits, 64.</summary>
internal sealed class MultiplyDecimals(DataType a, DataType b, DataType type) : IScalarKernel
{
    readonly int _shrink = a.Scale + b.Scale - type.Scale;
    readonly bool _mayOverflow = a.Precision + b.Precision > DataType.MaxPrecision;
    long[] _left = [];
    long[] _right = [];

    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent(type);
        result.Length = rows;
        Validity.Combine(result, arguments);
        if (_shrink > 0 || _mayOverflow || a.IsWideDecimal || b.IsWideDecimal) RunChecked(arguments, (Column<Int128>)result, errors);
        else if (result is Column<long> narrow) Narrow(Longs(arguments[0], ref _left), Longs(arguments[1], ref _right), narrow.Values);
        else Wide(Longs(arguments[0], ref _left), Longs(arguments[1], ref _right), ((Column<Int128>)result).Values);
        return result;
    }

    static ReadOnlySpan<long> Longs(Column column, ref long[] room)
    {
        if (column is Column<long> longs) return longs.Values;
        if (room.Length < column.Length) room = new long[column.Capacity];
        Conversions.Widen(((Column<int>)column).Values, room);
        return room.AsSpan(0, column.Length);
    }

    static void Narrow(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> result)
    {
        for (var i = 0; i < result.Length; i++) result[i] = a[i] * b[i];
    }

    static void Wide(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<Int128> result)
    {
        for (var i = 0; i < result.Length; i++)
        {
            var high = Math.BigMul(a[i], b[i], out var low);
            result[i] = new Int128((ulong)high, (ulong)low);
        }
    }

    void RunChecked(ReadOnlySpan<Column> arguments, Column<Int128> result, RowErrors errors)
    {
        var values = result.Values;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = 0;
            if (result.IsNull(i)) continue;
            if (!Powers.TryMultiply(Exact(arguments[0], i), Exact(arguments[1], i), _shrink, type.Precision, out values[i])) Validity.Fail(result, i, errors, Overflow.Digits);
        }
    }

    /// <summary>The scaled integer of an exact number.</summary>
    public static Int128 Exact(Column column, int row) => column switch
    {
        Column<int> c => c[row],
        Column<long> c => c[row],
        _ => ((Column<Int128>)column)[row],
    };
}
