using System.Globalization;
using System.Numerics;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Tests.Oracle;

static partial class Interpreter
{
    static object? Apply(Call call, object?[] arguments)
    {
        var name = call.Function.Name;
        switch (name)
        {
            case "concat": return string.Concat(arguments.Select(a => (string?)a));
            case "greatest" or "least":
                var known = arguments.OfType<object>().ToList();
                return known.Count == 0 ? null : known.Aggregate((a, b) => PlainValues.Compare(b, a) * (name == "greatest" ? 1 : -1) > 0 ? b : a);
            case "in_list":
                if (arguments[0] is not { } sought) return null;
                if (arguments.Skip(1).Any(a => a is not null && PlainValues.Compare(sought, a) == 0)) return true;
                return arguments.Contains(null) ? null : false;
        }
        var isKnown = name is "+" or "-" or "*" or "/" or "%" or "neg" or "=" or "<>" or "<" or "<=" or ">" or ">=" or "||" or "lower" or "upper" or "length" or "abs" or "like" or "substring" or "left"
            or "starts_with" or "replace" or "strpos" or "sign" or "reverse" or "epoch_us" or "epoch_ms" or "date_trunc" or "trim";
        // Of a function that is not written here it is not known what it makes of NULL.
        if (!isKnown) return Borrowed(call with { Arguments = [.. call.Arguments.Select((a, i) => (Expression)new Literal(PlainValues.ToLiteral(arguments[i]), a.Type))] });
        if (arguments.Contains(null)) return null;
        var types = call.Arguments.Select(a => a.Type).ToArray();
        return (name, arguments) switch
        {
            ("=", [{ } a, { } b]) => PlainValues.Compare(a, b) == 0,
            ("<>", [{ } a, { } b]) => PlainValues.Compare(a, b) != 0,
            ("<", [{ } a, { } b]) => PlainValues.Compare(a, b) < 0,
            ("<=", [{ } a, { } b]) => PlainValues.Compare(a, b) <= 0,
            (">", [{ } a, { } b]) => PlainValues.Compare(a, b) > 0,
            (">=", [{ } a, { } b]) => PlainValues.Compare(a, b) >= 0,
            ("+" or "-" or "*" or "/" or "%", [double a, double b]) => Doubles(name, a, b),
            ("+" or "-" or "*" or "/" or "%", [int or long or BigInteger, int or long or BigInteger]) when types.All(t => t.IsNumeric) => Exact(name, arguments, types, call.Type),
            ("+" or "-", [long time, Interval span]) => Shift(time, span, name == "+" ? 1 : -1),
            ("+", [Interval span, long time]) => Shift(time, span, 1),
            ("neg", [double a]) => -a,
            ("neg", [int or long or BigInteger]) => call.Type.Kind == TypeKind.Decimal ? Fit(-Whole(arguments[0]!), call.Type) : Narrow(-Whole(arguments[0]!), call.Type),
            ("abs", [double a]) => Math.Abs(a),
            ("abs", [int or long or BigInteger]) => call.Type.Kind == TypeKind.Decimal ? Fit(BigInteger.Abs(Whole(arguments[0]!)), call.Type) : Narrow(BigInteger.Abs(Whole(arguments[0]!)), call.Type),
            ("||", [string a, string b]) => a + b,
            ("lower", [string a]) when IsAscii(a) => a.ToLowerInvariant(),
            ("upper", [string a]) when IsAscii(a) => a.ToUpperInvariant(),
            ("length", [string a]) => a.EnumerateRunes().Count(),
            ("like", [string a, string pattern]) => Like(a, pattern),
            ("substring", [string a, long start]) when IsAscii(a) => Part(a, start, long.MaxValue),
            ("substring", [string a, long start, long count]) when IsAscii(a) => count < 0 ? throw new RowError("negative count") : Part(a, start, count),
            ("left", [string a, long count]) when IsAscii(a) => a[..(int)Math.Clamp(count < 0 ? a.Length + count : count, 0, a.Length)],
            ("starts_with", [string a, string b]) => a.StartsWith(b, StringComparison.Ordinal),
            ("replace", [string a, string b, string c]) when b.Length > 0 => a.Replace(b, c, StringComparison.Ordinal),
            ("strpos", [string a, string b]) when IsAscii(a) => a.IndexOf(b, StringComparison.Ordinal) + 1,
            ("reverse", [string a]) when IsAscii(a) => new string([.. a.Reverse()]),
            ("date_trunc", [string unit, long time]) when Unit(unit) is { } length => time is long.MinValue or long.MaxValue ? time : Floor(time, length),
            _ => Borrowed(call with { Arguments = [.. call.Arguments.Select((a, i) => (Expression)new Literal(PlainValues.ToLiteral(arguments[i]), a.Type))] }),
        };
    }

