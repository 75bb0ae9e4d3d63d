using System.Diagnostics;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;
using Millrace.Sketches.Theta;

namespace Millrace.Sketches.Tuple;

/// <summary>A tuple sketch that does not change any more: what set operations take and give, and what images hold.</summary>
/// <remarks>Safe to read by several threads.</remarks>
public sealed class CompactTupleSketch : IDistinctSketch
{
    const int ReadOnlyFlag = 2, EmptyFlag = 4, CompactFlag = 8, OrderedFlag = 16;

    readonly ulong[] _hashes;
    readonly double[] _sums;

    internal CompactTupleSketch(bool isEmpty, bool isOrdered, ushort seedHash, ulong theta, ulong[] hashes, double[] sums)
    {
        IsEmpty = isEmpty;
        IsOrdered = isOrdered || hashes.Length <= 1;
        SeedHash = seedHash;
        ThetaBits = theta;
        _hashes = hashes;
        _sums = sums;
    }

    /// <summary>Whether no item was ever added.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether items are sorted by their hashes.</summary>
    public bool IsOrdered { get; }

    /// <summary>The 16 bits that stand for the seed of the hash.</summary>
    public ushort SeedHash { get; }

    /// <summary>Theta as a hash of 63 bits: all kept hashes are less.</summary>
    public ulong ThetaBits { get; }

    /// <summary>Which share of all items are kept, above 0 and at most 1.</summary>
    public double Theta => ThetaBits / (double)ThetaTable.MaxTheta;

    /// <summary>Whether estimates are none but exact.</summary>
    public bool IsEstimate => ThetaBits < ThetaTable.MaxTheta && !IsEmpty;

    /// <summary>How many items are kept.</summary>
    public int Count => _hashes.Length;

    /// <summary>The hashes of the items that are kept.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    /// <summary>Their sums.</summary>
    public ReadOnlySpan<double> Sums => _sums;

    /// <inheritdoc/>
    public double Estimate => Count / Theta;

    /// <summary>The sum of all numbers, estimated from those of the items that are kept.</summary>
    public double TotalEstimate
    {
        get
        {
            var total = 0.0;
            foreach (var sum in _sums) total += sum;
            return total / Theta;
        }
    }

    /// <inheritdoc/>
    public Estimate Bounds(int deviations)
    {
        Deviations.Require(deviations);
        return IsEmpty ? default : BinomialBounds.Of(Count, ThetaBits, deviations);
    }

