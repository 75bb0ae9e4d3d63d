using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Data;

namespace Millrace.Expressions.Kernels;

/// <summary>Between BOOLEAN values (a byte a row), bitmaps (a bit a row) and row indexes.</summary>
internal static class Masks
{
    /// <summary>Bit i is set where byte i is not 0. Bits past the bytes are 0 in the last word.</summary>
    public static void ToBits(ReadOnlySpan<byte> bytes, Span<ulong> bits)
    {
        var words = bytes.Length >> 6;
        for (var w = 0; w < words; w++) bits[w] = Word(bytes, w << 6);
        if ((bytes.Length & 63) != 0) bits[words] = TailWord(bytes, words << 6);
    }

    /// <summary>Byte i is bit i, 0 or 1.</summary>
    public static void ToBytes(ReadOnlySpan<ulong> bits, Span<byte> bytes)
    {
        var i = 0;
        for (; i + 8 <= bytes.Length; i += 8)
            Unsafe.WriteUnaligned(ref bytes[i], Spread((byte)(bits[i >> 6] >> (i & 63))));
        for (; i < bytes.Length; i++) bytes[i] = (byte)(bits[i >> 6] >> i & 1);
    }

    /// <summary>Writes the rows whose byte is not 0 and, where there is a bitmap, whose bit is set; returns how many.</summary>
    public static int Indexes(ReadOnlySpan<byte> truth, ReadOnlySpan<ulong> validity, Span<int> indexes)
    {
        var count = 0;
        for (var start = 0; start < truth.Length; start += 64)
        {
            var word = start + 64 <= truth.Length ? Word(truth, start) : TailWord(truth, start);
            if (!validity.IsEmpty) word &= validity[start >> 6];
            if (word == ulong.MaxValue)
            {
                Sequence(start, indexes.Slice(count, 64));
                count += 64;
                continue;
            }
            for (; word != 0; word &= word - 1) indexes[count++] = start + BitOperations.TrailingZeroCount(word);
        }
        return count;
    }

    /// <summary>The scalar twin of <see cref="Indexes"/>.</summary>
    public static int IndexesOneByOne(ReadOnlySpan<byte> truth, ReadOnlySpan<ulong> validity, Span<int> indexes)
    {
        var count = 0;
        for (var i = 0; i < truth.Length; i++)
            if (truth[i] != 0 && (validity.IsEmpty || Bits.Get(validity, i))) indexes[count++] = i;
        return count;
    }

    /// <summary>target = a and b, byte by byte.</summary>
    public static void And(Span<byte> a, ReadOnlySpan<byte> b)
    {
        var i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count) (new Vector<byte>(a[i..]) & new Vector<byte>(b[i..])).CopyTo(a[i..]);
        for (; i < a.Length; i++) a[i] &= b[i];
    }

    /// <summary>target = a or b, byte by byte.</summary>
    public static void Or(Span<byte> a, ReadOnlySpan<byte> b)
    {
        var i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count) (new Vector<byte>(a[i..]) | new Vector<byte>(b[i..])).CopyTo(a[i..]);
        for (; i < a.Length; i++) a[i] |= b[i];
    }

    /// <summary>target = not a, for bytes 0 and 1.</summary>
    public static void Not(ReadOnlySpan<byte> a, Span<byte> target)
    {
        var i = 0;
        for (; i <= a.Length - Vector<byte>.Count; i += Vector<byte>.Count) (new Vector<byte>(a[i..]) ^ Vector<byte>.One).CopyTo(target[i..]);
        for (; i < a.Length; i++) target[i] = (byte)(a[i] ^ 1);
    }

    static ulong Word(ReadOnlySpan<byte> bytes, int start)
    {
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), start);
        if (Vector512.IsHardwareAccelerated)
            return ~Vector512.Equals(Vector512.LoadUnsafe(ref first), Vector512<byte>.Zero).ExtractMostSignificantBits();
        var low = Vector256.Equals(Vector256.LoadUnsafe(ref first), Vector256<byte>.Zero).ExtractMostSignificantBits();
        var high = Vector256.Equals(Vector256.LoadUnsafe(ref first, 32), Vector256<byte>.Zero).ExtractMostSignificantBits();
        return ~((ulong)high << 32 | low);
    }

    static ulong TailWord(ReadOnlySpan<byte> bytes, int start)
    {
        var word = 0UL;
        for (var i = start; i < bytes.Length; i++)
            if (bytes[i] != 0) word |= 1UL << (i - start);
        return word;
    }

    static ulong Spread(byte bits)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitDeposit(bits, 0x0101_0101_0101_0101);
        var result = 0UL;
        for (var i = 0; i < 8; i++) result |= (ulong)(bits >> i & 1) << 8 * i;
        return result;
    }

    static void Sequence(int start, Span<int> indexes)
    {
        var i = 0;
        var step = new Vector<int>(Vector<int>.Count);
        for (var next = Vector<int>.Indices + new Vector<int>(start); i <= indexes.Length - Vector<int>.Count; i += Vector<int>.Count, next += step)
            next.CopyTo(indexes[i..]);
        for (; i < indexes.Length; i++) indexes[i] = start + i;
    }
}
