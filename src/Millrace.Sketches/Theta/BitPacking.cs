using System.Buffers.Binary;

namespace Millrace.Sketches.Theta;

/// <summary>Numbers of 1 to 63 bits in a row, the highest bit of each first, without gaps.</summary>
static class BitPacking
{
    /// <summary>Packs numbers into bytes that are 0.</summary>
    public static void Pack(ReadOnlySpan<ulong> values, int bits, Span<byte> target)
    {
        ulong held = 0; // bits that wait, at the top
        var count = 0;
        var place = 0;
        foreach (var value in values)
        {
            held |= value << 64 - bits >> count;
            var total = count + bits;
            if (total < 64)
            {
                count = total;
                continue;
            }
            BinaryPrimitives.WriteUInt64BigEndian(target[place..], held);
            place += 8;
            count = total - 64;
            held = count == 0 ? 0 : value << 64 - count;
        }
        for (; count > 0; count -= 8, held <<= 8) target[place++] = (byte)(held >> 56);
    }

    /// <summary>Unpacks as many numbers as there is room for.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, int bits, Span<ulong> values)
    {
        var bit = 0L;
        var i = 0;
        // Nine bytes hold any number of up to 63 bits, wherever in a byte it starts.
        for (; i < values.Length; i++, bit += bits)
        {
            var place = (int)(bit >> 3);
            if (place + 9 > packed.Length) break;
            var shift = (int)bit & 7;
            var word = BinaryPrimitives.ReadUInt64BigEndian(packed[place..]) << shift;
            if (shift + bits > 64) word |= (ulong)packed[place + 8] >> 8 - shift;
            values[i] = word >> 64 - bits;
        }
        for (; i < values.Length; i++)
        {
            ulong value = 0;
            for (var j = 0; j < bits; j++, bit++) value = value << 1 | (ulong)packed[(int)(bit >> 3)] >> 7 - ((int)bit & 7) & 1;
            values[i] = value;
        }
    }
}
