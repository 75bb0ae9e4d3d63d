using Millrace.Sketches.Images;

namespace Millrace.Sketches.OverTime;

/// <summary>Count, sum and mean of a stream in which old items lose weight: an exponentially weighted moving average for irregular times, and its relatives.</summary>
/// <remarks>
/// Exact but for rounding, whatever the order of the items; sketches merge. 72 bytes. For the usual average by number of items give the number as the time.
/// NaN and infinities are left out. Own image.
/// </remarks>
/// <example>
/// <code>
/// var load = new DecayedMean(Decay.Exponential(halfLife: 60));
/// load.Update(10, time: 0);
/// load.Update(20, time: 60);
/// Console.WriteLine(load.Mean.ToString("F2"));      // 16.67
/// Console.WriteLine(load.CountAt(120).ToString());  // 0.75
/// </code>
/// </example>
public sealed class DecayedMean : ISketch<DecayedMean>
{
    const int MostExponent = 500;

    DecayScale _scale;
    double _weight;
    double _sum;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="decay">How items lose weight.</param>
    public DecayedMean(Decay decay) => _scale = new DecayScale(decay);

    /// <summary>How items lose weight.</summary>
    public Decay Decay => _scale.Decay;

    /// <inheritdoc/>
    public bool IsEmpty => _weight == 0;

    /// <inheritdoc/>
    public long MemorySize => 16 + 56;

    /// <summary>The weighted mean; it does not change with time alone. NaN if nothing has weight.</summary>
    public double Mean => _sum / _weight;

    /// <summary>Adds a value.</summary>
    /// <param name="value">NaN and infinities are left out.</param>
    /// <param name="time">In the unit of the decay; any order.</param>
    public void Update(double value, long time)
    {
        if (!double.IsFinite(value)) return;
        var weight = _scale.Weight(time, MostExponent, out var factor);
        _weight = _weight * factor + weight;
        _sum = _sum * factor + weight * value;
    }

    /// <summary>The number of items, each by its weight at a time.</summary>
    public double CountAt(long now) => _weight * _scale.FactorAt(now);

    /// <summary>The sum of the values, each by its weight at a time.</summary>
    public double SumAt(long now) => _sum * _scale.FactorAt(now);

    /// <inheritdoc/>
    public void Merge(DecayedMean other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _scale.RequireSame(other._scale);
        _scale.Merge(other._scale, out var factor, out var otherFactor);
        _weight = _weight * factor + other._weight * otherFactor;
        _sum = _sum * factor + other._sum * otherFactor;
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(8 + DecayScale.ImageSize + 16);
        OwnImage.Write(ref writer, OwnImage.Kind.DecayedCount, 0);
        _scale.Save(ref writer);
        writer.Double(_weight);
        writer.Double(_sum);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static DecayedMean Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        OwnImage.Read(ref reader, OwnImage.Kind.DecayedCount);
        var scale = DecayScale.Load(ref reader);
        var sketch = new DecayedMean(scale.Decay) { _scale = scale, _weight = reader.Double(), _sum = reader.Double() };
        SketchFormatException.ThrowUnless(sketch._weight >= 0 && double.IsFinite(sketch._weight), $"The weight is {sketch._weight}.");
        return sketch;
    }
}
