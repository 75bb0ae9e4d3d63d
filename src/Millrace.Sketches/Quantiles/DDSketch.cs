using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Sketches.Quantiles;

/// <summary>Quantiles whose value is off by at most a share of itself: p99 = 200 ms means 198 to 202.</summary>
/// <remarks>
/// <para>
/// Values are counted in bins whose ends grow by a constant factor; a quantile is the middle of its bin. The error is relative to the value, not to the
/// rank, holds always, and stays the same under merges, which add bins and lose nothing. Order of input does not matter.
/// </para>
/// <para>
/// Size: 8 bytes for each bin between the least and the greatest value; for 1 % accuracy 115 bins a power of ten. With a limit the bins next to 0 (or the
/// furthest from it) are one, and quantiles that fall there have no bound. Some 2 ns an update in spans, up to 5 one at a time. NaN and infinities are left out.
/// </para>
/// <para>
/// Not for data whose values lie close together relative to their size (times since 1970): subtract something first, or take <see cref="KllSketch{T}"/>.
/// </para>
/// <para>Masson, Rim and Lee (2019), DDSketch: A Fast and Fully-Mergeable Quantile Sketch, PVLDB 12(12). Images are DataDog's protobuf messages.</para>
/// </remarks>
public sealed partial class DDSketch : IQuantileSketch<DDSketch, double>
{
    readonly BinMapping _mapping;
    readonly BinStore _positive;
    readonly BinStore _negative;
    double _zeros;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="relativeAccuracy">The greatest error of a quantile as a share of its value, 0.00001 to 0.5.</param>
    /// <param name="mapping">How bins are found.</param>
    /// <param name="binsMax">How many bins there may be for positive and as many for negative values; 0 for no limit. 2,048 bins of 1 % reach from 80 µs to 1 year.</param>
    /// <param name="collapsesHighest">With a limit: whether the bins furthest from 0 are one, else those next to it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public DDSketch(double relativeAccuracy = 0.01, BinMappingKind mapping = BinMappingKind.Logarithmic, int binsMax = 0, bool collapsesHighest = false)
        : this(BinMapping.OfAccuracy(mapping, RequireAccuracy(relativeAccuracy)), binsMax, collapsesHighest) { }

