using System.Numerics;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>What each aggregate gives, computed from the list of values in the plainest way.</summary>
static class Reference
{
    /// <summary>A function with the constants and the order that its laws are tested with.</summary>
    public static AggregateFunction Placed(AggregateFunction function, bool distinct) => function.Name switch
    {
        "percentile_cont" => function.With([new(0.3, DataType.Double)], [false], distinct),
        "percentile_disc" => function.With([new(0.3, DataType.Double)], [true], distinct),
        "string_agg" when !distinct => function.With([new("; ", DataType.Text)], [true], distinct),
        "string_agg" => function.With([new("; ", DataType.Text)], [], distinct),
        "json_agg" => function.With([], distinct ? [] : [true], distinct),
        "ewma" => function.With([new(new Interval(0, 0, 10_000_000), DataType.Interval)], [], distinct),
        "approx_percentile" => function.With([new(0.3, DataType.Double)], [false], distinct),
        // So large that nothing is left out, and the order of rows does not show.
        "kll_agg" or "req_agg" => function.With([new(1000, DataType.Integer)], [], distinct),
        "sample" => function.With([new(3, DataType.Integer)], [], distinct),
        _ => function,
    };

    public static object? Of(string name, Signature signature, bool distinct, IEnumerable<object?[]> rows)
    {
        if (signature.Parameters.IsEmpty) return (long)rows.Count();
        if (name == "sample") return SketchReference.Sample(signature, [.. rows]);
        if (name == "json_agg")
        {
            var byOther = signature.Parameters.Length == 2 ? rows.OrderBy(r => r[1] is null ? 0 : 1).ThenByDescending(r => r[1], NullsApart) : rows.DistinctBy(r => r[0] is { } value ? Key(value) : DBNull.Value).OrderBy(_ => 0);
            return Json(signature.Parameters[0], byOther.ThenBy(r => r[0] is null ? 1 : 0).ThenBy(r => r[0], NullsApart).ThenBy(r => r[0] is Interval i ? (i.Months, i.Days) : default).Select(r => r[0]));
        }
        if (signature.Parameters.Length == 2) return OfPairs(name, [.. rows]);
        var type = signature.Parameters[0];
        var values = rows.Select(r => r[0]).Where(v => v is not null).Select(v => v!).ToList();
        if (distinct) values = [.. values.DistinctBy(Key)];
        if (name == "count") return (long)values.Count;
        if (name == "count_if") return (long)values.Count(v => (bool)v);
        if (name == "approx_count_distinct") return (long)values.DistinctBy(Key).Count();
        if (values.Count == 0) return null;
        if (SketchReference.Of(name, type, values) is { } sketch) return sketch;
        return name switch
        {
            "sum" => Sum(type, values),
            "avg" => Average(signature, values),
            "min" or "any_value" => values.MinBy(v => v, Order),
            "max" => values.MaxBy(v => v, Order),
            "first_value" => values[0],
            "last_value" => values[^1],
            "bool_and" => values.All(v => (bool)v),
            "bool_or" => values.Any(v => (bool)v),
            "variance" => values.Count < 2 ? null : Central(values, 2, type.Scale) / (values.Count - 1),
            "var_pop" => Central(values, 2, type.Scale) / values.Count,
            "stddev" => values.Count < 2 ? null : Math.Sqrt(Central(values, 2, type.Scale) / (values.Count - 1)),
            "stddev_pop" => Math.Sqrt(Central(values, 2, type.Scale) / values.Count),
            "skewness" => Skewness(values),
            "kurtosis" => values.Count < 4 ? null : Kurtosis(values) is { } k ? (values.Count - 1) * ((values.Count + 1) * k - 3.0 * (values.Count - 1)) / ((values.Count - 2.0) * (values.Count - 3)) : null,
            "kurtosis_pop" => Kurtosis(values) - 3,
            "geometric_mean" => Math.Exp(ExactSum(values.Select(v => Math.Log((double)v))) / values.Count),
            "median" => Percentile(values, 0.5),
            "percentile_cont" or "approx_percentile" => Percentile(values, 0.3),
            "percentile_disc" => values.OrderByDescending(v => v, Order).ElementAt((int)Math.Ceiling(0.3 * values.Count) - 1),
            "mode" => values.GroupBy(Key).OrderByDescending(g => g.Count()).ThenBy(g => g.First(), Order).First().First(),
            "histogram" => Histogram(type, values),
            "string_agg" => string.Join("; ", values.OrderBy(v => v, Order)),
            "bit_and" => Bits(values, (a, b) => a & b),
            "bit_or" => Bits(values, (a, b) => a | b),
            "bit_xor" => Bits(values, (a, b) => a ^ b),
            _ => throw new InvalidOperationException($"The reference does not know {name}: add it here."),
        };
    }

