using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Millrace.Data;
using Millrace.Functions.Aggregate;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

/// <summary>Aggregates of whole groups, straight from their definitions.</summary>
static class PlainAggregates
{
    static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The result of a call over the rows of a group, in the order in which they arrived.</summary>
    public static object? Result(AggregateCall call, IReadOnlyList<PlainRow> rows)
    {
        IEnumerable<PlainRow> counted = call.Filter < 0 ? rows : rows.Where(r => r[call.Filter] is true);
        var name = call.Function.Name;
        if (call.Arguments.IsEmpty) return name == "count" ? (long)counted.Count() : throw new NotInOracle($"aggregate {name} without an argument");
        var parameters = call.Signature.Parameters;
        var tuples = counted.Select(r => call.Arguments.Select(a => r[a]).ToArray()).ToList();
        if (!call.Function.SeesNulls) tuples = [.. tuples.Where(t => !t.Contains(null))];
        if (call.Distinct) tuples = [.. tuples.DistinctBy(t => PlainValues.Key(t))];
        var values = tuples.Select(t => t[0]!).ToList();
        var type = parameters[0];
        if (name == "count") return (long)values.Count;
        if (name == "approx_count_distinct") return (long)values.DistinctBy(PlainValues.Key).Count(); // exact for as few as cases have
        if (values.Count == 0 && name is not "countif" and not "count_if") return null;
        switch (name)
        {
            case "sum": return Sum(values, type, call.Signature.Result);
            case "avg": return Average(values, type, call.Signature.Result);
            case "min": return values.Aggregate((a, b) => PlainValues.Compare(b, a) < 0 ? b : a);
            case "max": return values.Aggregate((a, b) => PlainValues.Compare(b, a) > 0 ? b : a);
            case "bool_and": return values.All(v => (bool)v);
            case "bool_or": return values.Any(v => (bool)v);
            case "countif" or "count_if": return (long)values.Count(v => (bool)v);
            case "any_value": return values.Aggregate((a, b) => PlainValues.Compare(b, a) < 0 ? b : a);
            case "arg_min" or "arg_max": return ByOther(tuples, name == "arg_max");
            case "mode": return values.GroupBy(PlainValues.Key).Aggregate((a, b) => b.Count() - a.Count() is var more && (more > 0 || more == 0 && PlainValues.Compare(b.First(), a.First()) < 0) ? b : a).First();
            case "median" when type.Kind == TypeKind.Double: return Middle([.. values.Select(v => (double)v)]);
            case "string_agg" when call.Arguments.Length == 1:
                values.Sort(PlainValues.Compare);
                return string.Join(",", values.Cast<string>());
            case "json_agg" when type.Kind is TypeKind.Text or TypeKind.Integer && ((JsonAggregate)call.Function).Descending is var down && tuples[0].Length == 1 + down.Count:
                var ordered = tuples.Order(Comparer<object?[]>.Create((a, b) =>
                {
                    for (var i = 1; i < a.Length; i++)
                        if (PlainValues.CompareNullsLast(a[i], b[i]) is not 0 and var order) return down[i - 1] ? -order : order;
                    return PlainValues.CompareNullsLast(a[0], b[0]) * (a.Length == 1 && down is [true, ..] ? -1 : 1);
                }));
                return $"[{string.Join(",", ordered.Select(t => t[0] is string text ? JsonSerializer.Serialize(text, s_json) : t[0] ?? "null"))}]";
            case "first_value": return values[0];
            case "last_value": return values[^1];
            case "var_pop" or "variance" or "stddev_pop" or "stddev": return Spread(name, values, type);
            case "bit_and": return values.Aggregate((a, b) => a is int x ? x & (int)b : (object)((long)a & (long)b));
            case "bit_or": return values.Aggregate((a, b) => a is int x ? x | (int)b : (object)((long)a | (long)b));
            case "bit_xor": return values.Aggregate((a, b) => a is int x ? x ^ (int)b : (object)((long)a ^ (long)b));
            default: throw new NotInOracle($"aggregate {name}");
        }
    }

    /// <summary>The x of the row with the least or greatest y; of several the least x.</summary>
    static object? ByOther(List<object?[]> tuples, bool isGreatest) => tuples.Aggregate((a, b) =>
    {
        var order = PlainValues.Compare(b[1]!, a[1]!) * (isGreatest ? -1 : 1);
        return order < 0 || order == 0 && PlainValues.Compare(b[0]!, a[0]!) < 0 ? b : a;
    })[0];

    static double Middle(List<double> values)
    {
        values.Sort((a, b) => PlainValues.Compare(a, b));
        var (low, high) = (values[(values.Count - 1) / 2], values[values.Count / 2]);
        return low == high || low.Equals(high) ? low : low * 0.5 + high * 0.5;
    }

    static BigInteger Whole(object value) => value switch { int i => i, long l => l, BigInteger b => b, _ => throw new NotInOracle($"aggregate over {value.GetType().Name}") };

