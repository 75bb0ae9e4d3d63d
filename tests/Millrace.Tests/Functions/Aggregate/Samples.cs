using System.Numerics;
using System.Text;
using Millrace.Data;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>Random values of every type, and columns of them.</summary>
static class Samples
{
    public static IReadOnlyList<DataType> Types { get; } =
    [
        DataType.Boolean, DataType.Integer, DataType.BigInt, DataType.Double, DataType.Decimal(9, 2), DataType.Decimal(18, 3), DataType.Decimal(30, 10), DataType.Decimal(38, 0),
        DataType.Text, DataType.Bytes, DataType.Timestamp, DataType.Interval, DataType.Null,
    ];

    /// <summary>bool, int, long, double, Int128, Interval or string (Latin-1 of the bytes); few different ones, the extremes among them.</summary>
    public static object Value(DataType type, Random random) => type.Kind switch
    {
        TypeKind.Boolean or TypeKind.Null => random.Next(3) == 0,
        TypeKind.Integer => random.Next(8) == 0 ? random.Next(2) == 0 ? int.MinValue : int.MaxValue : random.Next(-20, 20),
        TypeKind.BigInt => random.Next(8) == 0 ? random.Next(2) == 0 ? long.MinValue : long.MaxValue : random.NextInt64(-20, 20),
        TypeKind.Timestamp => random.NextInt64(0, 40) * 1_000_000,
        TypeKind.Double => random.Next(6) switch { 0 => 0.1 * random.Next(30), 1 => -0.0, 2 => 1e15 * random.Next(-5, 6), 3 => 1e-9 * random.Next(10), _ => random.Next(-50, 50) / 3.0 },
        // 10 digits below the type's, so that sums of a few hundred fit.
        TypeKind.Decimal => (Int128)random.Next(-30, 30) * (random.Next(4) == 0 ? Ten(Math.Max(0, type.Precision - 10)) : 1),
        TypeKind.Interval => new Interval(random.Next(-2, 3), random.Next(-3, 4) * 10, random.Next(-3, 4) * 1_500_000L),
        _ => new string((char)('a' + random.Next(4)), random.Next(6)) + (random.Next(3) == 0 ? "\u00e9long enough to be no small text" : ""),
    };

    public static Int128 Ten(int digits) => (Int128)BigInteger.Pow(10, digits);

    /// <summary>A column of values, null for NULL. A text column uses the dictionary where there is one.</summary>
    public static Column Fill(MemoryAccountant memory, DataType type, IEnumerable<object?> values, TextHeap? dictionary = null)
    {
        var column = memory.Rent(type);
        if (column is TextColumn shared && dictionary is not null) shared.Share(dictionary);
        foreach (var value in values)
        {
            switch (column, value)
            {
                case (_, null): column.AppendNull(); break;
                case (Column<byte> c, bool flag): c.Append(flag ? (byte)1 : (byte)0); break;
                case (Column<int> c, int number): c.Append(number); break;
                case (Column<long> c, long number): c.Append(number); break;
                case (Column<long> c, Int128 number): c.Append((long)number); break;
                case (Column<Int128> c, Int128 number): c.Append(number); break;
                case (Column<double> c, double number): c.Append(number); break;
                case (Column<Interval> c, Interval interval): c.Append(interval); break;
                case (TextColumn c, string text): c.Append(Encoding.Latin1.GetBytes(text)); break;
                default: throw new InvalidOperationException($"{value} in {type}");
            }
        }
        return column;
    }

    /// <summary>The value of a row, as <see cref="Value"/> makes them.</summary>
    public static object? Read(Column column, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            Column<byte> c => c[row] != 0,
            Column<int> c => c[row],
            Column<long> c when column.Type.Kind == TypeKind.Decimal => (Int128)c[row],
            Column<long> c => c[row],
            Column<double> c => c[row],
            Column<Int128> c => c[row],
            Column<Interval> c => c[row],
            _ => Encoding.Latin1.GetString(((TextColumn)column)[row]),
        };
    }
}
