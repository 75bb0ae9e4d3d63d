using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Sketches.Hashing;

namespace Millrace.Sketches.Hll;

/// <summary>What a sketch keeps of an item: 26 bits of its hash that pick a register, and above them how many zeros the other half starts with, plus 1.</summary>
static class Coupon
{
    /// <summary>How many bits pick a register.</summary>
    public const int KeyBits = 26;

    /// <summary>No item has this coupon.</summary>
    public const uint Empty = 0;

    /// <summary>Most items that <see cref="FromMany"/> takes at once.</summary>
    public const int BatchSize = 64;

    const ulong KeyMask = (1 << KeyBits) - 1;

    /// <summary>The coupon of a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint From(ulong h1, ulong h2) => (uint)(h1 & KeyMask) | (uint)Math.Min(BitOperations.LeadingZeroCount(h2) + 1, 63) << KeyBits;

    /// <summary>The bits that pick a register.</summary>
    public static uint Key(uint coupon) => coupon & (uint)KeyMask;

    /// <summary>The value for the register, 1 to 63.</summary>
    public static int Value(uint coupon) => (int)(coupon >> KeyBits);

    /// <summary>The coupon of a register and a value.</summary>
    public static uint Of(int register, int value) => (uint)register | (uint)value << KeyBits;

    /// <summary>Room of a hash table that is at most 3/4 full, as a power of 2.</summary>
    public static int LgRoom(int count)
    {
        var room = BitOperations.RoundUpToPowerOf2((uint)count);
        return BitOperations.Log2(count * 4L > room * 3L ? room * 2 : room);
    }

    /// <summary>The coupons of up to <see cref="BatchSize"/> integers, hashed eight at once where the machine can.</summary>
    public static void FromMany(ReadOnlySpan<ulong> items, Span<uint> coupons)
    {
        Debug.Assert(items.Length <= coupons.Length, "There is room for each coupon.");
        var i = 0;
        if (Vector512.IsHardwareAccelerated && Avx512CD.IsSupported)
        {
            for (; i <= items.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                var h1 = MurmurHash3.Hash(Vector512.Create(items[i..]), HashSeed.Default, out var h2);
                var values = Vector512.Min(Avx512CD.LeadingZeroCount(h2) + Vector512<ulong>.One, Vector512.Create(63UL));
                var wide = (h1 & Vector512.Create(KeyMask)) | (values << KeyBits);
                Avx512F.ConvertToVector256UInt32(wide).CopyTo(coupons[i..]);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= items.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
            {
                var h1 = MurmurHash3.Hash(Vector256.Create(items[i..]), HashSeed.Default, out var h2);
                for (var lane = 0; lane < Vector256<ulong>.Count; lane++) coupons[i + lane] = From(h1[lane], h2[lane]);
            }
        }
        for (; i < items.Length; i++)
        {
            var h1 = MurmurHash3.Hash(items[i], HashSeed.Default, out var h2);
            coupons[i] = From(h1, h2);
        }
    }
}