    /// <summary>The items whose sums pass a test; count and total of the result are estimates for all such items.</summary>
    public CompactTupleSketch Where(Predicate<double> test)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Take(IsOrdered, ThetaBits, _hashes, _sums, (_, sum) => test(sum) ? sum : null);
    }

    /// <summary>The items that are in both, with the sums of both.</summary>
    /// <exception cref="ArgumentException">The two have different hash seeds.</exception>
    public CompactTupleSketch Intersect(CompactTupleSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsEmpty || other.IsEmpty) return new CompactTupleSketch(isEmpty: true, isOrdered: true, SeedHash, ThetaTable.MaxTheta, [], []);
        Require(other);
        var sums = other.ByHash();
        return Take(IsOrdered, Math.Min(ThetaBits, other.ThetaBits), _hashes, _sums, (hash, sum) => sums.TryGetValue(hash, out var there) ? sum + there : null);
    }

    /// <summary>The items that are here and not in another, with the sums here.</summary>
    /// <exception cref="ArgumentException">The two have different hash seeds.</exception>
    public CompactTupleSketch Except(CompactTupleSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsEmpty || other.IsEmpty) return this;
        Require(other);
        var sums = other.ByHash();
        return Take(IsOrdered, Math.Min(ThetaBits, other.ThetaBits), _hashes, _sums, (hash, sum) => sums.ContainsKey(hash) ? null : sum);
    }

    void Require(CompactTupleSketch other)
    {
        if (SeedHash != other.SeedHash) throw new ArgumentException($"The sketches have different hash seeds: their 16 bits are 0x{SeedHash:X4} here and 0x{other.SeedHash:X4} there.");
    }

    Dictionary<ulong, double> ByHash()
    {
        var sums = new Dictionary<ulong, double>(Count);
        for (var i = 0; i < _hashes.Length; i++) sums[_hashes[i]] = _sums[i];
        return sums;
    }

    CompactTupleSketch Take(bool isOrdered, ulong theta, ulong[] hashes, double[] sums, Func<ulong, double, double?> take)
    {
        var takenHashes = new List<ulong>(hashes.Length);
        var takenSums = new List<double>(hashes.Length);
        for (var i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] >= theta || take(hashes[i], sums[i]) is not { } sum) continue;
            takenHashes.Add(hashes[i]);
            takenSums.Add(sum);
        }
        return new CompactTupleSketch(takenHashes.Count == 0 && theta == ThetaTable.MaxTheta, isOrdered, SeedHash, theta, [.. takenHashes], [.. takenSums]);
    }

    /// <summary>The image: the preamble of theta, then a hash and a double for each item.</summary>
    public byte[] Save()
    {
        Debug.Assert(IsEmpty || IsEstimate || Count > 0, "A sketch that is not empty and keeps no items is an estimate.");
        var words = IsEstimate ? 3 : Count > 1 ? 2 : 1;
        var writer = new ImageWriter(8 * words + 16 * Count);
        Preamble.Write(ref writer, words, version: 3, Family.Tuple);
        writer.Byte(1); // the type: compact
        writer.Skip(1);
        writer.Byte(ReadOnlyFlag | CompactFlag | (IsEmpty ? EmptyFlag : 0) | (IsOrdered ? OrderedFlag : 0));
        writer.UInt16(SeedHash);
        if (words > 1)
        {
            writer.Int32(Count);
            writer.Skip(4);
        }
        if (words > 2) writer.UInt64(ThetaBits);
        for (var i = 0; i < _hashes.Length; i++)
        {
            writer.UInt64(_hashes[i]);
            writer.Double(_sums[i]);
        }
        return writer.Finish();
    }

    /// <summary>The sketch that an image describes.</summary>
    /// <param name="image">The image. It is copied, not kept.</param>
    /// <param name="seed">The seed of the hash that it was made with.</param>
    /// <exception cref="SketchFormatException">The image is damaged, of another kind or of another seed.</exception>
    public static CompactTupleSketch Load(ReadOnlySpan<byte> image, ulong seed = 9001)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Tuple);
        SketchFormatException.ThrowUnless(preamble.Version is 1 or 3, $"The image has version {preamble.Version}; 1 and 3 are understood.");
        SketchFormatException.ThrowUnless(preamble.Length is >= 1 and <= 3, $"The preamble has {preamble.Length} words; it has 1 to 3.");
        var type = reader.Byte();
        // 5 was the type of the first version.
        SketchFormatException.ThrowUnless(type is 1 or 5, $"The image is of type {type}; 1 is a compact sketch.");
        reader.Skip(1);
        var flags = reader.Byte();
        var seedHash = reader.UInt16();
        if ((flags & EmptyFlag) != 0) return new CompactTupleSketch(isEmpty: true, isOrdered: true, seedHash, ThetaTable.MaxTheta, [], []);
        HashSeed.Require(seedHash, seed);
        var count = 1;
        var theta = ThetaTable.MaxTheta;
        if (preamble.Length > 1)
        {
            count = reader.Int32();
            reader.Skip(4);
        }
        if (preamble.Length > 2) theta = reader.UInt64();
        SketchFormatException.ThrowUnless(theta is > 0 and <= ThetaTable.MaxTheta, $"Theta is {theta}; it is above 0 and below 2^63.");
        reader.Require(count, 16);
        var hashes = new ulong[count];
        var sums = new double[count];
        for (var i = 0; i < count; i++)
        {
            hashes[i] = reader.UInt64();
            sums[i] = reader.Double();
        }
        var isOrdered = (flags & OrderedFlag) != 0;
        RequireOrder(isOrdered ? hashes : [.. hashes.Order()], theta);
        return new CompactTupleSketch(count == 0 && theta == ThetaTable.MaxTheta, isOrdered, seedHash, theta, hashes, sums);
    }

    static void RequireOrder(ReadOnlySpan<ulong> hashes, ulong theta)
    {
        var last = 0UL;
        foreach (var hash in hashes)
        {
            if (hash <= last || hash >= theta) ThetaImage.ThrowOrder();
            last = hash;
        }
    }
}
