using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace Millrace.Cassandra.Cql;

/// <summary>Values as people read them: every type of CQL as a text, collections in CQL's own brackets.</summary>
static class CqlValue
{
    /// <summary>A value as text.</summary>
    /// <exception cref="CqlException">The bytes are none of that type.</exception>
    public static string Text(CqlType type, ReadOnlySpan<byte> value)
    {
        var reader = new CqlReader(value);
        switch (type.Kind)
        {
            case CqlKind.Ascii or CqlKind.Text or CqlKind.Varchar: return Encoding.UTF8.GetString(value);
            case CqlKind.Boolean: return reader.Byte() != 0 ? "true" : "false";
            case CqlKind.TinyInt: return ((sbyte)reader.Byte()).ToString(CultureInfo.InvariantCulture);
            case CqlKind.SmallInt: return ((short)reader.Short()).ToString(CultureInfo.InvariantCulture);
            case CqlKind.Int: return reader.Int().ToString(CultureInfo.InvariantCulture);
            case CqlKind.BigInt or CqlKind.Counter: return reader.Long().ToString(CultureInfo.InvariantCulture);
            case CqlKind.Float: return BitConverter.Int32BitsToSingle(reader.Int()).ToString(CultureInfo.InvariantCulture);
            case CqlKind.Double: return BitConverter.Int64BitsToDouble(reader.Long()).ToString(CultureInfo.InvariantCulture);
            case CqlKind.Varint: return new BigInteger(value, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
            case CqlKind.Decimal: return Decimal(reader.Int(), new(reader.Raw(reader.Remaining), isBigEndian: true));
            case CqlKind.Timestamp: return Moment(reader.Long());
            case CqlKind.Date: return Day((long)(uint)reader.Int() - (1L << 31));
            case CqlKind.Time: return TimeOfDay(reader.Long());
            case CqlKind.Uuid or CqlKind.TimeUuid: return new Guid(reader.Raw(16), bigEndian: true).ToString();
            case CqlKind.Inet: return value.Length is 4 or 16 ? new IPAddress(value).ToString() : throw CqlException.Protocol($"an address has {value.Length} bytes.");
            case CqlKind.List: return Collection(type, ref reader, '[', ']');
            case CqlKind.Set: return Collection(type, ref reader, '{', '}');
            case CqlKind.Map: return Map(type, ref reader);
            case CqlKind.Tuple or CqlKind.Udt: return Fields(type, ref reader);
            default: return "0x" + Convert.ToHexStringLower(value);
        }
    }

    static string Part(CqlType type, ref CqlReader reader)
    {
        var value = reader.Bytes(out var isNull);
        if (isNull) return "null";
        var text = Text(type, value);
        return type.Kind is CqlKind.Ascii or CqlKind.Text or CqlKind.Varchar ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;
    }

    static string Collection(CqlType type, ref CqlReader reader, char open, char close)
    {
        var text = new StringBuilder().Append(open);
        var count = reader.Count(reader.Int(), 4);
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ", ").Append(Part(type.Parts[0], ref reader));
        return text.Append(close).ToString();
    }

    static string Map(CqlType type, ref CqlReader reader)
    {
        var text = new StringBuilder("{");
        var count = reader.Count(reader.Int(), 8);
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ", ").Append(Part(type.Parts[0], ref reader)).Append(": ").Append(Part(type.Parts[1], ref reader));
        return text.Append('}').ToString();
    }

    static string Fields(CqlType type, ref CqlReader reader)
    {
        var isUdt = type.Kind == CqlKind.Udt;
        var text = new StringBuilder(isUdt ? "{" : "(");
        // Fields that were added to a type later are missing in older values.
        for (var i = 0; i < type.Parts.Length; i++)
            text.Append(i == 0 ? "" : ", ").Append(isUdt ? type.Names[i] + ": " : "").Append(reader.Remaining == 0 ? "null" : Part(type.Parts[i], ref reader));
        return text.Append(isUdt ? '}' : ')').ToString();
    }

    static string Decimal(int scale, BigInteger unscaled)
    {
        // A scale is any 32-bit number on the wire; digits are written out only where they can be meant.
        if (scale is < 0 or > 1000) return $"{unscaled.ToString(CultureInfo.InvariantCulture)}E{-(long)scale}";
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled.Sign < 0 ? "-" : "") + (scale == 0 ? digits : digits.Insert(digits.Length - scale, "."));
    }

    const long FirstMs = -62_135_596_800_000, LastMs = 253_402_300_799_999; // years 1 to 9999

    static string Moment(long ms) =>
        ms is < FirstMs or > LastMs ? $"{ms} ms" : DateTime.UnixEpoch.AddMilliseconds(ms).ToString(ms % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    static string Day(long days) => days is < FirstMs / 86_400_000 or > LastMs / 86_400_000 ? $"{days} days" : DateTime.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string TimeOfDay(long nanoseconds) =>
        nanoseconds is < 0 or >= 86_400_000_000_000 ? $"{nanoseconds} ns" : TimeSpan.FromTicks(nanoseconds / 100).ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture) + $".{nanoseconds % 1_000_000_000:D9}";
}
