using Millrace.Learning.Images;

namespace Millrace.Learning.Drift;

/// <summary>Tells when an error rate rises three deviations above its lowest point.</summary>
/// <remarks>
/// <para>With rate p and s = √(p (1 - p) / n) since the start: a warning where p + s > p_min + 2 s_min, a change at 3. For errors of 0 and 1; whatever is not 0 counts as 1.</para>
/// <para>Weakness: after a long quiet time a change moves the rate slowly, so that it is told late; it does not see rates that fall.</para>
/// <para>Gama et al. (2004), Learning with drift detection, SBIA.</para>
/// </remarks>
public sealed class Ddm : IDriftDetector
{
    const int Warmup = 30;

    double _warningLevel, _driftLevel;
    double _count, _rate, _leastRate, _leastDeviation;
    bool _isWarning;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="warningLevel">Deviations above the lowest point for a warning.</param>
    /// <param name="driftLevel">Deviations above the lowest point for a change.</param>
    public Ddm(double warningLevel = 2, double driftLevel = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(warningLevel);
        ArgumentOutOfRangeException.ThrowIfLessThan(driftLevel, warningLevel);
        (_warningLevel, _driftLevel) = (warningLevel, driftLevel);
        Reset();
    }

    /// <inheritdoc/>
    public bool IsWarning => _isWarning;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        _rate += ((value != 0 ? 1 : 0) - _rate) / ++_count;
        _isWarning = false;
        if (_count < Warmup) return false;
        var deviation = Math.Sqrt(_rate * (1 - _rate) / _count);
        if (_rate + deviation <= _leastRate + _leastDeviation) (_leastRate, _leastDeviation) = (_rate, deviation);
        if (_rate + deviation > _leastRate + _driftLevel * _leastDeviation)
        {
            Reset();
            return true;
        }
        _isWarning = _rate + deviation > _leastRate + _warningLevel * _leastDeviation;
        return false;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        (_count, _rate, _isWarning) = (0, 0, false);
        (_leastRate, _leastDeviation) = (double.PositiveInfinity, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _warningLevel);
        archive.Value(ref _driftLevel);
        archive.Value(ref _count);
        archive.Value(ref _rate);
        archive.Value(ref _leastRate);
        archive.Value(ref _leastDeviation);
        archive.Value(ref _isWarning);
    }
}
