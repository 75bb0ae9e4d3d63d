using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Cassandra;

/// <summary>How values of the engine's types are written as those of Cassandra.</summary>
static class Cells
{
    /// <summary>The type that a column gets in a table that we create.</summary>
    public static CqlKind KindOf(DataType type) => type.Kind switch
    {
        TypeKind.Boolean => CqlKind.Boolean,
        TypeKind.Integer => CqlKind.Int,
        TypeKind.BigInt => CqlKind.BigInt,
        TypeKind.Double => CqlKind.Double,
        TypeKind.Decimal => CqlKind.Decimal,
        TypeKind.Timestamp => CqlKind.Timestamp,
        TypeKind.Bytes => CqlKind.Blob,
        _ => CqlKind.Varchar,
    };

    /// <summary>Whether a column of a table that is there can hold a type.</summary>
    public static bool CanStore(DataType type, CqlKind kind) => type.Kind switch
    {
        TypeKind.Boolean => kind is CqlKind.Boolean,
        TypeKind.Integer => kind is CqlKind.Int or CqlKind.BigInt or CqlKind.Varint,
        TypeKind.BigInt => kind is CqlKind.BigInt or CqlKind.Varint,
        TypeKind.Double => kind is CqlKind.Double or CqlKind.Float,
        TypeKind.Decimal => kind is CqlKind.Decimal or CqlKind.Double || kind is CqlKind.Varint && type.Scale == 0,
        TypeKind.Timestamp => kind is CqlKind.Timestamp or CqlKind.BigInt or CqlKind.Date,
        TypeKind.Bytes => kind is CqlKind.Blob,
        TypeKind.Text => kind is CqlKind.Varchar or CqlKind.Text or CqlKind.Ascii or CqlKind.Uuid or CqlKind.TimeUuid,
        _ => kind is CqlKind.Varchar or CqlKind.Text,
    };

    /// <summary>Writes a value that is not NULL, with its length.</summary>
    /// <param name="values">The values.</param>
    /// <param name="row">Which of them.</param>
    /// <param name="column">The column that it goes into.</param>
    /// <param name="to">Where it is written.</param>
    /// <exception cref="ConnectorException">The column cannot hold it.</exception>
    public static void Write(Column values, int row, TableColumn column, CqlWriter to)
    {
        var isKey = column.Role != KeyRole.None;
        switch (values)
        {
            case Column<byte> c:
                to.Int(1);
                to.Byte(c[row]);
                break;
            case Column<int> c: Whole(c[row], column.Kind, to); break;
            case Column<long> c when column.Type.Kind == TypeKind.Timestamp: Time(c[row], column, to); break;
            case Column<long> c when column.Type.Kind == TypeKind.Decimal: Decimal(c[row], column, to); break;
            case Column<long> c: Whole(c[row], column.Kind, to); break;
            case Column<double> c:
                // Values that the engine takes for one must be one key.
                var number = isKey && c[row] == 0 ? 0.0 : c[row];
                if (column.Kind == CqlKind.Double)
                {
                    to.Int(8);
                    BinaryPrimitives.WriteDoubleBigEndian(to.Take(8), double.IsNaN(number) ? double.NaN : number);
                }
                else
                {
                    to.Int(4);
                    BinaryPrimitives.WriteSingleBigEndian(to.Take(4), (float)number);
                }
                break;
            case Column<Int128> c: Decimal(c[row], column, to); break;
            case Column<Interval> c:
                Span<byte> text = stackalloc byte[128];
                to.Bytes(text[..ValueText.FormatInterval(c[row], text)]);
                break;
            case TextColumn c when column.Kind is CqlKind.Uuid or CqlKind.TimeUuid: Uuid(c[row], column, to); break;
            case TextColumn c: to.Bytes(c[row]); break;
            default: throw new UnreachableException();
        }
    }

    static void Whole(long value, CqlKind kind, CqlWriter to)
    {
        switch (kind)
        {
            case CqlKind.Int:
                to.Int(4);
                to.Int((int)value);
                break;
            case CqlKind.BigInt:
                to.Int(8);
                to.Long(value);
                break;
            default: Varint(value, to); break;
        }
    }

    /// <summary>The shortest big-endian number of two's complement, with its length.</summary>
    static void Varint(Int128 value, CqlWriter to)
    {
        Span<byte> bytes = stackalloc byte[16];
        var digits = Shortest(value, bytes);
        to.Bytes(digits);
    }

    static ReadOnlySpan<byte> Shortest(Int128 value, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt128BigEndian(bytes, value);
        var first = 0;
        var sign = (byte)(value < 0 ? 0xFF : 0);
        while (first < 15 && bytes[first] == sign && (bytes[first + 1] & 0x80) == (sign & 0x80)) first++;
        return bytes[first..];
    }

