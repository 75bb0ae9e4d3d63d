using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Puts the mean of a column's numbers so far, or the last one, where a number is missing. Codes pass unchanged.</summary>
/// <remarks>Before any number of a column was seen it gives 0.</remarks>
public sealed class Imputer : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    bool _isLast;
    double[] _counts = [], _values = [];

    /// <summary>A transform that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="isLast">Whether the last number is put in, in place of the mean.</param>
    public Imputer(FeatureSet features, bool isLast = false)
    {
        (_features, _isLast) = (features, isLast);
        Reset();
    }

    internal Imputer() { }

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output => _features;

    /// <inheritdoc/>
    public void Reset() => (_counts, _values) = (new double[_features.Count], new double[_features.Count]);

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        foreach (var i in _features.NumericColumns)
        {
            var value = Lanes.Bounded(features[i]);
            if (double.IsNaN(value)) continue;
            _counts[i]++;
            _values[i] = _isLast ? value : _values[i] + (value - _values[i]) / _counts[i];
        }
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        for (var i = 0; i < features.Length; i++)
            output[i] = _features[i] == FeatureKind.Numeric && double.IsNaN(features[i]) ? _values[i] : features[i];
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _isLast);
        archive.Array(ref _counts, _features.Count);
        archive.Array(ref _values, _features.Count);
    }
}
