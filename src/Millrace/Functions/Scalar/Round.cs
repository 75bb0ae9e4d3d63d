using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>round(x [, digits]).</summary>
internal sealed class Round() : ToDigits("round", "round(x [, digits])",
    "The number rounded to so many digits after the point (0 unless given, below 0 to tens, hundreds ...): exact numbers half away from zero, DOUBLE half to even.",
    ("round(2.5)", "3"), ("round(-2.345, 2)", "-2.35"), ("round(CAST(2.5 AS DOUBLE))", "2"), ("round(1250, -2)", "1300"))
{
    protected override Int128 Cut(Int128 value, int digits) => Powers.Shrink(value, digits);

    protected override double OfDouble(double value, int digits)
    {
        if (digits == 0) return Math.Round(value, MidpointRounding.ToEven) + 0.0;
        if (!double.IsFinite(value)) return value;
        if (digits is > 0 and <= 15 && Math.Abs(value) < 1e15) return Math.Round((decimal)value, digits, MidpointRounding.ToEven) is var exact ? (double)exact : 0;
        return digits > 0 ? value : Math.Round(value / Powers.Double(Math.Min(38, -digits)), MidpointRounding.ToEven) * Powers.Double(Math.Min(38, -digits));
    }
}

/// <summary>trunc(x [, digits]).</summary>
internal sealed class Truncate() : ToDigits("trunc", "trunc(x [, digits])", "The number cut off after so many digits after the point (0 unless given), towards zero.",
    ("trunc(-2.7)", "-2"), ("trunc(2.789, 2)", "2.78"))
{
    protected override Int128 Cut(Int128 value, int digits) => digits > 38 ? 0 : value / Powers.Wide(digits);

    protected override double OfDouble(double value, int digits)
    {
        if (digits == 0) return Math.Truncate(value) + 0.0;
        if (!double.IsFinite(value)) return value;
        if (digits is > 0 and <= 15 && Math.Abs(value) < 1e12) return (double)(decimal.Truncate((decimal)value * (decimal)Powers.Double(digits)) / (decimal)Powers.Double(digits));
        return digits > 0 ? value : Math.Truncate(value / Powers.Double(Math.Min(38, -digits))) * Powers.Double(Math.Min(38, -digits));
    }
}

/// <summary>A number with fewer digits. Where the number of digits is a constant the DECIMAL has just so many after its point.</summary>
internal abstract class ToDigits(string name, string syntax, string summary, params (string Sql, string Result)[] examples) : BuiltIn(name, "math", syntax, summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) => Resolve(arguments, []);

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, IReadOnlyList<Literal?> constants)
    {
        if (arguments.Length is < 1 or > 2) return null;
        var type = arguments[0].Kind == TypeKind.Null ? Integer : arguments[0];
        if (!type.IsNumeric || arguments.Length == 2 && arguments[1].Kind is not (TypeKind.Integer or TypeKind.Null)) return null;
        DataType[] parameters = arguments.Length == 2 ? [type, Integer] : [type];
        if (type.Kind != TypeKind.Decimal) return Form(type, parameters);
        int? digits = arguments.Length == 1 ? 0 : constants.Count > 1 && constants[1]?.Value is int given ? given : null;
        var scale = digits is { } known ? Math.Clamp(known, 0, type.Scale) : type.Scale;
        return Form(DataType.Decimal(Math.Min(DataType.MaxPrecision, type.Precision - type.Scale + scale + 1), scale), parameters);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var (type, argument) = (signature.Result, signature.Parameters[0]);
        var hasDigits = signature.Parameters.Length > 1;
        return type.Kind switch
        {
            TypeKind.Integer => new RowKernel<int>(type, constants, (in Row row, Outcome outcome) =>
            {
                var result = OfWhole(row.Int(0), hasDigits ? row.Int(1) : 0);
                if (result != (int)result) outcome.Fail($"{result} is out of range for INTEGER");
                return (int)result;
            }),
            TypeKind.BigInt => new RowKernel<long>(type, constants, (in Row row, Outcome outcome) =>
            {
                var result = OfWhole(row.Long(0), hasDigits ? row.Int(1) : 0);
                if (result != (long)result) outcome.Fail($"{result.ToString(CultureInfo.InvariantCulture)} is out of range for BIGINT");
                return (long)result;
            }),
            TypeKind.Double => new RowKernel<double>(type, constants, (in Row row, Outcome outcome) => OfDouble(row.Double(0), hasDigits ? row.Int(1) : 0)),
            _ => Exact.Kernel(type, constants, (in Row row, Outcome outcome) => OfDecimal(row.Decimal(0), argument.Scale, hasDigits ? row.Int(1) : 0, type.Scale)),
        };
    }

    Int128 OfWhole(Int128 value, int digits) => digits >= 0 ? value : digits < -38 ? 0 : Cut(value, -digits) * Powers.Wide(-digits);

    Int128 OfDecimal(Int128 value, int scale, int digits, int resultScale)
    {
        if (digits >= scale) return value * Powers.Wide(resultScale - scale);
        if (digits < scale - 38) return 0;
        var cut = Cut(value, scale - digits);
        return digits >= resultScale ? cut / Powers.Wide(digits - resultScale) : resultScale - digits > 38 ? 0 : cut * Powers.Wide(resultScale - digits);
    }

    /// <summary>The number without its last digits.</summary>
    protected abstract Int128 Cut(Int128 value, int digits);

    protected abstract double OfDouble(double value, int digits);
}
