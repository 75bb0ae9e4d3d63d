using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Adds the last known targets, and their mean over a window, behind the columns: what a stream's labels were is often the best sign of what they will be.</summary>
/// <remarks>
/// Only labels that were learned count, so with labels that come late it looks no further than it may. A target not known yet is missing. The labels of classes are added as codes.
/// Žliobaitė et al. (2015), Evaluation methods and decision theory for classification of streaming data with temporal dependence: temporally augmented classifiers.
/// </remarks>
public sealed class TargetHistory : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    bool _areClasses;
    int _lags = 1, _window;
    double[] _last = [];
    long _rows;
    bool _holdsCurrent;

    /// <summary>A transform that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="areClasses">Whether the targets are classes.</param>
    /// <param name="lags">How many of the last targets are added, 1 or more, the newest first.</param>
    /// <param name="window">Over how many of the last targets the mean is added; 0 for none. For numbers only.</param>
    public TargetHistory(FeatureSet features, bool areClasses, int lags = 1, int window = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lags, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        if (areClasses && window > 0) throw new ArgumentException("Classes have no mean; the window must be 0.", nameof(window));
        (_features, _areClasses, _lags, _window) = (features, areClasses, lags, window);
        Output = Columns();
        Reset();
    }

    internal TargetHistory() => Output = _features;

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output { get; private set; }

    /// <inheritdoc/>
    public void Reset()
    {
        _last = new double[Math.Max(_lags, _window) + 1];
        _rows = 0;
        _holdsCurrent = false;
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        // The row's own target is stored at once but shown from the next row on: the Transform that follows is still of this row.
        _last[_rows++ % _last.Length] = Lanes.Bounded(target);
        _holdsCurrent = true;
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        features.CopyTo(output);
        var known = _holdsCurrent ? _rows - 1 : _rows;
        _holdsCurrent = false;
        var at = features.Length;
        for (var lag = 1; lag <= _lags; lag++) output[at++] = known >= lag ? _last[(known - lag) % _last.Length] : double.NaN;
        if (_window == 0) return;
        double sum = 0;
        var count = 0;
        for (var lag = 1; lag <= _window && lag <= known; lag++)
        {
            var value = _last[(known - lag) % _last.Length];
            if (double.IsNaN(value)) continue;
            sum += value;
            count++;
        }
        output[at] = count > 0 ? sum / count : double.NaN;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _areClasses);
        archive.Value(ref _lags, 1, 1 << 20);
        archive.Value(ref _window, 0, _areClasses ? 0 : 1 << 20);
        if (archive.IsReading) Output = Columns();
        archive.Array(ref _last, Math.Max(_lags, _window) + 1);
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
        archive.Value(ref _holdsCurrent);
    }

    FeatureSet Columns()
    {
        var kinds = new FeatureKind[_features.Count + _lags + (_window > 0 ? 1 : 0)];
        foreach (var column in _features.NominalColumns) kinds[column] = FeatureKind.Nominal;
        if (_areClasses) kinds.AsSpan(_features.Count).Fill(FeatureKind.Nominal);
        return new(kinds);
    }
}
