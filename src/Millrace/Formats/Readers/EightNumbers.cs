using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Formats.Readers;

/// <summary>Numbers of eight rows at once: the twin of <see cref="Numbers"/>' fast methods in vectors of 512 bits, some 10 instructions a row in place of 40.</summary>
/// <remarks>
/// Digits stand in 64-bit lanes, right-aligned, the most significant in the lowest byte; a minus becomes the digit 0. Each method says which rows it could not do: bit i of what it returns stands for row i, whose
/// value is then undefined. Whatever it can do, it does as the scalar method does.
/// </remarks>
static class EightNumbers
{
    /// <summary>Rows that are done at once.</summary>
    public const int Rows = 8;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512CD.IsSupported;

    /// <summary>Where eight values lie.</summary>
    /// <param name="Starts">Their first bytes.</param>
    /// <param name="Lengths">Their bytes.</param>
    /// <param name="Odd">All ones where a slice is NULL or has escapes.</param>
    public readonly record struct Places(Vector512<ulong> Starts, Vector512<ulong> Lengths, Vector512<ulong> Odd);

    /// <summary>The first byte of the value that lies furthest behind must be followed by 32 more; false if it is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Find(ref Slice slices, int last, out Places places)
    {
        var pairs = Vector512.LoadUnsafe(ref Unsafe.As<Slice, ulong>(ref slices)); // start, then length and kind
        var starts = pairs & Vector512.Create(0xFFFF_FFFFUL);
        var kinds = pairs >> 32;
        // Bare and Quoted are 1 and 2: one less has bit 1 clear.
        var odd = ~Vector512.Equals((kinds - Vector512<ulong>.One) & Vector512.Create(2UL), Vector512<ulong>.Zero);
        places = new(starts, kinds >> 2, odd);
        return last >= 0 && Vector512.LessThanOrEqualAll(starts, Vector512.Create((ulong)last));
    }

    /// <summary>An optional minus and digits, 8 bytes at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Short(ref byte bytes, ref Slice slices, in Places places, out Vector512<long> values)
    {
        var words = Words(ref bytes, ref slices, 0) ^ Zeros;
        var minus = Minus(words);
        words = Avx512F.ShiftLeftLogicalVariable(Vector512.AndNot(words, minus & Vector512.Create(0xFFUL)), Vector512.Create(64UL) - (places.Lengths << 3));
        values = Signed(Join(words).AsInt64(), minus.AsInt64());
        // The minus counts -1 as a mask.
        var digits = places.Lengths + minus;
        return Bits(places.Odd | NoDigits(words) | Beyond(digits, places.Lengths, 8));
    }

    /// <summary>An optional minus and digits, 16 bytes at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Long(ref byte bytes, ref Slice slices, in Places places, out Vector512<long> values)
    {
        var first = Words(ref bytes, ref slices, 0) ^ Zeros;
        var second = Words(ref bytes, ref slices, 8) ^ Zeros;
        var minus = Minus(first);
        first = Vector512.AndNot(first, minus & Vector512.Create(0xFFUL));
        // A shift of 128 bits; the processor takes counts of 64 and more, and negative ones, as "all out".
        var shift = Vector512.Create(128UL) - (places.Lengths << 3);
        var low = Avx512F.ShiftLeftLogicalVariable(second, shift)
            | Avx512F.ShiftRightLogicalVariable(first, Vector512.Create(64UL) - shift)
            | Avx512F.ShiftLeftLogicalVariable(first, shift - Vector512.Create(64UL));
        var high = Avx512F.ShiftLeftLogicalVariable(first, shift);
        var sum = Avx512F.Multiply(Join(high).AsUInt32(), Vector512.Create(100_000_000UL).AsUInt32()) + Join(low);
        values = Signed(sum.AsInt64(), minus.AsInt64());
        return Bits(places.Odd | NoDigits(low) | NoDigits(high) | Beyond(places.Lengths + minus, places.Lengths, 16));
    }

