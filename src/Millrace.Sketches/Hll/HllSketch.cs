using System.Buffers;

namespace Millrace.Sketches.Hll;

/// <summary>HyperLogLog: counts different items in a few kilobytes, however many there are.</summary>
/// <remarks>
/// <para>
/// K = 2^lgK registers each keep the longest run of leading zeros among the hashes that fall to them. Relative standard error 0.83/√K while items
/// come one by one (1.3 % at lgK 12), 1.04/√K after a merge (1.6 %). A young sketch keeps hashes ("coupons") and is almost exact.
/// Size: K bytes with 8 bits, 3/4 K with 6, about K/2 with 4; images the same and 40 bytes more. Cost: about 4 ns for an integer, 2 ns in spans.
/// Do not use it to intersect sets (Theta does that) or where a hundred items must be counted exactly for ever.
/// </para>
/// <para>Images are those of Apache DataSketches (family 7, hash seed 9001). C++ hashes an unsigned integer of 32 bits or less as its signed twin: pass <c>(int)value</c>.</para>
/// <para>Flajolet, Fusy, Gandouet, Meunier (2007), HyperLogLog; Ting (2014) and Cohen (2014) for the estimator without merges.</para>
/// </remarks>
/// <example>
/// <code>
/// var visitors = new HllSketch(lgK: 12);
/// for (var i = 0; i &lt; 100_000; i++) visitors.Update(i);
/// Console.WriteLine(visitors.Estimate.ToString("F0"));   // 101148
/// </code>
/// </example>
public sealed partial class HllSketch : ISketch<HllSketch>, IDistinctSketch
{
    CouponTable? _coupons;
    Registers? _registers;

