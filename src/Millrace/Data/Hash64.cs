using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Data;

/// <summary>The hash that routes rows to key groups, lanes and topics: 64 bits of the canonical value, the same on every machine.</summary>
/// <remarks>
/// <see cref="Version"/> names the function; it stands in checkpoints, for a change would move every key. Canonical: -0 counts as 0,
/// every NaN as one NaN, all NULLs hash to <see cref="Null"/>. The mix is a folded 64x64 to 128 bit multiplication (as in wyhash and
/// rapidhash); 8 bytes cost about a nanosecond. Not for secrets.
/// </remarks>
public static class Hash64
{
    /// <summary>The version of the function.</summary>
    public const int Version = 1;

    /// <summary>The hash of NULL.</summary>
    public const ulong Null = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Number of key groups.</summary>
    public const int KeyGroups = 256;

    const ulong A = 0xA076_1D64_78BD_642F;
    const ulong B = 0xE703_7ED1_A0B4_28DB;

    /// <summary>The key group of a hash: its top byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KeyGroup(ulong hash) => (int)(hash >> 56);

    /// <summary>The lane that owns a key group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int LaneOf(int keyGroup, int lanes) => keyGroup * lanes / KeyGroups;

    /// <summary>The hash of an integer, timestamp or boolean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(long value) => Mix((ulong)value ^ A, B);

    /// <summary>The hash of a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(double value) => Of(BitConverter.DoubleToInt64Bits(Canonical(value)));

    /// <summary>The hash of a wide integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(Int128 value) => value == (long)value ? Of((long)value) : Mix((ulong)value ^ A, (ulong)(value >> 64) ^ B);

    /// <summary>The hash of an interval.</summary>
    public static ulong Of(Interval value) => Of(value.ApproximateMicroseconds);

    /// <summary>-0 as 0 and every NaN as the same NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Canonical(double value) => double.IsNaN(value) ? double.NaN : value + 0.0;

    /// <summary>The hash of a text or of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var length = bytes.Length;
        var seed = (ulong)length ^ A;
        if (length >= 8)
        {
            var i = 0;
            for (; i + 16 < length; i += 16) seed = Mix(Read64(ref start, i) ^ seed, Read64(ref start, i + 8) ^ B);
            if (i + 8 < length) return Mix(Read64(ref start, i) ^ seed, Read64(ref start, length - 8) ^ B);
            return Mix(Read64(ref start, length - 8) ^ seed, B);
        }
        if (length >= 4) return Mix(Read32(ref start, 0) << 32 | Read32(ref start, length - 4) ^ seed, B ^ (ulong)length);
        if (length == 0) return Mix(seed, B);
        var few = (ulong)start << 16 | (ulong)Unsafe.Add(ref start, length >> 1) << 8 | Unsafe.Add(ref start, length - 1);
        return Mix(few ^ seed, B ^ (ulong)length);
    }

    /// <summary>The hash of a composite key: combine the columns' hashes from left to right, starting with the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Combine(ulong left, ulong right) => Mix(left ^ A, right ^ B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    static ulong Read64(ref byte start, int at)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    static ulong Read32(ref byte start, int at)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
