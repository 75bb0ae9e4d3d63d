using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Brings each number to 0 to 1 by the least and the greatest so far; what lies outside comes out as 0 or 1.</summary>
/// <remarks>Codes pass unchanged, missing stays missing, a constant column gives 0. Weakness: one outlier presses all others together for good; take <see cref="RobustScaler"/> then.</remarks>
public sealed class MinMaxScaler : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    double[] _least = [], _greatest = [];

    /// <summary>A scaler that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    public MinMaxScaler(FeatureSet features)
    {
        _features = features;
        Reset();
    }

    internal MinMaxScaler() { }

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output => _features;

    /// <inheritdoc/>
    public void Reset()
    {
        (_least, _greatest) = (new double[_features.Count], new double[_features.Count]);
        Array.Fill(_least, double.PositiveInfinity);
        Array.Fill(_greatest, double.NegativeInfinity);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        foreach (var i in _features.NumericColumns)
        {
            var value = Lanes.Bounded(features[i]);
            if (value < _least[i]) _least[i] = value;
            if (value > _greatest[i]) _greatest[i] = value;
        }
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        for (var i = 0; i < features.Length; i++)
        {
            var width = _greatest[i] - _least[i];
            var value = Lanes.Bounded(features[i]);
            output[i] = _features[i] == FeatureKind.Nominal ? features[i]
                : width > 0 ? Math.Clamp((value - _least[i]) / width, 0, 1)
                : double.IsNaN(value) ? value : 0;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Array(ref _least, _features.Count);
        archive.Array(ref _greatest, _features.Count);
    }
}