    static void Decimal(Int128 unscaled, TableColumn column, CqlWriter to)
    {
        switch (column.Kind)
        {
            case CqlKind.Double:
                to.Int(8);
                BinaryPrimitives.WriteDoubleBigEndian(to.Take(8), (double)unscaled / Math.Pow(10, column.Type.Scale));
                break;
            case CqlKind.Varint: Varint(unscaled, to); break;
            default:
                Span<byte> bytes = stackalloc byte[16];
                var digits = Shortest(unscaled, bytes);
                to.Int(4 + digits.Length);
                to.Int(column.Type.Scale);
                to.Raw(digits);
                break;
        }
    }

    const long MicrosecondsPerHour = 3_600_000_000, MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    static void Time(long microseconds, TableColumn column, CqlWriter to)
    {
        if (column.Unit.Length > 0) microseconds = Beginning(microseconds, column.Unit);
        var precision = column.Kind switch { CqlKind.Timestamp => 1000, CqlKind.Date => MicrosecondsPerDay, _ => 1 };
        if (column.Role != KeyRole.None && Modulo(microseconds, precision) != 0)
        {
            throw new ConnectorException(Fault.User, $"the key column '{column.Name}' holds {Text(microseconds)}, finer than {CqlType.Of(column.Kind)} in Cassandra can tell apart. " +
                "Round it in the view (date_trunc), or create the table with a bigint column, which takes microseconds.");
        }
        var units = Floor(microseconds, precision);
        if (column.Kind == CqlKind.Date)
        {
            to.Int(4);
            to.Int((int)(units + (1L << 31)));
        }
        else
        {
            to.Int(8);
            to.Long(units);
        }
    }

    static string Text(long microseconds)
    {
        Span<byte> text = stackalloc byte[64];
        return Encoding.UTF8.GetString(text[..ValueText.FormatTimestamp(microseconds, text)]);
    }

    /// <summary>The beginning of the hour, day or month (UTC) of a time.</summary>
    public static long Beginning(long microseconds, string unit)
    {
        if (unit == "hour") return microseconds - Modulo(microseconds, MicrosecondsPerHour);
        var day = Floor(microseconds, MicrosecondsPerDay);
        if (unit == "day") return day * MicrosecondsPerDay;
        // Days since 1970 into a month of the civil calendar, for years far outside what a DateTime can hold as well (eras of 400 years that begin in March).
        var z = day + 719_468;
        var dayOfEra = Modulo(z, 146_097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var month = (5 * dayOfYear + 2) / 153;
        return (day - (dayOfYear - (153 * month + 2) / 5)) * MicrosecondsPerDay;
    }

    static long Floor(long value, long unit) => (value - Modulo(value, unit)) / unit;

    static long Modulo(long value, long unit) => (value % unit + unit) % unit;

    static void Uuid(ReadOnlySpan<byte> text, TableColumn column, CqlWriter to)
    {
        if (!Guid.TryParse(Encoding.UTF8.GetString(text), out var uuid))
            throw new ConnectorException(Fault.User, $"the column '{column.Name}' is {CqlType.Of(column.Kind)} in Cassandra, but a row has '{Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)])}' there.");
        to.Int(16);
        uuid.TryWriteBytes(to.Take(16), bigEndian: true, out _);
    }

    /// <summary>Writes the value that a text stands for, with its length.</summary>
    /// <returns>Whether the text can be one of that type.</returns>
    public static bool TryParse(string text, TableColumn column, CqlWriter to)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (column.Type.Kind)
        {
            case TypeKind.Boolean when ValueText.TryParseBoolean(bytes, out var flag):
                to.Int(1);
                to.Byte((byte)(flag ? 1 : 0));
                return true;
            case TypeKind.Integer or TypeKind.BigInt when ValueText.TryParseLong(bytes, out var number) && (column.Kind != CqlKind.Int || number == (int)number):
                Whole(number, column.Kind, to);
                return true;
            case TypeKind.Double when column.Kind == CqlKind.Double && ValueText.TryParseDouble(bytes, out var number):
                to.Int(8);
                BinaryPrimitives.WriteDoubleBigEndian(to.Take(8), number);
                return true;
            case TypeKind.Decimal when ValueText.TryParseDecimal(bytes, column.Type.Precision, column.Type.Scale, out var number):
                Decimal(number, column, to);
                return true;
            case TypeKind.Timestamp when ValueText.TryParseTimestamp(bytes, out var time):
                Time(time, column, to);
                return true;
            case TypeKind.Text when column.Kind is CqlKind.Uuid or CqlKind.TimeUuid && Guid.TryParse(text, out _):
                Uuid(bytes, column, to);
                return true;
            case TypeKind.Text when column.Kind is CqlKind.Varchar or CqlKind.Text or CqlKind.Ascii:
            case TypeKind.Bytes:
                to.Bytes(bytes);
                return true;
            default:
                return false;
        }
    }
}