    /// <summary>An optional minus and digits with a point between or none, 8 bytes at most: the number without its point and sign, and how many digits stand behind the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Fixed(ref byte bytes, ref Slice slices, in Places places, out Vector512<long> digits, out Vector512<ulong> decimals, out Vector512<ulong> minus)
    {
        var words = Words(ref bytes, ref slices, 0) ^ Zeros;
        minus = Minus(words);
        words = Avx512F.ShiftLeftLogicalVariable(Vector512.AndNot(words, minus & Vector512.Create(0xFFUL)), Vector512.Create(64UL) - (places.Lengths << 3));
        var points = Vector512.Equals(words.AsByte(), Vector512.Create((byte)('.' ^ '0'))).AsUInt64();
        var point = points & (Vector512<ulong>.Zero - points); // its lowest bit
        decimals = Avx512CD.LeadingZeroCount(point) >> 3;      // 8 without a point
        // Bytes before the point move up by one over it; those behind it stay.
        var before = point - Vector512<ulong>.One;
        var moved = (words & before) << 8 | Vector512.AndNot(words, before << 8 | Vector512.Create(0xFFUL));
        var hasNone = Vector512.Equals(points, Vector512<ulong>.Zero);
        words = Vector512.ConditionalSelect(hasNone, words, moved);
        digits = Join(words).AsInt64();
        // ".5" and "5." are left to the slow path: on both sides of a point stands a digit.
        var whole = places.Lengths + minus - Vector512<ulong>.One - decimals;
        var bare = Vector512.AndNot(Vector512.Equals(decimals, Vector512<ulong>.Zero) | Vector512.LessThanOrEqual(whole.AsInt64(), Vector512<long>.Zero).AsUInt64(), hasNone);
        return Bits(places.Odd | NoDigits(words) | bare | Beyond(places.Lengths + minus, places.Lengths, 8));
    }

    /// <summary>Short decimals as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Doubles(ref byte bytes, ref Slice slices, in Places places, out Vector512<double> values)
    {
        var failed = Fixed(ref bytes, ref slices, places, out var digits, out var decimals, out var minus);
        var powers = Avx512F.PermuteVar8x64(Vector512.Create(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7), (decimals & Vector512.Create(7UL)).AsInt64());
        values = ((Vector512.ConvertToDouble(digits) / powers).AsUInt64() | minus << 63).AsDouble();
        // -0 keeps its sign on the slow path.
        return failed | Bits(Vector512.Equals(digits, Vector512<long>.Zero).AsUInt64() & minus);
    }

    /// <summary>Gives a number its sign: where the mask is all ones it is negated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Signed(Vector512<long> values, Vector512<long> minus) => (values ^ minus) - minus;

    /// <summary>One bit for each lane that is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(Vector512<ulong> lanes) => (uint)lanes.ExtractMostSignificantBits();

    static Vector512<ulong> Zeros => Vector512.Create((byte)'0').AsUInt64();

    // Eight bytes of each value, from an offset on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Words(ref byte bytes, ref Slice slices, int offset)
    {
        ref var from = ref Unsafe.Add(ref bytes, offset);
        return Vector512.Create(
            Word(ref from, ref slices, 0), Word(ref from, ref slices, 1), Word(ref from, ref slices, 2), Word(ref from, ref slices, 3),
            Word(ref from, ref slices, 4), Word(ref from, ref slices, 5), Word(ref from, ref slices, 6), Word(ref from, ref slices, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Word(ref byte from, ref Slice slices, int row) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, (nuint)(uint)Unsafe.Add(ref slices, row).Start));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Minus(Vector512<ulong> words) => Vector512.Equals(words & Vector512.Create(0xFFUL), Vector512.Create((ulong)('-' ^ '0')));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> NoDigits(Vector512<ulong> words) => ~Vector512.Equals((words | words + Vector512.Create(0x7676_7676_7676_7676UL)) & Vector512.Create(0x8080_8080_8080_8080UL), Vector512<ulong>.Zero);

    // Not a digit, or too long a text.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Beyond(Vector512<ulong> digits, Vector512<ulong> lengths, ulong most) =>
        Vector512.GreaterThan(digits - Vector512<ulong>.One, Vector512.Create(most)) | Vector512.GreaterThan(lengths, Vector512.Create(most));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Join(Vector512<ulong> words)
    {
        var pairs = Avx512BW.MultiplyAddAdjacent(words.AsByte(), Vector512.Create((ushort)0x010A).AsSByte());      // · 10 + 1
        var fours = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create(0x0001_0064).AsInt16()).AsUInt64();       // · 100 + 1
        return Avx512F.Multiply(fours.AsUInt32(), Vector512.Create(10_000UL).AsUInt32()) + (fours >> 32);
    }
}
