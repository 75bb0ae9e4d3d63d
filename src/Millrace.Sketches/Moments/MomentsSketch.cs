using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Moments;

/// <summary>Count, mean, variance, skewness and kurtosis of a stream, in one pass and 56 bytes.</summary>
/// <remarks>
/// Exact but for rounding, and stable: deviations from the mean are summed, not powers. NaN is left out. Some 1 ns an update in spans, 6 one at a time.
/// Says little of the shape of skewed data: take quantiles. Own image. Pébay (2008), Formulas for Robust, One-Pass Parallel Computation of Covariances and
/// Arbitrary-Order Statistical Moments, Sandia SAND2008-6212.
/// </remarks>
public sealed class MomentsSketch : ISketch<MomentsSketch, double>
{
    const int Block = 256;

    long _count;
    double _mean;
    double _m2; // sums of the 2nd, 3rd and 4th powers of the deviations from the mean
    double _m3;
    double _m4;

    /// <summary>Number of values.</summary>
    public long Count => _count;

    /// <inheritdoc/>
    public bool IsEmpty => _count == 0;

    /// <inheritdoc/>
    public long MemorySize => 16 + 56;

    /// <summary>The least value; positive infinity if there is none.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <summary>The greatest value; negative infinity if there is none.</summary>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>The mean; NaN if there are no values.</summary>
    public double Mean => _count == 0 ? double.NaN : _mean;

    /// <summary>Sum of all values.</summary>
    public double Sum => _mean * _count;

    /// <summary>Mean square deviation of these values; NaN if there are none.</summary>
    public double PopulationVariance => _count == 0 ? double.NaN : _m2 / _count;

    /// <summary>Estimate of the variance of what the values were drawn from; NaN for fewer than two.</summary>
    public double Variance => _count < 2 ? double.NaN : _m2 / (_count - 1);

    /// <summary>Root of <see cref="Variance"/>.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);

    /// <summary>Lean to the right (positive) or left of these values, 0 for symmetric ones; NaN if all are equal.</summary>
    public double Skewness => _m2 == 0 ? double.NaN : Math.Sqrt(_count) * _m3 / Math.Pow(_m2, 1.5);

    /// <summary>Weight of the tails of these values, 0 for normally distributed ones (excess kurtosis); NaN if all are equal.</summary>
    public double Kurtosis => _m2 == 0 ? double.NaN : _count * _m4 / (_m2 * _m2) - 3;

    /// <summary>The mean with bounds for that of what the values were drawn from independently.</summary>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public Estimate MeanBounds(int deviations = 2)
    {
        Deviations.Require(deviations);
        var error = _count < 2 ? double.PositiveInfinity : deviations * Math.Sqrt(Variance / _count);
        return new(Mean, Mean - error, Mean + error);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(double item)
    {
        if (double.IsNaN(item)) return;
        if (item < Min) Min = item;
        if (item > Max) Max = item;
        double n = ++_count;
        var delta = item - _mean;
        var step = delta / n;
        var square = step * step;
        var term = delta * step * (n - 1);
        _mean += step;
        _m4 += term * square * (n * n - 3 * n + 3) + 6 * square * _m2 - 4 * step * _m3;
        _m3 += term * step * (n - 2) - 3 * step * _m2;
        _m2 += term;
    }

    /// <summary>Adds values: blocks are summed around their own mean, then merged.</summary>
    public void Update(ReadOnlySpan<double> items)
    {
        for (; items.Length >= Block; items = items[Block..]) MergeBlock(items[..Block]);
        foreach (var item in items) Update(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void MergeBlock(ReadOnlySpan<double> block)
    {
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        for (var i = 0; i < block.Length; i += 4)
        {
            sum0 += block[i];
            sum1 += block[i + 1];
            sum2 += block[i + 2];
            sum3 += block[i + 3];
        }
        var mean = (sum0 + sum1 + (sum2 + sum3)) / block.Length;
        if (!double.IsFinite(mean))
        {
            foreach (var item in block) Update(item);
            return;
        }
        double m2 = 0, m3 = 0, m4 = 0, min = Min, max = Max;
        foreach (var item in block)
        {
            var d = item - mean;
            var d2 = d * d;
            m2 += d2;
            m3 += d2 * d;
            m4 += d2 * d2;
            min = double.MinNative(min, item);
            max = double.MaxNative(max, item);
        }
        (Min, Max) = (min, max);
        Merge(block.Length, mean, m2, m3, m4);
    }

    /// <inheritdoc/>
    public void Merge(MomentsSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._count == 0) return;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        Merge(other._count, other._mean, other._m2, other._m3, other._m4);
    }

    void Merge(long count, double mean, double m2, double m3, double m4)
    {
        double a = _count, b = count;
        var n = a + b;
        var delta = mean - _mean;
        var share = delta / n;
        var term = delta * share * a * b;
        _m4 += m4 + term * share * share * (a * a - a * b + b * b) + 6 * share * share * (a * a * m2 + b * b * _m2) + 4 * share * (a * m3 - b * _m3);
        _m3 += m3 + term * share * (a - b) + 3 * share * (a * m2 - b * _m2);
        _m2 += m2 + term;
        _mean += share * b;
        _count += count;
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(64);
        OwnImage.Write(ref writer, OwnImage.Kind.Moments, 0);
        writer.Int64(_count);
        foreach (var value in new[] { Min, Max, _mean, _m2, _m3, _m4 }) writer.Double(value);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static MomentsSketch Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        OwnImage.Read(ref reader, OwnImage.Kind.Moments);
        var count = reader.Int64();
        SketchFormatException.ThrowUnless(count >= 0, $"The count is {count}.");
        return new MomentsSketch { _count = count, Min = reader.Double(), Max = reader.Double(), _mean = reader.Double(), _m2 = reader.Double(), _m3 = reader.Double(), _m4 = reader.Double() };
    }
}
