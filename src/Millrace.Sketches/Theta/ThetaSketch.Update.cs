using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Millrace.Sketches.Hashing;

namespace Millrace.Sketches.Theta;

public sealed partial class ThetaSketch : ISketch<ThetaSketch, long>
{
    /// <inheritdoc/>
    public void Update(long item) => Update((ulong)item);

    /// <summary>Adds an integer; the same item as the signed one with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(ulong item) => UpdateHash(MurmurHash3.Hash(item, Seed, out _) >> 1);

    /// <summary>Adds a number. -0 is 0, and all NaN are one.</summary>
    public void Update(double item) => Update(Canonical.Bits(item));

    /// <summary>Adds bytes, such as text in UTF-8. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item)
    {
        if (!item.IsEmpty) UpdateHash(MurmurHash3.Hash(item, Seed, out _) >> 1);
    }

    /// <summary>Adds text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item)
    {
        if (!item.IsEmpty) UpdateHash(Text.Murmur(item, Seed, out _) >> 1);
    }

    /// <summary>Adds text as Apache Druid hashes it: by its UTF-16 units. Another item than the same text in UTF-8.</summary>
    public void UpdateUtf16(ReadOnlySpan<char> item)
    {
        if (!item.IsEmpty) UpdateHash(Text.MurmurUtf16(item, Seed, out _) >> 1);
    }

    /// <summary>Adds integers, hashed several at once.</summary>
    public void Update(ReadOnlySpan<long> items) => Update(MemoryMarshal.Cast<long, ulong>(items));

    /// <summary>Adds integers, hashed several at once.</summary>
    public void Update(ReadOnlySpan<ulong> items)
    {
        if (items.IsEmpty) return;
        IsEmpty = false;
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= items.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                var hashes = MurmurHash3.Hash(Vector512.Create(items[i..]), Seed, out _) >>> 1;
                // Nearly always none is below theta once a sketch has seen many times K items.
                var below = Vector512.LessThan(hashes, Vector512.Create(_theta)).ExtractMostSignificantBits();
                for (; below != 0; below &= below - 1) AddBelow(hashes[BitOperations.TrailingZeroCount(below)]);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= items.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
            {
                var hashes = MurmurHash3.Hash(Vector256.Create(items[i..]), Seed, out _) >>> 1;
                var below = Vector256.LessThan(hashes, Vector256.Create(_theta)).ExtractMostSignificantBits();
                for (; below != 0; below &= below - 1) AddBelow(hashes[BitOperations.TrailingZeroCount(below)]);
            }
        }
        for (; i < items.Length; i++) UpdateHash(MurmurHash3.Hash(items[i], Seed, out _) >> 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void UpdateHash(ulong hash)
    {
        IsEmpty = false;
        if (hash < _theta) AddBelow(hash);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void AddBelow(ulong hash)
    {
        // Theta may have fallen since the vector was compared.
        if (hash < _theta) Take(hash);
    }
}