    // The registers once more where they have 8 bits, so that the usual case is one check and no virtual call.
    Registers8? _eight;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="lgK">Base-2 logarithm of the number of registers, 4 to 21.</param>
    /// <param name="type">How many bits a register takes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above.</exception>
    public HllSketch(int lgK = 12, HllType type = HllType.Hll8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lgK, MinLgK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lgK, MaxLgK);
        if (type is not (HllType.Hll4 or HllType.Hll6 or HllType.Hll8)) throw new ArgumentOutOfRangeException(nameof(type), type, "A register takes 4, 6 or 8 bits.");
        LgK = lgK;
        Type = type;
        _coupons = new CouponTable();
    }

    HllSketch(int lgK, HllType type, CouponTable? coupons, Registers? registers)
    {
        LgK = lgK;
        Type = type;
        _coupons = coupons;
        _registers = registers;
        _eight = registers as Registers8;
    }

    const int MinLgK = 4;
    const int MaxLgK = 21;

    /// <summary>Base-2 logarithm of the number of registers. Merging a sketch with fewer registers makes it smaller.</summary>
    public int LgK { get; private set; }

    /// <summary>How many bits a register takes.</summary>
    public HllType Type { get; }

    /// <inheritdoc/>
    public bool IsEmpty => _coupons is { Count: 0 };

    /// <inheritdoc/>
    public long MemorySize => 64 + (_coupons is { } coupons ? 48 + coupons.Table.Length * 4L : 104 + _registers!.Bytes.Length + (_registers is Registers4 { Exceptions: { } table } ? 48 + table.Table.Length * 4L : 0));

    /// <inheritdoc/>
    public double Estimate
    {
        get
        {
            if (_registers is null) return HllEstimators.OfCoupons(_coupons!.Count);
            return _registers.IsMerged ? HllEstimators.Composite(_registers) : _registers.Hip;
        }
    }

    /// <summary>The estimate from the state alone, whatever the order in which items came: what a merged sketch gives.</summary>
    public double CompositeEstimate => _registers is null ? HllEstimators.OfCoupons(_coupons!.Count) : HllEstimators.Composite(_registers);

    /// <inheritdoc/>
    public Estimate Bounds(int deviations)
    {
        Deviations.Require(deviations);
        if (_registers is null) return HllEstimators.OfCoupons(_coupons!.Count, deviations);
        var estimate = Estimate;
        _registers.Refresh();
        var lower = estimate / (1 + HllEstimators.RelativeError(isUpper: false, _registers.IsMerged, LgK, deviations));
        var upper = estimate / (1 + HllEstimators.RelativeError(isUpper: true, _registers.IsMerged, LgK, deviations));
        // As many items at least as registers were hit.
        return new Estimate(estimate, Math.Max(lower, _registers.K - _registers.Zeros), upper);
    }

    /// <summary>A sketch of the same items that shares nothing with this one.</summary>
    /// <param name="type">How many bits a register of the new one takes; by default the same.</param>
    public HllSketch Copy(HllType? type = null)
    {
        var target = type ?? Type;
        if (_coupons is not null) return new HllSketch(LgK, target, _coupons.Copy(), null);
        return new HllSketch(LgK, target, null, _registers!.As(target));
    }

    /// <summary>The sketch of the same items that does not tell in which order they came: what merging gives, byte for byte the same for any order and any split of the items.</summary>
    /// <remarks>Coupons stand in the order of their numbers; registers are marked as merged, so the estimate is the composite one.</remarks>
    public HllSketch Unordered()
    {
        if (_coupons is not { } coupons)
        {
            var copy = Copy();
            (copy._registers!.IsMerged, copy._registers.Hip) = (true, 0);
            return copy;
        }
        var sketch = new HllSketch(LgK, Type);
        var sorted = new uint[coupons.Count];
        var count = 0;
        foreach (var coupon in coupons.Table)
            if (coupon != Coupon.Empty) sorted[count++] = coupon;
        Array.Sort(sorted);
        foreach (var coupon in sorted) sketch._coupons!.Add(coupon, LgK);
        return sketch;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Fast with 8 bits; registers of 4 and 6 bits are widened and packed again, so merge many into an 8-bit sketch or an <see cref="HllUnion"/>.
    /// The result has the smaller number of registers of the two, unless the smaller one is so young that it still holds coupons.
    /// </remarks>
    public void Merge(HllSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsEmpty) return;
        if (other._coupons is { } coupons)
        {
            AddAll(coupons);
            return;
        }
        var source = other._registers!;
        if (_coupons is { } own)
        {
            // From here on the registers of the other one, with the coupons of this one on top.
            LgK = Math.Min(LgK, source.LgK);
            Become(Widened(source, LgK));
            AddAll(own);
            Become(Packed(_registers!));
            return;
        }
        var target = _registers as Registers8 ?? Widened(_registers!, LgK);
        if (source.LgK < target.LgK)
        {
            target = Widened(target, source.LgK);
            LgK = source.LgK;
        }
        MergeInto(target, source);
        Become(Packed(target));
    }

    Registers Packed(Registers registers) => registers.Type == Type ? registers : registers.As(Type);

    void Become(Registers registers)
    {
        _coupons = null;
        _registers = registers;
        _eight = registers as Registers8;
    }

    void AddAll(CouponTable coupons)
    {
        foreach (var coupon in coupons.Table)
            if (coupon != Coupon.Empty) UpdateCoupon(coupon);
    }

    // Registers of 8 bits with the same values, folded where there are to be fewer; HIP stays right, since items have been seen once only.
    static Registers8 Widened(Registers source, int lgK)
    {
        if (source.LgK == lgK) return (Registers8)source.As(HllType.Hll8);
        var target = new Registers8(lgK);
        MergeInto(target, source);
        target.IsMerged = source.IsMerged;
        target.Hip = source.Hip;
        return target;
    }

    static void MergeInto(Registers8 target, Registers source)
    {
        if (source is Registers8)
        {
            target.Merge(source.Bytes);
            return;
        }
        var values = ArrayPool<byte>.Shared.Rent(source.K);
        source.CopyTo(values.AsSpan(0, source.K));
        target.Merge(values.AsSpan(0, source.K));
        ArrayPool<byte>.Shared.Return(values);
    }
}
