using System.Globalization;
using System.Numerics;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Tests.Oracle;

static partial class Interpreter
{
    static object? Convert(Cast cast, object? value)
    {
        if (value is null) return null;
        try
        {
            return Convert(value, cast.Operand.Type, cast.Type);
        }
        catch (RowError) when (cast.Soft)
        {
            return null;
        }
    }

    static object? Convert(object value, DataType from, DataType to)
    {
        if (from == to || from.Kind == to.Kind && from.Kind != TypeKind.Decimal) return value;
        switch (value, to.Kind)
        {
            case (bool truth, TypeKind.Integer): return truth ? 1 : 0;
            case (bool truth, TypeKind.BigInt): return truth ? 1L : 0L;
            case (int or long, TypeKind.Boolean): return Whole(value) != 0;
            case (int or long or BigInteger, TypeKind.Integer): return Narrow(Rescale(Whole(value), from.Scale, 0), to);
            case (int or long or BigInteger, TypeKind.BigInt): return Narrow(Rescale(Whole(value), from.Scale, 0), to);
            case (int or long or BigInteger, TypeKind.Decimal): return Fit(Rescale(Whole(value), from.Scale, to.Scale), to);
            case (int whole, TypeKind.Double): return (double)whole;
            case (long whole, TypeKind.Double): return (double)whole;
            case (BigInteger scaled, TypeKind.Double): return double.Parse(Decimal(scaled, from.Scale), CultureInfo.InvariantCulture);
            case (double number, TypeKind.Integer or TypeKind.BigInt):
                if (!double.IsFinite(number)) throw new RowError("not finite");
                return Narrow(new BigInteger(Math.Round(number, MidpointRounding.ToEven)), to);
            case (double number, TypeKind.Decimal):
                if (!double.IsFinite(number)) throw new RowError("not finite");
                return Fit(FromDigits(number.ToString("R", CultureInfo.InvariantCulture), to.Scale), to);
            case (bool truth, TypeKind.Text): return truth ? "true" : "false";
            case (int or long, TypeKind.Text) when from.Kind != TypeKind.Timestamp: return Whole(value).ToString(CultureInfo.InvariantCulture);
            case (BigInteger scaled, TypeKind.Text): return Decimal(scaled, from.Scale);
            default: return Borrowed(new Cast(new Literal(PlainValues.ToLiteral(value), from), to, false));
        }
    }

    static BigInteger Whole(object value) => value switch { int i => i, long l => l, BigInteger b => b, _ => throw new InvalidOperationException(value.GetType().Name) };

    /// <summary>A scaled integer with more or fewer digits after the point, rounded half away from zero.</summary>
    static BigInteger Rescale(BigInteger value, int from, int to)
    {
        if (to >= from) return value * BigInteger.Pow(10, to - from);
        return Round(value, BigInteger.Pow(10, from - to));
    }

    /// <summary>a / b, b &gt; 0, rounded half away from zero.</summary>
    public static BigInteger Round(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(a), b, out var rest);
        if (rest * 2 >= b) quotient++;
        return a.Sign < 0 ? -quotient : quotient;
    }

    static BigInteger Fit(BigInteger value, DataType type)
    {
        if (BigInteger.Abs(value) >= BigInteger.Pow(10, type.Precision)) throw new RowError($"does not fit {type}");
        return value;
    }

    static object Narrow(BigInteger value, DataType type) => type.Kind switch
    {
        TypeKind.Integer when value >= int.MinValue && value <= int.MaxValue => (object)(int)value,
        TypeKind.BigInt when value >= long.MinValue && value <= long.MaxValue => (long)value,
        _ => throw new RowError($"out of range for {type}"),
    };

    /// <summary>12345 of scale 2 is 123.45.</summary>
    public static string Decimal(BigInteger value, int scale)
    {
        var digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (value.Sign < 0 ? "-" : "") + (scale == 0 ? digits : digits[..^scale] + "." + digits[^scale..]);
    }

    /// <summary>1.25E+3 of scale 1 is 12500.</summary>
    static BigInteger FromDigits(string text, int scale)
    {
        var parts = text.Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.');
        var after = point < 0 ? 0 : parts[0].Length - point - 1;
        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var shift = exponent - after + scale;
        return shift >= 0 ? digits * BigInteger.Pow(10, shift) : Round(digits, BigInteger.Pow(10, -shift));
    }

    /// <summary>What this interpreter does not do itself: the engine computes it for the one row. Tests of functions vouch for it, the fuzzer does not.</summary>
    static object? Borrowed(Expression constant)
    {
        var memory = new MemoryAccountant(batchRows: 1);
        using var evaluator = Evaluator.CompileAsIs([constant], memory);
        var errors = new RowErrors(1);
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 1;
        var column = evaluator.Evaluate(batch, errors);
        batch.Release();
        try
        {
            return errors.Has(0) ? throw new RowError(errors.MessageOf(0)) : PlainValues.Of(column, 0);
        }
        finally
        {
            column.Release();
        }
    }
}
