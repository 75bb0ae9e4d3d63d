using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Drift;

/// <summary>Tells when the summed distances from the mean have moved a threshold away from their turning point, up or down.</summary>
/// <remarks>
/// <para>S = α S + (x - mean - δ): a change up is told where S lies λ above its least, one down likewise. Threshold and δ are in the values' own unit; no warnings.</para>
/// <para>Weakness: with values of another size than the threshold is made for it is deaf or never quiet (2.8 false alarms in 5,000 values of deviation 1); <see cref="Cusum"/> scales by itself.</para>
/// <para>Page (1954), Continuous inspection schemes, Biometrika 41; Mouss et al. (2004), Test of Page-Hinkley.</para>
/// </remarks>
public sealed class PageHinkley : IDriftDetector
{
    const int Warmup = 30;

    double _tolerance, _threshold, _memory;
    double _count, _mean, _up, _down, _least, _greatest;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="tolerance">δ: distances that are not counted, 0 or more.</param>
    /// <param name="threshold">λ: how far the sum must move, above 0.</param>
    /// <param name="memory">α: what the sum is multiplied by at each value, above 0, at most 1.</param>
    public PageHinkley(double tolerance = 0.005, double threshold = 50, double memory = 0.9999)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threshold);
        if (!(memory > 0 && memory <= 1)) throw new ArgumentOutOfRangeException(nameof(memory), memory, "α is above 0 and at most 1.");
        (_tolerance, _threshold, _memory) = (tolerance, threshold, memory);
        Reset();
    }

    /// <inheritdoc/>
    public bool IsWarning => false;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        value = Lanes.Bounded(value);
        _mean += (value - _mean) / ++_count;
        var distance = value - _mean;
        _up = _memory * _up + distance - _tolerance;
        _down = _memory * _down + distance + _tolerance;
        _least = Math.Min(_least, _up);
        _greatest = Math.Max(_greatest, _down);
        if (_count < Warmup || _up - _least <= _threshold && _greatest - _down <= _threshold) return false;
        Reset();
        return true;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        (_count, _mean, _up, _down) = (0, 0, 0, 0);
        (_least, _greatest) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _tolerance);
        archive.Value(ref _threshold);
        archive.Value(ref _memory);
        archive.Value(ref _count);
        archive.Value(ref _mean);
        archive.Value(ref _up);
        archive.Value(ref _down);
        archive.Value(ref _least);
        archive.Value(ref _greatest);
    }
}
