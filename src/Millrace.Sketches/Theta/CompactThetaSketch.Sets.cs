namespace Millrace.Sketches.Theta;

public sealed partial class CompactThetaSketch
{
    /// <summary>The items that are in both.</summary>
    /// <remarks>Its relative error grows as the intersection gets small beside the sets: about √(union / intersection) / √K.</remarks>
    /// <exception cref="ArgumentException">The two have different hash seeds.</exception>
    public CompactThetaSketch Intersect(CompactThetaSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsEmpty || other.IsEmpty) return Empty(IsEmpty ? other.SeedHash : SeedHash);
        Require(other);
        var theta = Math.Min(ThetaBits, other.ThetaBits);
        var hashes = new ulong[Math.Min(Count, other.Count)];
        var count = Walk(Sorted(), other.Sorted(), theta, hashes, keepCommon: true);
        return Result(theta, hashes, count);
    }

    /// <summary>The items that are here and not in another.</summary>
    /// <exception cref="ArgumentException">The two have different hash seeds.</exception>
    public CompactThetaSketch Except(CompactThetaSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsEmpty || Count > 0 && other.IsEmpty) return this;
        Require(other);
        var theta = Math.Min(ThetaBits, other.ThetaBits);
        var hashes = new ulong[Count];
        var count = Walk(Sorted(), other.Sorted(), theta, hashes, keepCommon: false);
        return Result(theta, hashes, count);
    }

    /// <summary>How alike two sets are: the size of what is in both by the size of what is in either, between 0 and 1, with bounds at two standard deviations.</summary>
    /// <exception cref="ArgumentException">The two have different hash seeds.</exception>
    public Estimate Jaccard(CompactThetaSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other) || IsEmpty && other.IsEmpty) return Sketches.Estimate.Exact(1);
        if (IsEmpty || other.IsEmpty) return default;
        Require(other);
        var union = Union(other);
        if (union.Count == Count && union.Count == other.Count && union.ThetaBits == ThetaBits && union.ThetaBits == other.ThetaBits) return Sketches.Estimate.Exact(1);
        var common = Intersect(other).Intersect(union);
        var of = union.CountBelow(common.ThetaBits);
        return ProportionBounds.Of(of, common.Count, common.IsEmpty ? 1 : common.Theta);
    }

    // The union with as large a K as keeps all hashes.
    CompactThetaSketch Union(CompactThetaSketch other)
    {
        var theta = Math.Min(ThetaBits, other.ThetaBits);
        var a = Sorted();
        var b = other.Sorted();
        var hashes = new ulong[a.Length + b.Length];
        int i = 0, j = 0, count = 0;
        while (true)
        {
            var left = i < a.Length ? a[i] : ulong.MaxValue;
            var right = j < b.Length ? b[j] : ulong.MaxValue;
            var least = Math.Min(left, right);
            if (least >= theta) break;
            hashes[count++] = least;
            if (left == least) i++;
            if (right == least) j++;
        }
        return new CompactThetaSketch(isEmpty: false, isOrdered: true, SeedHash, theta, hashes[..count]);
    }

    int CountBelow(ulong theta)
    {
        var count = 0;
        foreach (var hash in _hashes)
            if (hash < theta) count++;
        return count;
    }

    CompactThetaSketch Result(ulong theta, ulong[] hashes, int count) =>
        new(isEmpty: count == 0 && theta == ThetaTable.MaxTheta, isOrdered: true, SeedHash, theta, count == hashes.Length ? hashes : hashes[..count]);

    void Require(CompactThetaSketch other)
    {
        if (SeedHash != other.SeedHash) throw new ArgumentException($"The sketches have different hash seeds: their 16 bits are 0x{SeedHash:X4} here and 0x{other.SeedHash:X4} there.");
    }

    // Walks two sorted spans side by side up to theta and keeps what is in both, or what is in the first alone.
    static int Walk(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ulong theta, Span<ulong> target, bool keepCommon)
    {
        var count = 0;
        var j = 0;
        foreach (var hash in a)
        {
            if (hash >= theta) break;
            while (j < b.Length && b[j] < hash) j++;
            var isCommon = j < b.Length && b[j] == hash;
            if (isCommon == keepCommon) target[count++] = hash;
        }
        return count;
    }
}
