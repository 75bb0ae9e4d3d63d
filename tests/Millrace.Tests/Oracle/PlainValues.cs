using System.Numerics;
using System.Text;
using Millrace.Data;

namespace Millrace.Tests.Oracle;

/// <summary>Comparing values, and keys made of them.</summary>
static class PlainValues
{
    /// <summary>Below, at or above zero; neither is null. NaN is the greatest number and equal to itself, texts go byte by byte, a month has 30 days.</summary>
    public static int Compare(object a, object b) => (a, b) switch
    {
        (bool x, bool y) => x.CompareTo(y),
        (int x, int y) => x.CompareTo(y),
        (long x, long y) => x.CompareTo(y),
        (double x, double y) => double.IsNaN(x) ? double.IsNaN(y) ? 0 : 1 : double.IsNaN(y) ? -1 : x < y ? -1 : x > y ? 1 : 0,
        (BigInteger x, BigInteger y) => x.CompareTo(y),
        (Interval x, Interval y) => Length(x).CompareTo(Length(y)),
        (string x, string y) => Compare(Encoding.UTF8.GetBytes(x), Encoding.UTF8.GetBytes(y)),
        (byte[] x, byte[] y) => Compare(x, y),
        _ => throw new InvalidOperationException($"{a.GetType().Name} beside {b.GetType().Name}"),
    };

    static int Compare(byte[] a, byte[] b)
    {
        for (var i = 0; i < a.Length && i < b.Length; i++)
            if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
        return a.Length.CompareTo(b.Length);
    }

    static BigInteger Length(Interval value) => ((BigInteger)value.Months * 30 + value.Days) * 86_400_000_000 + value.Microseconds;

    /// <summary>As <see cref="Compare(object, object)"/> with NULL as the last.</summary>
    public static int CompareNullsLast(object? a, object? b) => a is null ? b is null ? 0 : 1 : b is null ? -1 : Compare(a, b);

    /// <summary>Whether two values are not distinct: NULL is NULL.</summary>
    public static bool Same(object? a, object? b) => a is null ? b is null : b is not null && Compare(a, b) == 0;

    /// <summary>A text that two values have in common exactly where they are not distinct.</summary>
    public static string Key(object? value) => value switch
    {
        null => "~",
        bool b => b ? "t" : "f",
        double d => "d" + (d == 0 ? 0.0 : d).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        Interval i => "i" + Length(i),
        byte[] bytes => "x" + Convert.ToHexString(bytes),
        string text => "s" + text.Length + ":" + text,
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    /// <summary>The key of some columns of a row.</summary>
    public static string Key(IEnumerable<object?> values) => string.Join("|", values.Select(Key));

    /// <summary>Rows by the order of SQL, column after column.</summary>
    public static int CompareRows(object?[] a, object?[] b)
    {
        for (var i = 0; i < a.Length; i++)
            if (CompareNullsLast(a[i], b[i]) is var order && order != 0) return order;
        return 0;
    }

    /// <summary>The value of a row of a column.</summary>
    public static object? Of(Column column, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            Column<byte> c => c[row] != 0,
            Column<int> c => c[row],
            Column<long> c when c.Type.Kind == TypeKind.Decimal => (BigInteger)c[row],
            Column<long> c => c[row],
            Column<double> c => c[row],
            Column<Int128> c => (BigInteger)c[row],
            Column<Interval> c => c[row],
            TextColumn c when c.Type.Kind == TypeKind.Text => Encoding.UTF8.GetString(c[row]),
            TextColumn c => c[row].ToArray(),
            _ => throw new InvalidOperationException(column.Type.ToString()),
        };
    }

    /// <summary>A value as literals and test rows hold it: a DECIMAL is an Int128 there.</summary>
    public static object? FromLiteral(object? value, DataType type) => value switch
    {
        Int128 scaled => (BigInteger)scaled,
        int small when type.Kind is TypeKind.BigInt or TypeKind.Timestamp => (long)small,
        _ => value,
    };

    /// <summary>The reverse of <see cref="FromLiteral"/>.</summary>
    public static object? ToLiteral(object? value) => value is BigInteger scaled ? (Int128)scaled : value;
}
