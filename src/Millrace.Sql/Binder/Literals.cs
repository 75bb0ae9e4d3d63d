using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Constants: numbers get the smallest type that holds them, as in PostgreSQL; those with an exponent are DOUBLE.</summary>
internal static class Literals
{
    public static Literal Number(NumberExpr number)
    {
        var digits = number.Digits;
        if (digits.AsSpan().ContainsAny('e', 'E'))
        {
            var value = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(value) ? new(value, DataType.Double) : throw TooLong(number);
        }
        if (!digits.Contains('.', StringComparison.Ordinal))
        {
            if (int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)) return new(small, DataType.Integer);
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)) return new(large, DataType.BigInt);
        }
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var scale = point < 0 ? 0 : digits.Length - point - 1;
        var plain = digits.Replace(".", "", StringComparison.Ordinal);
        var isNegative = plain[0] == '-';
        var figures = plain.TrimStart('-').TrimStart('0');
        var precision = Math.Max(1, Math.Max(figures.Length, scale));
        if (precision > DataType.MaxPrecision) throw TooLong(number);
        var scaled = figures.Length == 0 ? 0 : Int128.Parse(figures, CultureInfo.InvariantCulture);
        return new(isNegative ? -scaled : scaled, DataType.Decimal(precision, scale));
    }

    static SqlError TooLong(NumberExpr number) =>
        new(Codes.BadNumber, number.Span, $"the number has more than {DataType.MaxPrecision} digits, or is beyond the range of DOUBLE.");

    public static Literal Typed(TypedTextExpr typed)
    {
        var bytes = Encoding.UTF8.GetBytes(typed.Value);
        if (typed.Type == "interval")
        {
            return ValueText.TryParseInterval(bytes, out var interval) ? new(interval, DataType.Interval)
                : throw new SqlError(Codes.BadLiteral, typed.Span, $"'{typed.Value}' is not a value of INTERVAL. {Form(DataType.Interval)}");
        }
        return ValueText.TryParseTimestamp(bytes, out var time) ? new(time, DataType.Timestamp)
            : throw new SqlError(Codes.BadLiteral, typed.Span, $"'{typed.Value}' is not a value of TIMESTAMP. {Form(DataType.Timestamp)}");
    }

    /// <summary>How values of a type are written.</summary>
    public static string Form(DataType type) => type.Kind switch
    {
        TypeKind.Timestamp => "Write e.g. '2024-01-31 12:00:00'.",
        TypeKind.Interval => "Write e.g. '5 minutes' or '1 day 02:30:00'.",
        TypeKind.Boolean => "Write true or false.",
        TypeKind.Integer or TypeKind.BigInt => "Write a whole number in its range.",
        TypeKind.Decimal => "Write a number with as many digits as it has.",
        TypeKind.Double => "Write a number.",
        _ => "Write a text.",
    };
}
