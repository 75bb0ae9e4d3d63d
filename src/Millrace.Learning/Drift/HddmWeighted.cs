using Millrace.Learning.Images;

namespace Millrace.Learning.Drift;

/// <summary>Tells when the fading mean has risen above what it was at its best cut, by McDiarmid's bound (HDDM-W): quick at small change.</summary>
/// <remarks>
/// <para>
/// Fading means with λ before and after the cut where mean + bound was least; a change is told where they differ by √(b ln(1/α) / 2), b the sum of both means' squared weights.
/// For values from 0 to 1; others are taken as 0 or 1.
/// </para>
/// <para>Weakness: a mean that falls is not told; a small λ sees slow change only.</para>
/// <para>Frías-Blanco et al. (2015), Online and non-parametric drift detection methods based on Hoeffding's bounds, IEEE TKDE 27(3).</para>
/// </remarks>
public sealed class HddmWeighted : IDriftDetector
{
    double _driftConfidence, _warningConfidence, _fading;
    double _mean, _squares, _meanBefore, _squaresBefore, _meanAfter, _squaresAfter, _least;
    bool _isWarning;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="driftConfidence">Chance of a false change at one value, above 0.</param>
    /// <param name="warningConfidence">Chance of a false warning, no less than that, below 1.</param>
    /// <param name="fading">λ: the share of the newest value, above 0 and below 1.</param>
    public HddmWeighted(double driftConfidence = 0.001, double warningConfidence = 0.005, double fading = 0.05)
    {
        if (!(driftConfidence > 0 && warningConfidence >= driftConfidence && warningConfidence < 1)) throw new ArgumentOutOfRangeException(nameof(driftConfidence), driftConfidence, "0 < driftConfidence <= warningConfidence < 1 is expected.");
        if (!(fading > 0 && fading < 1)) throw new ArgumentOutOfRangeException(nameof(fading), fading, "λ is above 0 and below 1.");
        (_driftConfidence, _warningConfidence, _fading) = (driftConfidence, warningConfidence, fading);
        Reset();
    }

    /// <inheritdoc/>
    public bool IsWarning => _isWarning;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        value = Math.Clamp(value, 0, 1);
        Add(value, ref _mean, ref _squares);
        var bound = Math.Sqrt(_squares * Math.Log(1 / _driftConfidence) / 2);
        if (_mean + bound < _least) (_least, _meanBefore, _squaresBefore, _meanAfter, _squaresAfter) = (_mean + bound, _mean, _squares, 0, 0);
        else Add(value, ref _meanAfter, ref _squaresAfter);
        _isWarning = false;
        if (_squaresAfter == 0) return false;
        var rise = _meanAfter - _meanBefore;
        var squares = _squaresBefore + _squaresAfter;
        if (rise > Math.Sqrt(squares * Math.Log(1 / _driftConfidence) / 2))
        {
            Reset();
            return true;
        }
        _isWarning = rise > Math.Sqrt(squares * Math.Log(1 / _warningConfidence) / 2);
        return false;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        (_mean, _squares, _meanBefore, _squaresBefore, _meanAfter, _squaresAfter, _isWarning) = (0, 0, 0, 0, 0, 0, false);
        _least = double.PositiveInfinity;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _driftConfidence);
        archive.Value(ref _warningConfidence);
        archive.Value(ref _fading);
        archive.Value(ref _mean);
        archive.Value(ref _squares);
        archive.Value(ref _meanBefore);
        archive.Value(ref _squaresBefore);
        archive.Value(ref _meanAfter);
        archive.Value(ref _squaresAfter);
        archive.Value(ref _least);
        archive.Value(ref _isWarning);
    }

    void Add(double value, ref double mean, ref double squares)
    {
        var isFirst = squares == 0;
        mean = isFirst ? value : _fading * value + (1 - _fading) * mean;
        squares = isFirst ? 1 : _fading * _fading + (1 - _fading) * (1 - _fading) * squares;
    }
}
