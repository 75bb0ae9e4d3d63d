using Millrace.Sketches.Images;
using Millrace.Sketches.Quantiles;

namespace Millrace.Sketches.OverTime;

/// <summary>Quantiles of a stream in which old values lose weight: the p99 of about the last minutes, without windows.</summary>
/// <remarks>
/// The bins of a <see cref="DDSketch"/> hold decayed weights, so the values' relative accuracy is guaranteed and the weights are exact. Any order of times; sketches
/// merge. Size and cost as there, and an exponential function an update. NaN and infinities are left out. Own image.
/// </remarks>
public sealed class DecayedQuantiles : ISketch<DecayedQuantiles>
{
    const int MostExponent = 500;

    DecayScale _scale;
    readonly DDSketch _bins;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="decay">How values lose weight.</param>
    /// <param name="relativeAccuracy">The greatest error of a quantile as a share of its value, 0.00001 to 0.5.</param>
    /// <param name="binsMax">How many bins there may be for each sign; 0 for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public DecayedQuantiles(Decay decay, double relativeAccuracy = 0.01, int binsMax = 2048)
        : this(new DecayScale(decay), new DDSketch(relativeAccuracy, BinMappingKind.Cubic, binsMax)) { }

    DecayedQuantiles(DecayScale scale, DDSketch bins) => (_scale, _bins) = (scale, bins);

    /// <summary>How values lose weight.</summary>
    public Decay Decay => _scale.Decay;

    /// <inheritdoc/>
    public bool IsEmpty => _bins.IsEmpty;

    /// <inheritdoc/>
    public long MemorySize => 64 + _bins.MemorySize;

    /// <summary>Adds a value.</summary>
    /// <param name="value">NaN and infinities are left out.</param>
    /// <param name="time">In the unit of the decay; any order.</param>
    public void Update(double value, long time)
    {
        var weight = _scale.Weight(time, MostExponent, out var factor);
        if (factor != 1) _bins.Scale(factor);
        _bins.Update(value, weight);
    }

    /// <summary>The value at a rank of the decayed weights; it does not change with time alone.</summary>
    /// <param name="rank">0 to 1.</param>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Quantile(double rank) => _bins.WeightedQuantile(rank);

    /// <summary>The share of the decayed weights up to a value.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Rank(double value) => _bins.Rank(value);

    /// <summary>The number of values, each by its weight at a time.</summary>
    public double CountAt(long now) => _bins.Weight * _scale.FactorAt(now);

    /// <inheritdoc/>
    public void Merge(DecayedQuantiles other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _scale.RequireSame(other._scale);
        _bins.RequireSame(other._bins);
        _scale.Merge(other._scale, out var factor, out var otherFactor);
        if (factor != 1) _bins.Scale(factor);
        _bins.Merge(other._bins, otherFactor);
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var bins = _bins.Save();
        var writer = new ImageWriter(8 + DecayScale.ImageSize + bins.Length);
        OwnImage.Write(ref writer, OwnImage.Kind.DecayedQuantiles, _bins.BinsMax);
        _scale.Save(ref writer);
        writer.Bytes(bins);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static DecayedQuantiles Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var binsMax = OwnImage.Read(ref reader, OwnImage.Kind.DecayedQuantiles);
        SketchFormatException.ThrowUnless(binsMax >= 0, $"The limit of bins is {binsMax}.");
        var scale = DecayScale.Load(ref reader);
        return new DecayedQuantiles(scale, DDSketch.Load(reader.Bytes(reader.Remaining), binsMax));
    }
}
