using System.Numerics;
using System.Runtime.InteropServices;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Theta;

/// <summary>A theta sketch that does not change any more: what set operations take and give, and what images hold.</summary>
/// <remarks>Safe to read by several threads. See <see cref="ThetaSketch"/> for the idea and its errors.</remarks>
public sealed partial class CompactThetaSketch : IDistinctSketch
{
    readonly ulong[] _hashes;

    internal CompactThetaSketch(bool isEmpty, bool isOrdered, ushort seedHash, ulong theta, ulong[] hashes)
    {
        IsEmpty = isEmpty;
        IsOrdered = isOrdered || hashes.Length <= 1;
        SeedHash = seedHash;
        ThetaBits = theta;
        _hashes = hashes;
    }

    internal static CompactThetaSketch Empty(ushort seedHash) => new(isEmpty: true, isOrdered: true, seedHash, ThetaTable.MaxTheta, []);

    /// <summary>Whether no item was ever added. A sketch of few sampled items may have no hashes and yet not be empty.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether the hashes are sorted.</summary>
    public bool IsOrdered { get; }

    /// <summary>The 16 bits that stand for the seed of the hash.</summary>
    public ushort SeedHash { get; }

    /// <summary>Which share of all items the hashes are, above 0 and at most 1.</summary>
    public double Theta => ThetaBits / (double)ThetaTable.MaxTheta;

    /// <summary>Theta as a hash of 63 bits: all kept hashes are less.</summary>
    public ulong ThetaBits { get; }

    /// <summary>How many hashes are kept.</summary>
    public int Count => _hashes.Length;

    /// <summary>Whether the count is an estimate; else it is exact, short of equal hashes of different items.</summary>
    public bool IsEstimate => ThetaBits < ThetaTable.MaxTheta && !IsEmpty;

    /// <summary>The hashes.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    /// <summary>Bytes of memory that the sketch holds.</summary>
    public long MemorySize => 72 + _hashes.Length * 8L;

    /// <inheritdoc/>
    public double Estimate => Count / Theta;

    /// <inheritdoc/>
    public Estimate Bounds(int deviations)
    {
        Deviations.Require(deviations);
        return IsEmpty ? default : BinomialBounds.Of(Count, ThetaBits, deviations);
    }

    // The hashes in order; a copy if they are not.
    ReadOnlySpan<ulong> Sorted()
    {
        if (IsOrdered) return _hashes;
        var sorted = (ulong[])_hashes.Clone();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The image of version 3, which every language reads.</summary>
    public byte[] Save()
    {
        var words = IsEstimate ? 3 : Count > 1 ? 2 : 1;
        var isSingle = words == 1 && !IsEmpty;
        var writer = new ImageWriter(8 * (words + Count));
        Preamble.Write(ref writer, words, version: 3, Family.CompactTheta);
        writer.Skip(2);
        writer.Byte(ThetaImage.ReadOnlyFlag | ThetaImage.CompactFlag | (IsEmpty ? ThetaImage.EmptyFlag : 0) | (IsOrdered ? ThetaImage.OrderedFlag : 0) | (isSingle ? ThetaImage.SingleFlag : 0));
        writer.UInt16(IsEmpty ? 0 : SeedHash);
        if (words > 1)
        {
            writer.Int32(Count);
            writer.Skip(4);
        }
        if (words > 2) writer.UInt64(ThetaBits);
        writer.All<ulong>(_hashes);
        return writer.Finish();
    }

    /// <summary>The image of version 4, about a third smaller; that of version 3 if hashes are not sorted or hardly any.</summary>
    public byte[] SaveCompressed()
    {
        if (!IsOrdered || Count == 0 || Count == 1 && !IsEstimate) return Save();
        var differences = new ulong[Count];
        ulong last = 0;
        ulong all = 0;
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = _hashes[i] - last;
            last = _hashes[i];
            all |= differences[i];
        }
        var bits = 64 - BitOperations.LeadingZeroCount(all);
        var countBytes = (32 - BitOperations.LeadingZeroCount((uint)Count) + 7) / 8;
        var packed = new byte[((long)Count * bits + 7) / 8];
        BitPacking.Pack(differences, bits, packed);
        var words = IsEstimate ? 2 : 1;
        var writer = new ImageWriter(8 * words + countBytes + packed.Length);
        Preamble.Write(ref writer, words, version: 4, Family.CompactTheta);
        writer.Byte(bits);
        writer.Byte(countBytes);
        writer.Byte(ThetaImage.ReadOnlyFlag | ThetaImage.CompactFlag | ThetaImage.OrderedFlag);
        writer.UInt16(SeedHash);
        if (words > 1) writer.UInt64(ThetaBits);
        for (var i = 0; i < countBytes; i++) writer.Byte(Count >> 8 * i);
        writer.Bytes(packed);
        return writer.Finish();
    }

    /// <summary>The sketch that an image of any version (1 to 4) describes.</summary>
    /// <param name="image">The image. It is copied, not kept.</param>
    /// <param name="seed">The seed of the hash that it was made with.</param>
    /// <exception cref="SketchFormatException">The image is damaged, of another kind or of another seed.</exception>
    public static CompactThetaSketch Load(ReadOnlySpan<byte> image, ulong seed = 9001) => Load(ThetaImage.Parse(image, seed));

    internal static CompactThetaSketch Load(ThetaImage image)
    {
        if (image.IsEmpty) return Empty(image.SeedHash);
        var hashes = GC.AllocateUninitializedArray<ulong>(image.Count);
        if (image.EntryBits == 64)
        {
            image.Entries.CopyTo(MemoryMarshal.AsBytes(hashes.AsSpan()));
            LittleEndian.Turn(hashes.AsSpan());
        }
        else
        {
            BitPacking.Unpack(image.Entries, image.EntryBits, hashes);
            ulong last = 0;
            for (var i = 0; i < hashes.Length; i++) hashes[i] = last += hashes[i];
        }
        var sketch = new CompactThetaSketch(isEmpty: false, image.IsOrdered, image.SeedHash, image.Theta, hashes);
        RequireOrder(sketch.Sorted(), image.Theta);
        return sketch;
    }

    // Rising from above 0 to below theta, so that no hash is there twice.
    static void RequireOrder(ReadOnlySpan<ulong> hashes, ulong theta)
    {
        if (hashes.IsEmpty) return;
        var isRising = hashes[0] > 0 && hashes[^1] < theta;
        var i = 1;
        for (; isRising && i <= hashes.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
            isRising = Vector.LessThanAll(new Vector<ulong>(hashes[(i - 1)..]), new Vector<ulong>(hashes[i..]));
        for (; isRising && i < hashes.Length; i++) isRising = hashes[i - 1] < hashes[i];
        if (!isRising) ThetaImage.ThrowOrder();
    }
}
