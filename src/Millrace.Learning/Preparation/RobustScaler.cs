using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Brings each number to median 0 and distance of the quartiles 1 of the last rows, and keeps it within a bound: outliers do not move the scale.</summary>
/// <remarks>Codes pass unchanged, missing stays missing; a column whose quartiles are equal gives 0. 16 bytes a number of the window and column.</remarks>
public sealed class RobustScaler : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    int _window = 256;
    double _limit = 5;
    RecentValues[] _recent = [];

    /// <summary>A scaler that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="window">Over how many of the last rows, 4 or more.</param>
    /// <param name="limit">The largest magnitude that comes out: above 0.</param>
    public RobustScaler(FeatureSet features, int window = 256, double limit = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 4);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        (_features, _window, _limit) = (features, window, limit);
        Reset();
    }

    internal RobustScaler() { }

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output => _features;

    /// <inheritdoc/>
    public void Reset() => _recent = [.. Enumerable.Range(0, _features.Count).Select(i => new RecentValues(_features[i] == FeatureKind.Numeric ? _window : 1))];

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        foreach (var i in _features.NumericColumns)
        {
            var value = Lanes.Bounded(features[i]);
            if (!double.IsNaN(value)) _recent[i].Add(value);
        }
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        for (var i = 0; i < features.Length; i++)
        {
            var width = _recent[i].Quantile(0.75) - _recent[i].Quantile(0.25);
            var value = Lanes.Bounded(features[i]);
            output[i] = _features[i] == FeatureKind.Nominal ? features[i]
                : width > 0 ? Math.Clamp((value - _recent[i].Quantile(0.5)) / width, -_limit, _limit)
                : double.IsNaN(value) ? value : 0;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _window, 4, 1 << 20);
        archive.Value(ref _limit);
        archive.Require(_limit > 0, "its limit is not above 0");
        if (archive.IsReading) Reset();
        foreach (var recent in _recent) recent.Transfer(archive);
    }
}
