using Millrace.Learning.Images;

namespace Millrace.Learning.Drift;

/// <summary>Tells when errors come closer together than they did at best.</summary>
/// <remarks>
/// <para>With mean m and deviation s of the rows between two errors: a warning where (m + 2s) / (m + 2s)_max falls below 0.95, a change below 0.9, from the 30th error on. For errors of 0 and 1.</para>
/// <para>Weakness: very many false alarms where the error rate is noisy (13 in 5,000 rows at a steady rate of 0.2); meant for slow change at low error rates.</para>
/// <para>Baena-García et al. (2006), Early drift detection method, Workshop on knowledge discovery from data streams.</para>
/// </remarks>
public sealed class Eddm : IDriftDetector
{
    const int Warmup = 30;

    double _warningShare, _driftShare;
    double _sinceError, _errors, _mean, _squares, _greatest;
    bool _isWarning;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="warningShare">The share of the best distance below which it warns, above the next and below 1.</param>
    /// <param name="driftShare">The share below which a change is told, above 0.</param>
    public Eddm(double warningShare = 0.95, double driftShare = 0.9)
    {
        if (!(driftShare > 0 && warningShare > driftShare && warningShare < 1)) throw new ArgumentOutOfRangeException(nameof(driftShare), driftShare, "0 < driftShare < warningShare < 1 is expected.");
        (_warningShare, _driftShare) = (warningShare, driftShare);
    }

    /// <inheritdoc/>
    public bool IsWarning => _isWarning;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        _sinceError++;
        if (value == 0) return false;
        var distance = _sinceError - _mean;
        _mean += distance / ++_errors;
        _squares += distance * (_sinceError - _mean);
        _sinceError = 0;
        _isWarning = false;
        if (_errors < Warmup) return false;
        var reach = _mean + 2 * Math.Sqrt(_squares / _errors);
        if (reach > _greatest)
        {
            _greatest = reach;
            return false;
        }
        var share = reach / _greatest;
        if (share < _driftShare)
        {
            Reset();
            return true;
        }
        _isWarning = share < _warningShare;
        return false;
    }

    /// <inheritdoc/>
    public void Reset() => (_sinceError, _errors, _mean, _squares, _greatest, _isWarning) = (0, 0, 0, 0, 0, false);

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _warningShare);
        archive.Value(ref _driftShare);
        archive.Value(ref _sinceError);
        archive.Value(ref _errors);
        archive.Value(ref _mean);
        archive.Value(ref _squares);
        archive.Value(ref _greatest);
        archive.Value(ref _isWarning);
    }
}
