using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Drift;

/// <summary>Tells when values lie above or below their mean for long enough, counted in their own deviations.</summary>
/// <remarks>
/// <para>
/// With z = (x - mean) / deviation of the values before: G⁺ = max(0, G⁺ + z - k), G⁻ = max(0, G⁻ - z - k); a change is told where either exceeds h. z is kept within ±4, so that one outlier
/// alone tells nothing. Works for values of any size; no warnings.
/// </para>
/// <para>Weakness: sees changes of half a deviation and more; the first 50 values must be of the normal kind.</para>
/// <para>Page (1954), Continuous inspection schemes, Biometrika 41, 100-115.</para>
/// </remarks>
public sealed class Cusum : IDriftDetector
{
    const int Warmup = 50;
    const double DistanceMax = 4;

    double _slack, _threshold;
    double _count, _mean, _squares, _up, _down;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="slack">k: deviations that are not counted; half of the change that matters. Above 0.</param>
    /// <param name="threshold">h: how far the sum must rise, above 0.</param>
    public Cusum(double slack = 0.25, double threshold = 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slack);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threshold);
        (_slack, _threshold) = (slack, threshold);
    }

    /// <inheritdoc/>
    public bool IsWarning => false;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        value = Lanes.Bounded(value);
        var distance = value - _mean;
        if (_count >= Warmup)
        {
            var deviation = Math.Sqrt(_squares / _count);
            var z = distance == 0 ? 0 : Math.Clamp(distance / deviation, -DistanceMax, DistanceMax);
            _up = Math.Max(0, _up + z - _slack);
            _down = Math.Max(0, _down - z - _slack);
            if (_up > _threshold || _down > _threshold)
            {
                Reset();
                return true;
            }
        }
        _mean += distance / ++_count;
        _squares += distance * (value - _mean);
        return false;
    }

    /// <inheritdoc/>
    public void Reset() => (_count, _mean, _squares, _up, _down) = (0, 0, 0, 0, 0);

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _slack);
        archive.Value(ref _threshold);
        archive.Value(ref _count);
        archive.Value(ref _mean);
        archive.Value(ref _squares);
        archive.Value(ref _up);
        archive.Value(ref _down);
    }
}
