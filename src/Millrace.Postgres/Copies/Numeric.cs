using System.Buffers.Binary;

namespace Millrace.Postgres.Copies;

/// <summary>numeric as PostgreSQL sends it: four 16-bit numbers (digits, weight of the first, sign, scale), then digits to the base 10,000.</summary>
static class Numeric
{
    const ushort Negative = 0x4000;

    /// <summary>Bytes of a value at most.</summary>
    public const int BytesMax = 8 + 2 * 22;

    static readonly Int128[] s_powers = Powers();

    static Int128[] Powers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }

    /// <summary>Writes a scaled integer.</summary>
    /// <returns>How many bytes.</returns>
    public static int Write(Int128 value, int scale, Span<byte> target)
    {
        Span<ushort> digits = stackalloc ushort[22]; // from the last to the first
        var count = 0;
        var left = (UInt128)(value < 0 ? -value : value);
        var last = 0; // the weight of the last digit
        if (scale % 4 is > 0 and var odd)
        {
            // The last digits of the scale do not fill a digit to the base 10,000.
            var power = (UInt128)s_powers[odd];
            var digit = left % power;
            left /= power;
            digits[count++] = (ushort)(digit * (UInt128)s_powers[4 - odd]);
        }
        last = -((scale + 3) / 4);
        if (left <= ulong.MaxValue)
            for (var small = (ulong)left; small > 0; small /= 10_000) digits[count++] = (ushort)(small % 10_000);
        else
            for (; left > 0; left /= 10_000) digits[count++] = (ushort)(left % 10_000);
        var first = 0;
        while (first < count && digits[first] == 0) first++;
        while (count > first && digits[count - 1] == 0) count--;
        var written = count - first;
        BinaryPrimitives.WriteInt16BigEndian(target, (short)written);
        BinaryPrimitives.WriteInt16BigEndian(target[2..], (short)(written == 0 ? 0 : last + count - 1));
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], value < 0 ? Negative : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(target[6..], (short)scale);
        for (var i = 0; i < written; i++) BinaryPrimitives.WriteUInt16BigEndian(target[(8 + i * 2)..], digits[count - 1 - i]);
        return 8 + written * 2;
    }

    /// <summary>Reads a scaled integer; null where the value is NaN or infinite, has more digits behind the point than the scale, or more in all than the precision.</summary>
    public static Int128? Read(ReadOnlySpan<byte> source, int precision, int scale)
    {
        int count = BinaryPrimitives.ReadInt16BigEndian(source), weight = BinaryPrimitives.ReadInt16BigEndian(source[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(source[4..]);
        if (sign is not (0 or Negative)) return null;
        Int128 value = 0;
        var most = s_powers[precision];
        for (var i = 0; i < count; i++)
        {
            Int128 digit = BinaryPrimitives.ReadUInt16BigEndian(source[(8 + i * 2)..]);
            var power = (weight - i) * 4 + scale;
            if (power >= 0)
            {
                if (power >= s_powers.Length) return null;
                if (digit >= most / s_powers[power] + 1) return null;
                digit *= s_powers[power];
            }
            else
            {
                if (power <= -4) return digit == 0 ? value : null;
                if (digit % s_powers[-power] != 0) return null;
                digit /= s_powers[-power];
            }
            value += digit;
            if (value >= most) return null;
        }
        return sign == Negative ? -value : value;
    }
}
