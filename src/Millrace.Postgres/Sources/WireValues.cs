using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Postgres.Copies;

namespace Millrace.Postgres.Sources;

/// <summary>Values as a table's own types send them, into columns of ours.</summary>
static class WireValues
{
    const uint Bool = 16, Bytea = 17, Name = 19, Int8 = 20, Int2 = 21, Int4 = 23, Text = 25, Json = 114, Xml = 142, Float4 = 700, Float8 = 701, Bpchar = 1042, Varchar = 1043,
        Date = 1082, Timestamp = 1114, Timestamptz = 1184, Interval = 1186, Numeric = 1700, Uuid = 2950, Jsonb = 3802;

    /// <summary>Appends a value that is not NULL.</summary>
    /// <param name="column">Where.</param>
    /// <param name="type">The number of its type.</param>
    /// <param name="value">Its binary form.</param>
    /// <returns>Whether the column's type holds it.</returns>
    public static bool TryAppend(Column column, uint type, ReadOnlySpan<byte> value)
    {
        switch (column)
        {
            case Column<byte> c when type == Bool: c.Append(value[0]); return true;
            case Column<int> c when type == Int4: c.Append(BinaryPrimitives.ReadInt32BigEndian(value)); return true;
            case Column<int> c when type == Int2: c.Append(BinaryPrimitives.ReadInt16BigEndian(value)); return true;
            case Column<double> c when type == Float8: c.Append(BinaryPrimitives.ReadDoubleBigEndian(value)); return true;
            case Column<double> c when type == Float4: c.Append(BinaryPrimitives.ReadSingleBigEndian(value)); return true;
            case Column<double> c when Whole(type, value) is { } n: c.Append(n); return true;
            case Column<long> { Type.Kind: TypeKind.BigInt } c when Whole(type, value) is { } n: c.Append(n); return true;
            case Column<long> or Column<Int128> when column.Type.Kind == TypeKind.Decimal: return TryAppendDecimal(column, type, value);
            case Column<long> { Type.Kind: TypeKind.Timestamp } c when type == Date:
                var days = BinaryPrimitives.ReadInt32BigEndian(value);
                if (days is int.MinValue or int.MaxValue) return false;
                c.Append(days * 86_400_000_000L + CopyWriter.Epoch2000);
                return true;
            case Column<long> { Type.Kind: TypeKind.Timestamp } when type is Timestamp or Timestamptz: return CopyReader.Append(column, value, false);
            case Column<Interval> when type == Interval: return CopyReader.Append(column, value, false);
            case TextColumn c when c.Type.Kind == TypeKind.Bytes && type == Bytea: c.Append(value); return true;
            case TextColumn c when type is Text or Varchar or Bpchar or Name or Json or Xml: c.Append(value); return true;
            case TextColumn c when type == Jsonb: c.Append(value[1..]); return true; // behind its version
            case TextColumn c when type == Uuid: c.Append(Encoding.ASCII.GetBytes(new Guid(value, bigEndian: true).ToString())); return true;
            default: return false;
        }
    }

    static long? Whole(uint type, ReadOnlySpan<byte> value) => type switch
    {
        Int2 => BinaryPrimitives.ReadInt16BigEndian(value),
        Int4 => BinaryPrimitives.ReadInt32BigEndian(value),
        Int8 => BinaryPrimitives.ReadInt64BigEndian(value),
        _ => null,
    };

    static bool TryAppendDecimal(Column column, uint type, ReadOnlySpan<byte> value)
    {
        var (precision, scale) = (column.Type.Precision, column.Type.Scale);
        Int128? number = type == Numeric ? Copies.Numeric.Read(value, precision, scale) : null;
        if (Whole(type, value) is { } whole)
        {
            var power = Int128.Parse("1" + new string('0', scale), CultureInfo.InvariantCulture);
            var most = Int128.Parse("1" + new string('0', precision - scale), CultureInfo.InvariantCulture);
            if (Int128.Abs(whole) < most) number = whole * power;
        }
        if (number is not { } found) return false;
        if (column is Column<long> small) small.Append((long)found);
        else ((Column<Int128>)column).Append(found);
        return true;
    }
}
