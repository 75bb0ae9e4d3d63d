using Millrace.Sketches.Frequency;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.OverTime;

/// <summary>A frequent item with its decayed weight.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="Weight">Its weight at the time asked for, with bounds that always hold.</param>
public readonly record struct DecayedRow<T>(T Item, Estimate Weight);

/// <summary>The most frequent items of a stream in which old items lose weight: what is popular now, without windows.</summary>
/// <remarks>
/// A sketch of frequent items with weights of forward decay as whole numbers of 16 to 24 bits: to 0.002 % exact, and that is within the bounds. Error as there, of
/// the decayed total. Any order of times; sketches merge. Own image.
/// </remarks>
/// <typeparam name="TSketch"><see cref="FrequentLongs"/> or <see cref="FrequentStrings"/>.</typeparam>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class DecayedFrequent<TSketch, T> : ISketch<DecayedFrequent<TSketch, T>> where TSketch : IFrequentSketch<TSketch, T>
{
    const int UnitBits = 16, MostExponent = 8;

    // A weight is cut to a whole number of at least 2^16 units, or, of an item older than the base, is rounded up to one unit.
    const double Rounding = 1.0 / (1 << UnitBits);

    DecayScale _scale;
    readonly TSketch _items;
    long _late; // items whose weight was below a unit: how much the rounding may have added

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="decay">How items lose weight.</param>
    /// <param name="lgMaxMapSize">Binary logarithm of the greatest size of the table, 3 to 26.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    public DecayedFrequent(Decay decay, int lgMaxMapSize = 10) : this(new DecayScale(decay), TSketch.Create(lgMaxMapSize)) { }

    DecayedFrequent(DecayScale scale, TSketch items) => (_scale, _items) = (scale, items);

    /// <summary>How items lose weight.</summary>
    public Decay Decay => _scale.Decay;

    /// <inheritdoc/>
    public bool IsEmpty => _items.IsEmpty;

    /// <inheritdoc/>
    public long MemorySize => 72 + _items.MemorySize;

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="time">In the unit of the decay; any order.</param>
    public void Update(T item, long time)
    {
        var units = _scale.Weight(time, MostExponent, out var factor) * (1 << UnitBits);
        if (factor != 1)
        {
            _items.Scale(factor);
            _late = (long)Math.Ceiling(_late * factor);
        }
        if (units == 0) return;
        if (units < 1 << UnitBits) _late++;
        _items.Update(item, (long)Math.Ceiling(units));
    }

    /// <summary>An item's weight at a time, with bounds that always hold.</summary>
    public Estimate EstimateAt(T item, long now) => At(_items.Estimate(item), now);

    /// <summary>The number of items, each by its weight at a time, to 0.002 %.</summary>
    public double CountAt(long now) => _items.TotalWeight * Factor(now);

    /// <summary>The items whose weight may be above a share of the total, heaviest first.</summary>
    /// <param name="now">The time that the weights are of.</param>
    /// <param name="share">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in 0 to 1.</exception>
    public List<DecayedRow<T>> RowsAt(long now, double share = 0)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share is from 0 to 1.");
        var threshold = Math.Max(_items.MaximumError, (long)(share * _items.TotalWeight));
        return _items.Rows(FrequentError.NoFalseNegatives, threshold).ConvertAll(row => new DecayedRow<T>(row.Item, At(new(row.Estimate, row.LowerBound, row.UpperBound), now)));
    }

    Estimate At(Estimate units, long now)
    {
        var factor = Factor(now);
        return new(units.Value * factor, Math.Max(0, units.Lower * (1 - 2 * Rounding) - _late) * factor, units.Upper * (1 + 2 * Rounding) * factor);
    }

    double Factor(long now) => _scale.FactorAt(now) * Rounding;

    /// <inheritdoc/>
    public void Merge(DecayedFrequent<TSketch, T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _scale.RequireSame(other._scale);
        var theirs = TSketch.Create(other._items.LgMaxMapSize);
        theirs.Merge(other._items);
        _scale.Merge(other._scale, out var factor, out var otherFactor);
        if (factor != 1) _items.Scale(factor);
        if (otherFactor != 1) theirs.Scale(otherFactor);
        _items.Merge(theirs);
        _late = (long)Math.Ceiling(_late * factor) + (long)Math.Ceiling(other._late * otherFactor);
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var items = _items.Save();
        var writer = new ImageWriter(16 + DecayScale.ImageSize + items.Length);
        OwnImage.Write(ref writer, OwnImage.Kind.DecayedFrequent, 0);
        _scale.Save(ref writer);
        writer.Int64(_late);
        writer.Bytes(items);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static DecayedFrequent<TSketch, T> Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        OwnImage.Read(ref reader, OwnImage.Kind.DecayedFrequent);
        var scale = DecayScale.Load(ref reader);
        var late = reader.Int64();
        SketchFormatException.ThrowUnless(late >= 0, $"The number of late items is {late}.");
        return new(scale, TSketch.Load(reader.Bytes(reader.Remaining))) { _late = late };
    }
}