    static Comparer<object?> NullsApart { get; } = Comparer<object?>.Create((a, b) => a is { } x && b is { } y ? Order!.Compare(x, y) : 0);

    static string? Json(DataType type, IEnumerable<object?> values)
    {
        var memory = new MemoryAccountant();
        var texts = new List<string>();
        foreach (var value in values)
        {
            var column = Samples.Fill(memory, type, [value is double d ? d + 0.0 : value]);
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            Millrace.Formats.Values.FormatJson(column, 0, output, exactNumbers: false);
            texts.Add(Encoding.Latin1.GetString(output.WrittenSpan));
            column.Release();
        }
        return texts.Count == 0 ? null : $"[{string.Join(",", texts)}]";
    }

    static object? OfPairs(string name, List<object?[]> rows)
    {
        if (name == "string_agg")
        {
            // By the second argument downwards, NULLs first.
            var there = rows.Where(r => r[0] is not null).ToList();
            var unordered = there.Where(r => r[1] is null).OrderBy(r => r[0]!, Order);
            var texts = unordered.Concat(there.Where(r => r[1] is not null).OrderByDescending(r => r[1]!, Order).ThenBy(r => r[0]!, Order)).Select(r => r[0]).ToList();
            return texts.Count == 0 ? null : string.Join("; ", texts);
        }
        var pairs = rows.Where(r => r[0] is not null && r[1] is not null).Select(r => (A: r[0]!, B: r[1]!)).ToList();
        if (name == "regr_count") return (long)pairs.Count;
        if (pairs.Count == 0) return null;
        if (name == "arg_min") return pairs.OrderBy(p => p.B, Order).ThenBy(p => p.A, Order).First().A;
        if (name == "arg_max") return pairs.OrderByDescending(p => p.B, Order).ThenBy(p => p.A, Order).First().A;
        if (name == "rate") return Rate(pairs);
        if (name == "ewma")
        {
            var last = pairs.Max(p => (long)p.B);
            var weights = pairs.Select(p => Math.Pow(2, ((long)p.B - last) / 10e6)).ToList();
            return pairs.Zip(weights, (p, w) => (double)p.A * w).Sum() / weights.Sum();
        }
        var n = pairs.Count;
        var (ys, xs) = (pairs.Select(p => Exact((double)p.A)).ToList(), pairs.Select(p => Exact((double)p.B)).ToList());
        var (y, x) = (ys.Aggregate(BigInteger.Zero, (a, b) => a + b), xs.Aggregate(BigInteger.Zero, (a, b) => a + b));
        BigInteger Whole(List<BigInteger> a, BigInteger sumOfA, List<BigInteger> b, BigInteger sumOfB) => n * a.Zip(b, (u, v) => u * v).Aggregate(BigInteger.Zero, (u, v) => u + v) - sumOfA * sumOfB;
        double Products(List<BigInteger> a, BigInteger sumOfA, List<BigInteger> b, BigInteger sumOfB) => ToDouble(Whole(a, sumOfA, b, sumOfB), -2 * Unit) / n;
        var (sxx, syy, sxy) = (Products(xs, x, xs, x), Products(ys, y, ys, y), Products(xs, x, ys, y));
        return name switch
        {
            "corr" => sxx == 0 || syy == 0 ? null : sxy / Math.Sqrt(sxx * syy),
            "covar_pop" => sxy / n,
            "covar_samp" => n < 2 ? null : sxy / (n - 1),
            "regr_slope" => sxx == 0 ? null : sxy / sxx,
            "regr_intercept" => sxx == 0 ? null : ToDouble(y * Whole(xs, x, xs, x) - x * Whole(ys, y, xs, x), -3 * Unit) / n / n / sxx,
            "regr_r2" => sxx == 0 ? null : syy == 0 ? 1.0 : sxy * sxy / (sxx * syy),
            "regr_avgx" => ToDouble(x, -Unit) / n,
            "regr_avgy" => ToDouble(y, -Unit) / n,
            "regr_sxx" => sxx,
            "regr_syy" => syy,
            "regr_sxy" => sxy,
            _ => throw new InvalidOperationException($"The reference does not know {name}: add it here."),
        };
    }

