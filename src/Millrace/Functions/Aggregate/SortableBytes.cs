using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>Values as bytes whose order is the order of SQL, one after the other, and back: what aggregates over ordered rows keep.</summary>
/// <remarks>
/// A value is a byte that says whether it is NULL (NULLs stand last) and then: integers big-endian with the sign bit turned; doubles likewise, negative ones with all
/// bits turned, NaN above all; intervals by their approximate length, and where they are to be read back then their parts; texts with 00 written as 00 FF, ended by 00 00. Downwards every bit is
/// turned, so NULLs stand first.
/// </remarks>
static class SortableBytes
{
    const byte Value = 1, Null = 2;

    /// <summary>Appends the value of a row.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="column">The column.</param>
    /// <param name="row">The row.</param>
    /// <param name="isDescending">Whether greater values have lesser bytes.</param>
    /// <param name="isLast">Whether it is to be read back, not only compared.</param>
    public static void Put(ByteBuffer target, Column column, int row, bool isDescending, bool isLast)
    {
        var start = target.Length;
        if (column.IsNull(row)) target.Append(Null);
        else
        {
            target.Append(Value);
            PutValue(target, column, row, isLast);
        }
        if (isDescending) Turn(target.Editable[start..]);
    }

    static void PutValue(ByteBuffer target, Column column, int row, bool isLast)
    {
        switch (column)
        {
            case Column<byte> c: target.Append(c[row]); break;
            case Column<int> c: Put(target, (uint)c[row] ^ 0x8000_0000, 4); break;
            case Column<long> c: Put(target, (ulong)c[row] ^ 1UL << 63, 8); break;
            case Column<double> c: Put(target, Ordered(c[row]), 8); break;
            case Column<Int128> c: Put(target, c[row]); break;
            case Column<Interval> c:
                Put(target, c[row].ApproximateMicroseconds);
                if (!isLast) break;
                Put(target, (uint)c[row].Months ^ 0x8000_0000, 4);
                Put(target, (uint)c[row].Days ^ 0x8000_0000, 4);
                break;
            default: Put(target, ((TextColumn)column)[row]); break;
        }
    }

    static void Put(ByteBuffer target, ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        target.Append(bytes[(8 - size)..]);
    }

    static void Put(ByteBuffer target, Int128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(target.Reserve(16), (UInt128)value ^ UInt128.One << 127);
        target.Advance(16);
    }

    static void Put(ByteBuffer target, ReadOnlySpan<byte> text)
    {
        for (var zero = text.IndexOf((byte)0); zero >= 0; zero = text.IndexOf((byte)0))
        {
            target.Append(text[..(zero + 1)]);
            target.Append(0xFF);
            text = text[(zero + 1)..];
        }
        target.Append(text);
        target.Append(0);
        target.Append(0);
    }

    static ulong Ordered(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(Hash64.Canonical(value));
        if (double.IsNaN(value)) return ulong.MaxValue;
        return bits >> 63 == 0 ? bits ^ 1UL << 63 : ~bits;
    }

    /// <summary>A double as it was put.</summary>
    public static double ToDouble(ulong ordered) =>
        ordered == ulong.MaxValue ? double.NaN : BitConverter.UInt64BitsToDouble(ordered >> 63 == 0 ? ~ordered : ordered ^ 1UL << 63);

    /// <summary>Takes a value off the front and appends it, if it is the last, to a column.</summary>
    /// <param name="bytes">What was put; what follows it is left.</param>
    /// <param name="storage">How its column stores it.</param>
    /// <param name="isDescending">As it was put.</param>
    /// <param name="scratch">Room for a text.</param>
    /// <param name="target">Where the last value goes, or null for the others.</param>
    public static void Take(ref ReadOnlySpan<byte> bytes, Storage storage, bool isDescending, ByteBuffer scratch, Column? target)
    {
        var turn = isDescending ? (byte)0xFF : (byte)0;
        var mark = bytes[0] ^ turn;
        bytes = bytes[1..];
        if (mark == Null)
        {
            target?.AppendNull();
            return;
        }
        scratch.Clear();
        var size = storage switch { Storage.Byte => 1, Storage.Int => 4, Storage.Long or Storage.Double => 8, Storage.Int128 => 16, Storage.Interval => target is null ? 16 : 24, _ => -1 };
        if (size < 0) size = TakeText(bytes, turn, scratch);
        else scratch.Append(bytes[..size]);
        bytes = bytes[size..];
        if (target is null) return;
        var value = scratch.Editable;
        if (target is TextColumn text)
        {
            text.Append(value);
            return;
        }
        if (isDescending) Turn(value);
        switch (target)
        {
            case Column<byte> c: c.Append(value[0]); break;
            case Column<int> c: c.Append((int)(BinaryPrimitives.ReadUInt32BigEndian(value) ^ 0x8000_0000)); break;
            case Column<long> c: c.Append((long)(BinaryPrimitives.ReadUInt64BigEndian(value) ^ 1UL << 63)); break;
            case Column<double> c: c.Append(ToDouble(BinaryPrimitives.ReadUInt64BigEndian(value))); break;
            case Column<Int128> c: c.Append(Wide(value)); break;
            default: ((Column<Interval>)target).Append(ToInterval(value)); break;
        }
    }

    static Int128 Wide(ReadOnlySpan<byte> value) => (Int128)(BinaryPrimitives.ReadUInt128BigEndian(value) ^ UInt128.One << 127);

    static Interval ToInterval(ReadOnlySpan<byte> value)
    {
        var months = (int)(BinaryPrimitives.ReadUInt32BigEndian(value[16..]) ^ 0x8000_0000);
        var days = (int)(BinaryPrimitives.ReadUInt32BigEndian(value[20..]) ^ 0x8000_0000);
        return new(months, days, (long)(Wide(value) - ((Int128)months * 30 + days) * Interval.MicrosecondsPerDay));
    }

    // The text without its escapes; returns how many bytes it took with them and its end.
    static int TakeText(ReadOnlySpan<byte> bytes, byte turn, ByteBuffer text)
    {
        for (var i = 0; ; i++)
        {
            var b = (byte)(bytes[i] ^ turn);
            if (b != 0)
            {
                text.Append(b);
                continue;
            }
            if ((bytes[++i] ^ turn) == 0) return i + 1;
            text.Append(0);
        }
    }

    static void Turn(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)~bytes[i];
    }
}