    DDSketch(BinMapping mapping, int binsMax, bool collapsesHighest)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(binsMax);
        _mapping = mapping;
        BinsMax = binsMax;
        CollapsesHighest = collapsesHighest;
        _positive = new BinStore(binsMax, collapsesHighest);
        _positive.LimitTo(mapping.Bin(mapping.Least) + 1, mapping.Bin(mapping.Greatest) - 1);
        // As DataDog has it: of both signs the bins next to 0 are the low ones.
        _negative = new BinStore(binsMax, collapsesHighest);
    }

    /// <summary>The greatest error of a quantile as a share of its value.</summary>
    public double RelativeAccuracy => _mapping.RelativeAccuracy;

    /// <summary>How bins are found.</summary>
    public BinMappingKind Mapping => _mapping.Kind;

    /// <summary>The limit of bins of each sign; 0 for none.</summary>
    public int BinsMax { get; }

    /// <summary>With a limit: whether the bins furthest from 0 are one, else those next to it.</summary>
    public bool CollapsesHighest { get; }

    /// <summary>Sum of all weights.</summary>
    public double Weight => _zeros + _positive.Weight + _negative.Weight;

    /// <summary>Number of values, or the sum of their weights, rounded.</summary>
    public long Count => (long)Math.Min(Math.Round(Weight), long.MaxValue);

    /// <inheritdoc/>
    public bool IsEmpty => _zeros == 0 && _positive.IsEmpty && _negative.IsEmpty;

    /// <inheritdoc/>
    public long MemorySize => 120 + _positive.MemorySize + _negative.MemorySize;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(double item)
    {
        // What has no bin (0, negative values, NaN) comes out below or above all that are known, and is looked at there.
        if (!_positive.TryAdd(_mapping.Bin(item))) AddOther(item, 1);
    }

    /// <summary>Adds a value with a weight.</summary>
    /// <param name="item">NaN and infinities are left out.</param>
    /// <param name="weight">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    public void Update(double item, double weight)
    {
        if (!(weight >= 0) || double.IsInfinity(weight)) throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is 0 or more.");
        if (weight == 0) return;
        if (item >= _mapping.Least && item <= _mapping.Greatest) _positive.Add(_mapping.Bin(item), weight);
        else AddOther(item, weight);
    }

    /// <summary>Adds values, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(ReadOnlySpan<double> items)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var least = Vector512.Create(_mapping.Least);
            var greatest = Vector512.Create(_mapping.Greatest);
            ref var first = ref MemoryMarshal.GetReference(items);
            for (; i <= items.Length - 8; i += 8)
            {
                var some = Vector512.LoadUnsafe(ref first, (nuint)i);
                if (!Vector512.GreaterThanOrEqualAll(some, least) || !Vector512.LessThanOrEqualAll(some, greatest))
                {
                    for (var j = i; j < i + 8; j++) Update(items[j]);
                    continue;
                }
                var bins = _mapping.Bins(some);
                for (var lane = 0; lane < 8; lane++)
                {
                    var bin = (int)bins.GetElement(lane);
                    if (!_positive.TryAdd(bin)) _positive.Add(bin, 1);
                }
            }
        }
        for (; i < items.Length; i++) Update(items[i]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void AddOther(double item, double weight)
    {
        if (!double.IsFinite(item)) return;
        var size = Math.Abs(item);
        if (size < _mapping.Least) _zeros += weight;
        else (item > 0 ? _positive : _negative).Add(_mapping.Bin(Math.Min(size, _mapping.Greatest)), weight);
    }

    /// <inheritdoc/>
    public void Merge(DDSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RequireSame(other);
        Merge(other, 1);
    }

    internal void Merge(DDSketch other, double factor)
    {
        _zeros += other._zeros * factor;
        _positive.Merge(other._positive, factor);
        _negative.Merge(other._negative, factor);
    }

    /// <summary>Multiplies all weights.</summary>
    internal void Scale(double factor)
    {
        _zeros *= factor;
        _positive.Scale(factor);
        _negative.Scale(factor);
    }

    internal void RequireSame(DDSketch other)
    {
        if (!other._mapping.Equals(_mapping))
            throw new ArgumentException($"Sketches merge if their mappings are equal: {_mapping.Kind} with gamma {_mapping.Gamma:R}, and {other._mapping.Kind} with gamma {other._mapping.Gamma:R}.", nameof(other));
    }

    /// <inheritdoc/>
    public double Quantile(double rank)
    {
        // The value with this many before it, in the order of size.
        return At(rank, rank * Math.Max(0, Weight - 1));
    }

    /// <summary>The value at a share of the weights, which need not be whole numbers.</summary>
    internal double WeightedQuantile(double rank) => At(rank, rank * Weight);

    double At(double rank, double before)
    {
        if (!(rank >= 0 && rank <= 1)) throw new ArgumentOutOfRangeException(nameof(rank), rank, "A rank is from 0 to 1.");
        if (IsEmpty) Empty.Throw();
        var seen = 0.0;
        var negative = _negative.Used;
        for (var i = negative.Length - 1; i >= 0; i--)
        {
            seen += negative[i];
            if (seen > before) return -_mapping.Value(_negative.Low + i);
        }
        seen += _zeros;
        if (seen > before) return 0;
        var positive = _positive.Used;
        for (var i = 0; i < positive.Length; i++)
        {
            seen += positive[i];
            if (seen > before) return _mapping.Value(_positive.Low + i);
        }
        return Greatest();
    }

    /// <summary>A quantile with the values between which the true one lies, always, unless bins were collapsed.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public Estimate QuantileBounds(double rank)
    {
        var value = Quantile(rank);
        var (a, b) = (value / (1 + RelativeAccuracy), value / (1 - RelativeAccuracy));
        return new(value, Math.Min(a, b), Math.Max(a, b));
    }

    /// <inheritdoc/>
    /// <remarks>Values in the bin of the item count.</remarks>
    public double Rank(double item)
    {
        if (IsEmpty) Empty.Throw();
        if (double.IsNaN(item)) return double.NaN;
        var size = Math.Min(Math.Abs(item), _mapping.Greatest);
        var isZero = size < _mapping.Least;
        var below = 0.0;
        if (item < 0 && !isZero)
        {
            var bin = _mapping.Bin(size);
            for (var i = 0; i < _negative.Used.Length; i++)
                if (_negative.Low + i >= bin) below += _negative.Used[i];
            return below / Weight;
        }
        below = _negative.Weight + _zeros;
        if (!isZero)
        {
            var bin = _mapping.Bin(size);
            for (var i = 0; i < _positive.Used.Length && _positive.Low + i <= bin; i++) below += _positive.Used[i];
        }
        return below / Weight;
    }

    double Greatest()
    {
        if (!_positive.IsEmpty) return _mapping.Value(_positive.High);
        return _zeros > 0 ? 0 : -_mapping.Value(_negative.Low);
    }

    static double RequireAccuracy(double accuracy) =>
        accuracy is >= 0.00001 and <= 0.5 ? accuracy : throw new ArgumentOutOfRangeException(nameof(accuracy), accuracy, "The relative accuracy is from 0.00001 to 0.5.");
}