    static object Sum(List<object> values, DataType type, DataType result)
    {
        if (type.Kind == TypeKind.Double) return Doubles(values.Select(v => (double)v));
        if (type.Kind == TypeKind.Interval)
            return new Interval(values.Sum(v => ((Interval)v).Months), values.Sum(v => ((Interval)v).Days), values.Sum(v => ((Interval)v).Microseconds));
        return Fit(values.Aggregate(BigInteger.Zero, (s, v) => s + Whole(v)), result);
    }

    static object Fit(BigInteger sum, DataType type) => type.Kind switch
    {
        TypeKind.BigInt => sum >= long.MinValue && sum <= long.MaxValue ? (object)(long)sum : throw new PlainFailure("a sum does not fit"),
        _ => BigInteger.Abs(sum) < BigInteger.Pow(10, type.Precision) ? sum : throw new PlainFailure("a sum does not fit"),
    };

    static object Average(List<object> values, DataType type, DataType result)
    {
        if (type.Kind == TypeKind.Double)
        {
            var numbers = values.Select(v => (double)v).ToList();
            if (!numbers.All(double.IsFinite)) return numbers.Sum() / numbers.Count;
            var total = numbers.Aggregate(BigInteger.Zero, (s, v) => s + Scaled(v));
            return Quotient(BigInteger.Abs(total), numbers.Count * (BigInteger.One << 1074)) * total.Sign;
        }
        if (type.Kind == TypeKind.Interval) throw new NotInOracle("avg of intervals");
        var sum = values.Aggregate(BigInteger.Zero, (s, v) => s + Whole(v));
        return Interpreter.Round(sum * BigInteger.Pow(10, result.Scale - type.Scale), values.Count);
    }

    /// <summary>The sum as if in all digits, rounded once.</summary>
    static double Doubles(IEnumerable<double> values)
    {
        var list = values.ToList();
        if (!list.All(double.IsFinite)) return list.Sum();
        // Every double is a whole number of 2^-1074.
        return ToDouble(list.Aggregate(BigInteger.Zero, (s, v) => s + Scaled(v)), 1074);
    }

    static BigInteger Scaled(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7FF);
        var mantissa = bits & 0xF_FFFF_FFFF_FFFF;
        var whole = exponent == 0 ? (BigInteger)mantissa << 0 : ((BigInteger)(mantissa | 1L << 52)) << (exponent - 1);
        return bits < 0 ? -whole : whole;
    }

    /// <summary>value / 2^power, rounded to the nearest.</summary>
    static double ToDouble(BigInteger value, int power)
    {
        if (value.IsZero) return 0;
        var magnitude = BigInteger.Abs(value);
        var shift = (int)Math.Max(0, (long)magnitude.GetBitLength() - 62);
        // 62 bits, and whether there was anything below them.
        var bits = (long)(magnitude >> shift) << 1 | (magnitude.TrailingZeros() < shift ? 1L : 0L);
        // In two steps, since a power below the least of a DOUBLE may stand in between.
        var scale = shift - power - 1;
        return Math.ScaleB(Math.ScaleB((double)bits, scale / 2), scale - scale / 2) * value.Sign;
    }

    static int TrailingZeros(this BigInteger value)
    {
        var count = 0;
        while (value.IsEven)
        {
            value >>= 1;
            count++;
        }
        return count;
    }

    static object? Spread(string name, List<object> values, DataType type)
    {
        var isSample = name is "variance" or "stddev";
        if (isSample && values.Count < 2) return null;
        // n * sum of squares - square of the sum, exactly.
        var (scaled, scale) = (values.Select(v => v is double ? 0 : Whole(v)).ToList(), BigInteger.Pow(10, type.Scale));
        if (type.Kind == TypeKind.Double)
        {
            var numbers = values.Select(v => (double)v).ToList();
            if (!numbers.All(double.IsFinite)) return double.NaN;
            (scaled, scale) = ([.. numbers.Select(Scaled)], BigInteger.One << 1074);
        }
        var (sum, squares) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var value in scaled) (sum, squares) = (sum + value, squares + value * value);
        var n = new BigInteger(values.Count);
        var variance = Quotient(n * squares - sum * sum, n * (isSample ? n - 1 : n) * scale * scale);
        return name.StartsWith("stddev", StringComparison.Ordinal) ? Math.Sqrt(variance) : variance;
    }

    /// <summary>a / b of numbers that are not below zero, to within an ulp.</summary>
    static double Quotient(BigInteger a, BigInteger b)
    {
        if (a.IsZero) return 0;
        var shift = (int)(b.GetBitLength() - a.GetBitLength()) + 64;
        return ToDouble((shift > 0 ? a << shift : a >> -shift) / b, shift);
    }

    /// <summary>For messages.</summary>
    public static string Show(object? value) => value is null ? "NULL" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
