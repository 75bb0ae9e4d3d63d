using Millrace.Learning.Images;

namespace Millrace.Learning.Drift;

/// <summary>Tells when the mean has risen above what it was up to its best cut, by Hoeffding's bound (HDDM-A).</summary>
/// <remarks>
/// <para>The cut is where mean + bound was least. A change is told where the mean of all exceeds that of the part before the cut by √(m/2 ln(2/α)), m = 1/n_cut - 1/n. For values from 0 to 1; others are taken as 0 or 1.</para>
/// <para>Weakness: slow to see small gradual change; a mean that falls only makes it begin anew.</para>
/// <para>Frías-Blanco et al. (2015), Online and non-parametric drift detection methods based on Hoeffding's bounds, IEEE TKDE 27(3).</para>
/// </remarks>
public sealed class HddmAverage : IDriftDetector
{
    double _driftConfidence, _warningConfidence;
    double _count, _sum, _leastCount, _leastSum, _greatestCount, _greatestSum;
    bool _isWarning;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="driftConfidence">Chance of a false change at one value, above 0.</param>
    /// <param name="warningConfidence">Chance of a false warning, no less than that, below 1.</param>
    public HddmAverage(double driftConfidence = 0.001, double warningConfidence = 0.005)
    {
        if (!(driftConfidence > 0 && warningConfidence >= driftConfidence && warningConfidence < 1)) throw new ArgumentOutOfRangeException(nameof(driftConfidence), driftConfidence, "0 < driftConfidence <= warningConfidence < 1 is expected.");
        (_driftConfidence, _warningConfidence) = (driftConfidence, warningConfidence);
    }

    /// <inheritdoc/>
    public bool IsWarning => _isWarning;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        _count++;
        _sum += Math.Clamp(value, 0, 1);
        var mean = _sum / _count;
        var bound = Bound(_count);
        if (_leastCount == 0 || _leastSum / _leastCount + Bound(_leastCount) >= mean + bound) (_leastCount, _leastSum) = (_count, _sum);
        if (_greatestCount == 0 || _greatestSum / _greatestCount - Bound(_greatestCount) <= mean - bound) (_greatestCount, _greatestSum) = (_count, _sum);
        _isWarning = false;
        var rise = mean - _leastSum / _leastCount;
        if (IsBeyond(rise, _leastCount, _driftConfidence))
        {
            Reset();
            return true;
        }
        _isWarning = IsBeyond(rise, _leastCount, _warningConfidence);
        if (IsBeyond(_greatestSum / _greatestCount - mean, _greatestCount, _driftConfidence)) Reset();
        return false;
    }

    /// <inheritdoc/>
    public void Reset() => (_count, _sum, _leastCount, _leastSum, _greatestCount, _greatestSum, _isWarning) = (0, 0, 0, 0, 0, 0, false);

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _driftConfidence);
        archive.Value(ref _warningConfidence);
        archive.Value(ref _count);
        archive.Value(ref _sum);
        archive.Value(ref _leastCount);
        archive.Value(ref _leastSum);
        archive.Value(ref _greatestCount);
        archive.Value(ref _greatestSum);
        archive.Value(ref _isWarning);
    }

    double Bound(double count) => Math.Sqrt(Math.Log(1 / _driftConfidence) / (2 * count));

    bool IsBeyond(double difference, double cut, double confidence) =>
        cut != _count && difference >= Math.Sqrt((1 / cut - 1 / _count) / 2 * Math.Log(2 / confidence));
}