    static object? Rate(List<(object A, object B)> pairs)
    {
        var samples = pairs.Select(p => (Time: (long)p.B, Value: (double)p.A)).Distinct().OrderBy(s => s.Time).ThenBy(s => s.Value).ToList();
        var length = samples[^1].Time - samples[0].Time;
        if (length == 0) return null;
        var growth = samples.Zip(samples.Skip(1), (a, b) => b.Value < a.Value ? new[] { b.Value } : [b.Value, -a.Value]).SelectMany(g => g);
        return ExactSum(growth) / (length / 1e6);
    }

    static object Percentile(List<object> values, double part)
    {
        var sorted = values.OrderBy(v => v, Order).ToList();
        var place = part * (sorted.Count - 1);
        var (low, high, between) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)], place - Math.Floor(place));
        if (low is long a && high is long b) return a + (long)Math.Round((b - a) * between);
        return (double)low + ((double)high - (double)low) * between;
    }

    static string Histogram(DataType type, List<object> values)
    {
        var memory = new MemoryAccountant();
        var parts = values.GroupBy(Key).OrderBy(g => g.First(), Order).Select(g =>
        {
            // The text of a value is the command line's; of equal intervals the first is shown.
            var column = Samples.Fill(memory, type, [g.First() is double d ? d + 0.0 : g.First()]);
            var text = ValueText.Format(column, 0);
            column.Release();
            return $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)}\":{g.Count()}";
        });
        return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("{" + string.Join(",", parts) + "}"));
    }

    static object Bits(List<object> values, Func<long, long, long> combine)
    {
        var result = values.Select(v => v is int i ? i : (long)v).Aggregate(combine);
        return values[0] is int ? (object)(int)result : result;
    }

    static double? Skewness(List<object> values)
    {
        double n = values.Count;
        if (n < 3 || Central(values, 2) == 0) return null;
        return Math.Sqrt(n * (n - 1)) / (n - 2) * (Central(values, 3) / n) / Math.Pow(Central(values, 2) / n, 1.5);
    }

    static double? Kurtosis(List<object> values)
    {
        var second = Central(values, 2);
        return second == 0 ? null : values.Count * Central(values, 4) / second / second;
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

    /// <summary>The sum of a power of the distances from the mean: exactly, in units of 1/n.</summary>
    static double Central(List<object> values, int power, int scale = 0)
    {
        if (values[0] is not double)
        {
            var whole = values.Select(v => v is long l ? l : (BigInteger)(Int128)v).ToList();
            var total = whole.Aggregate(BigInteger.Zero, (a, b) => a + b);
            var distances = whole.Aggregate(BigInteger.Zero, (a, b) => a + BigInteger.Pow(values.Count * b - total, power));
            return (double)distances / Math.Pow(values.Count, power) / Math.Pow(10, scale) / Math.Pow(10, scale);
        }
        var exact = values.Select(v => Exact((double)v)).ToList();
        var sum = exact.Aggregate(BigInteger.Zero, (a, b) => a + b);
        var all = exact.Aggregate(BigInteger.Zero, (a, b) => a + BigInteger.Pow(values.Count * b - sum, power));
        return ToDouble(all, -power * Unit) / Math.Pow(values.Count, power);
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
