using System.Globalization;
using System.Numerics;
using Millrace.Data;

namespace Millrace.Tests.Oracle;

/// <summary>Bags of rows: what they hold, and how two of them differ. A DOUBLE may be a few ulps off.</summary>
static class Rows
{
    /// <summary>Rows with weights added up: those that hold more or less than nothing.</summary>
    public static List<(object?[] Row, int Weight)> Sum(IEnumerable<(object?[] Row, int Weight)> changes)
    {
        var sums = new Dictionary<string, (object?[] Row, int Weight)>();
        foreach (var (row, weight) in changes)
        {
            var key = PlainValues.Key(row);
            sums[key] = (row, sums.GetValueOrDefault(key).Weight + weight);
        }
        return [.. sums.Values.Where(s => s.Weight != 0)];
    }

    /// <summary>What differs between two bags, or null; a few rows of each.</summary>
    public static string? Difference(IEnumerable<object?[]> expected, IEnumerable<(object?[] Row, int Weight)> found, Schema schema)
    {
        var rest = Sum(expected.Select(r => (r, 1)).Concat(found.Select(f => (f.Row, -f.Weight))));
        if (rest.Count == 0) return null;
        var missing = rest.Where(r => r.Weight > 0).SelectMany(r => Enumerable.Repeat(r.Row, r.Weight)).ToList();
        var extra = rest.Where(r => r.Weight < 0).SelectMany(r => Enumerable.Repeat(r.Row, -r.Weight)).ToList();
        // What is left may differ by rounding alone.
        foreach (var row in missing.ToList())
        {
            var twin = extra.FindIndex(e => IsNear(row, e));
            if (twin < 0) continue;
            extra.RemoveAt(twin);
            missing.Remove(row);
        }
        if (missing.Count == 0 && extra.Count == 0) return null;
        var lines = new List<string> { $"   {string.Join(" | ", schema.Fields.Select(f => f.Name))}" };
        lines.AddRange(missing.Take(8).Select(r => $"   missing  {Text(r, schema)}"));
        lines.AddRange(extra.Take(8).Select(r => $"   extra    {Text(r, schema)}"));
        return $"{missing.Count} rows are missing, {extra.Count} are too many\n{string.Join("\n", lines)}";
    }

    static bool IsNear(object?[] a, object?[] b)
    {
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] is double x && b[i] is double y)
            {
                if (x.Equals(y) || double.IsFinite(x) && double.IsFinite(y) && (Math.Abs(x - y) <= 1e-13 * Math.Max(Math.Abs(x), Math.Abs(y)) || Math.Abs(x - y) < 1e-15)) continue;
                return false;
            }
            if (!PlainValues.Same(a[i], b[i])) return false;
        }
        return true;
    }

    /// <summary>A row as people read it.</summary>
    public static string Text(object?[] row, Schema schema) => string.Join(" | ", row.Select((v, c) => Text(v, schema[c].Type)));

    /// <summary>A value as people read it.</summary>
    public static string Text(object? value, DataType type) => value switch
    {
        null => "NULL",
        bool b => b ? "true" : "false",
        BigInteger scaled => Interpreter.Decimal(scaled, type.Scale),
        Int128 scaled => Interpreter.Decimal(scaled, type.Scale),
        long time when type.Kind == TypeKind.Timestamp => Time(time),
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static string Time(long microseconds)
    {
        if (microseconds is long.MinValue or long.MaxValue) return microseconds < 0 ? "-infinity" : "infinity";
        var ticks = (Int128)microseconds * 10;
        if (ticks < DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks || ticks > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) return microseconds.ToString(CultureInfo.InvariantCulture) + " us";
        return DateTime.UnixEpoch.AddTicks((long)ticks).ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
    }
}
