using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>A function of one number that gives a number of the same kind.</summary>
internal abstract class NumberFunction(string name, string syntax, string summary, params (string Sql, string Result)[] examples) : BuiltIn(name, "math", syntax, summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) => arguments is not [var a] ? null
        : a.Kind == TypeKind.Decimal ? Form(ResultOf(a), a)
        : a.IsNumeric ? Form(a, a)
        : a.Kind == TypeKind.Null ? Form(Integer, Integer) : null;

    /// <summary>The type for a DECIMAL.</summary>
    protected virtual DataType ResultOf(DataType type) => type;

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var (type, argument) = (signature.Result, signature.Parameters[0]);
        return type.Kind switch
        {
            TypeKind.Integer => new RowKernel<int>(type, constants, (in Row row, Outcome outcome) =>
            {
                var result = OfLong(row.Int(0), outcome);
                if (result != (int)result) outcome.Fail($"{Name}({row.Int(0)}) is out of range for INTEGER");
                return (int)result;
            }),
            TypeKind.BigInt => new RowKernel<long>(type, constants, (in Row row, Outcome outcome) => OfLong(row.Long(0), outcome)),
            TypeKind.Double => new RowKernel<double>(type, constants, (in Row row, Outcome outcome) => OfDouble(row.Double(0))),
            _ => Exact.Kernel(type, constants, (in Row row, Outcome outcome) => OfDecimal(row.Decimal(0), argument.Scale)),
        };
    }

    protected virtual long OfLong(long value, Outcome outcome) => value;
    protected abstract double OfDouble(double value);

    /// <summary>The result in the scale of <see cref="ResultOf"/>.</summary>
    protected abstract Int128 OfDecimal(Int128 value, int scale);
}

/// <summary>abs(x).</summary>
internal sealed class Absolute() : NumberFunction("abs", "abs(x)", "The number without its sign. The least integer has none: an error.", ("abs(-7)", "7"), ("abs(-1.50)", "1.50"))
{
    protected override long OfLong(long value, Outcome outcome)
    {
        if (value == long.MinValue) outcome.Fail($"abs({value}) is out of range for BIGINT");
        return value < 0 ? -value : value;
    }

    protected override double OfDouble(double value) => Math.Abs(value);
    protected override Int128 OfDecimal(Int128 value, int scale) => Int128.Abs(value);
}

/// <summary>sign(x).</summary>
internal sealed class Sign() : NumberFunction("sign", "sign(x)", "-1, 0 or 1.", ("sign(-2.5)", "-1"), ("sign(0)", "0"))
{
    protected override DataType ResultOf(DataType type) => DataType.Decimal(1, 0);
    protected override long OfLong(long value, Outcome outcome) => Math.Sign(value);
    protected override double OfDouble(double value) => double.IsNaN(value) ? value : Math.Sign(value);
    protected override Int128 OfDecimal(Int128 value, int scale) => Int128.Sign(value);
}

/// <summary>floor(x).</summary>
internal sealed class Floor() : NumberFunction("floor", "floor(x)", "The greatest whole number that is not above x.", ("floor(-2.5)", "-3"), ("floor(2.5)", "2"))
{
    protected override DataType ResultOf(DataType type) => Exact.Whole(type);
    protected override double OfDouble(double value) => Math.Floor(value);
    protected override Int128 OfDecimal(Int128 value, int scale) => Exact.Floor(value, scale);
}

/// <summary>ceil(x).</summary>
internal sealed class Ceiling() : NumberFunction("ceil", "ceil(x)", "The least whole number that is not below x.", ("ceil(-2.5)", "-2"), ("ceiling(2.1)", "3"))
{
    public override IReadOnlyList<string> Aliases => ["ceiling"];
    protected override DataType ResultOf(DataType type) => Exact.Whole(type);
    protected override double OfDouble(double value) => Math.Ceiling(value) + 0.0;
    protected override Int128 OfDecimal(Int128 value, int scale) => -Exact.Floor(-value, scale);
}

/// <summary>What functions of DECIMAL share.</summary>
internal static class Exact
{
    /// <summary>The type of whole numbers up to those of a DECIMAL and one more.</summary>
    public static DataType Whole(DataType type) => DataType.Decimal(Math.Min(DataType.MaxPrecision, type.Precision - type.Scale + 1), 0);

    public static Int128 Floor(Int128 value, int scale)
    {
        var power = Powers.Wide(scale);
        var whole = value / power;
        return value < 0 && whole * power != value ? whole - 1 : whole;
    }

    /// <summary>A kernel of scaled integers in the width that a type is stored in; what does not fit it is an error.</summary>
    public static IScalarKernel Kernel(DataType type, IReadOnlyList<Literal?> constants, RowBody<Int128> body)
    {
        return type.IsWideDecimal ? new RowKernel<Int128>(type, constants, Checked) : new RowKernel<long>(type, constants, (in Row row, Outcome outcome) => (long)Checked(in row, outcome));

        Int128 Checked(in Row row, Outcome outcome)
        {
            var result = body(in row, outcome);
            if (Powers.Fits(result, type.Precision)) return result;
            outcome.Fail($"{Casts.Show(result, type.Scale)} does not fit {type} ({Overflow.Range(type)})");
            return 0;
        }
    }
}
