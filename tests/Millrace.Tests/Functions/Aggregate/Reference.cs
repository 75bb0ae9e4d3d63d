using System.Numerics;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>What each aggregate gives, computed from the list of values in the plainest way.</summary>
static class Reference
{
    public static object? Of(string name, Signature signature, bool distinct, IEnumerable<object?> all)
    {
        if (signature.Parameters.IsEmpty) return (long)all.Count();
        var type = signature.Parameters[0];
        var values = all.Where(v => v is not null).Select(v => v!).ToList();
        if (distinct) values = [.. values.DistinctBy(Key)];
        if (name == "count") return (long)values.Count;
        if (values.Count == 0) return null;
        return name switch
        {
            "sum" => Sum(type, values),
            "avg" => Average(signature, values),
            "min" => values.MinBy(v => v, Order),
            "max" => values.MaxBy(v => v, Order),
            "first_value" => values[0],
            "last_value" => values[^1],
            "bool_and" => values.All(v => (bool)v),
            "bool_or" => values.Any(v => (bool)v),
            "variance" => values.Count < 2 ? null : Distances(values) / (values.Count - 1),
            "var_pop" => Distances(values) / values.Count,
            "stddev" => values.Count < 2 ? null : Math.Sqrt(Distances(values) / (values.Count - 1)),
            "stddev_pop" => Math.Sqrt(Distances(values) / values.Count),
            _ => throw new InvalidOperationException($"The reference does not know {name}: add it here."),
        };
    }

    /// <summary>Equal for values that DISTINCT takes for one.</summary>
    public static object Key(object value) => value switch { double d => d + 0.0, Interval i => i.ApproximateMicroseconds, _ => value };

    public static Comparer<object> Order { get; } = Comparer<object>.Create((a, b) => (a, b) switch
    {
        (double x, double y) when double.IsNaN(x) || double.IsNaN(y) => double.IsNaN(x).CompareTo(double.IsNaN(y)),
        (Interval x, Interval y) => x.CompareTo(y),
        (string x, string y) => string.CompareOrdinal(x, y),
        _ => ((IComparable)a).CompareTo(b),
    });

    static object Sum(DataType type, List<object> values) => type.Kind switch
    {
        TypeKind.Integer => (long)values.Aggregate(BigInteger.Zero, (sum, v) => sum + (int)v),
        TypeKind.BigInt => (Int128)values.Aggregate(BigInteger.Zero, (sum, v) => sum + (long)v),
        TypeKind.Decimal => (Int128)values.Aggregate(BigInteger.Zero, (sum, v) => sum + (BigInteger)(Int128)v),
        TypeKind.Double => ExactSum(values.Select(v => (double)v)),
        _ => values.Select(v => (Interval)v).Aggregate((a, b) => new(a.Months + b.Months, a.Days + b.Days, a.Microseconds + b.Microseconds)),
    };

    static object Average(Signature signature, List<object> values)
    {
        var type = signature.Parameters[0];
        var sum = Sum(type, values);
        if (sum is double d) return d / values.Count;
        if (sum is Interval i)
        {
            var days = i.Days + i.Months % values.Count * 30;
            var rest = (decimal)i.Microseconds + (decimal)(days % values.Count) * Interval.MicrosecondsPerDay;
            return new Interval(i.Months / values.Count, days / values.Count, (long)Math.Round(rest / values.Count, MidpointRounding.AwayFromZero));
        }
        var scaled = (sum is long l ? l : (BigInteger)(Int128)sum) * BigInteger.Pow(10, signature.Result.Scale - type.Scale);
        // Half away from zero: (2a + n) / 2n, by magnitude.
        var rounded = (2 * BigInteger.Abs(scaled) + values.Count) / (2 * values.Count);
        return (Int128)(scaled.Sign * rounded);
    }

    static double Distances(List<object> values)
    {
        // n * sum(x²) - sum(x)², exactly, over n.
        var exact = values.Select(v => Exact((double)v)).ToList();
        var sum = exact.Aggregate(BigInteger.Zero, (a, b) => a + b);
        var squares = exact.Aggregate(BigInteger.Zero, (a, b) => a + b * b);
        return ToDouble(values.Count * squares - sum * sum, -2 * Unit) / values.Count;
    }

    const int Unit = 1074;

    /// <summary>A finite double in units of 2^-1074.</summary>
    static BigInteger Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7FF);
        var fraction = bits & 0xF_FFFF_FFFF_FFFF;
        var magnitude = exponent == 0 ? fraction : (BigInteger)(fraction | 1L << 52) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }

    public static double ExactSum(IEnumerable<double> values)
    {
        var all = values.ToList();
        return all.All(double.IsFinite) ? ToDouble(all.Select(Exact).Aggregate(BigInteger.Zero, (a, b) => a + b), -Unit) : all.Sum();
    }

    static double ToDouble(BigInteger value, int exponent)
    {
        var magnitude = BigInteger.Abs(value);
        var excess = (int)Math.Max(0, (long)magnitude.GetBitLength() - 62);
        var top = (long)(magnitude >> excess);
        if ((magnitude & ((BigInteger.One << excess) - 1)) != 0) top |= 1;
        return value.Sign * Math.ScaleB(top, exponent + excess);
    }
}