    static bool IsAscii(string text) => text.All(char.IsAscii);

    static object Doubles(string name, double a, double b) => name switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw new RowError("division by zero") : a / b,
        _ => b == 0 ? throw new RowError("division by zero") : Math.IEEERemainder(a, b) is var _ ? a % b : 0,
    };

    static object Exact(string name, object?[] arguments, DataType[] types, DataType result)
    {
        var (a, b) = (Whole(arguments[0]!), Whole(arguments[1]!));
        var (scaleA, scaleB) = (types[0].Scale, types[1].Scale);
        if (name is "/" or "%" && b.IsZero) throw new RowError("division by zero");
        if (result.Kind != TypeKind.Decimal)
            return Narrow(name switch { "+" => a + b, "-" => a - b, "*" => a * b, "/" => BigInteger.Divide(a, b), _ => BigInteger.Remainder(a, b) }, result);
        switch (name)
        {
            case "+" or "-":
                return Fit(Rescale(a, scaleA, result.Scale) + (name == "+" ? 1 : -1) * Rescale(b, scaleB, result.Scale), result);
            case "*": return Fit(Rescale(a * b, scaleA + scaleB, result.Scale), result);
            case "/":
                // a/10^sa / (b/10^sb) with s digits: a * 10^(s + sb - sa) / b.
                var power = result.Scale + scaleB - scaleA;
                var (top, bottom) = power >= 0 ? (a * BigInteger.Pow(10, power), b) : (a, b * BigInteger.Pow(10, -power));
                return Fit(Round(bottom.Sign < 0 ? -top : top, BigInteger.Abs(bottom)), result);
            default:
                var scale = Math.Max(scaleA, scaleB);
                return Fit(Rescale(BigInteger.Remainder(Rescale(a, scaleA, scale), Rescale(b, scaleB, scale)), scale, result.Scale), result);
        }
    }

    static object Shift(long time, Interval span, int sign)
    {
        if (time is long.MinValue or long.MaxValue) return time;
        var moved = (BigInteger)time;
        if (span.Months != 0) moved = AddMonths(time, sign * span.Months);
        moved += sign * ((BigInteger)span.Days * 86_400_000_000 + span.Microseconds);
        return moved <= long.MinValue || moved >= long.MaxValue ? throw new RowError("the time is out of range") : (long)moved;
    }

    /// <summary>Months later by the calendar of the framework; within its years.</summary>
    public static long AddMonths(long time, int months)
    {
        var moment = DateTime.UnixEpoch.AddTicks(checked(time * 10));
        return moment.AddMonths(months).Subtract(DateTime.UnixEpoch).Ticks / 10;
    }

    static long? Unit(string unit) => unit switch
    {
        "second" => 1_000_000,
        "minute" => 60_000_000,
        "hour" => 3_600_000_000,
        "day" => 86_400_000_000,
        _ => null,
    };

    static long Floor(long value, long unit) => value - ((value % unit) + unit) % unit;

    static string Part(string text, long start, long count)
    {
        // Positions before 1 count but hold nothing.
        var kept = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            if (i + 1 >= start && (count == long.MaxValue || i + 1 < (Int128)start + count)) kept.Append(text[i]);
        return kept.ToString();
    }

    static bool Like(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        if (pattern.IsEmpty) return text.IsEmpty;
        switch (pattern[0])
        {
            case '%':
                for (var i = 0; i <= text.Length; i++)
                    if (Like(text[i..], pattern[1..])) return true;
                return false;
            case '_':
                if (text.IsEmpty) return false;
                return Like(text[(char.IsHighSurrogate(text[0]) ? 2 : 1)..], pattern[1..]);
            case '\\' when pattern.Length > 1:
                return !text.IsEmpty && text[0] == pattern[1] && Like(text[1..], pattern[2..]);
            default:
                return !text.IsEmpty && text[0] == pattern[0] && Like(text[1..], pattern[1..]);
        }
    }
}
