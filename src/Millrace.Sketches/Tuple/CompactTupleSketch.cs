using Millrace.Sketches.Hashing;
using Millrace.Sketches.Theta;

namespace Millrace.Sketches.Tuple;

/// <summary>A tuple sketch that does not change any more: what set operations take and give, and what images hold.</summary>
/// <remarks>Safe to read by several threads.</remarks>
public sealed partial class CompactTupleSketch : IDistinctSketch
{
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
        if (IsEmpty || other.IsEmpty) return Empty(SeedHash);
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
}
