using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Puts the mean of the targets of a category in place of its code: one column however many categories there are.</summary>
/// <remarks>
/// A category of few rows is drawn towards the mean of all: (sum + s × mean of all) / (rows + s). Without a target (NaN) nothing is learned. Numbers pass unchanged; a missing or new code
/// gives the mean of all. Memory: 16 bytes a code up to the greatest seen. Meant for numbers and for classes 0 and 1.
/// Micci-Barreca (2001), A preprocessing scheme for high-cardinality categorical attributes, SIGKDD Explorations 3(1).
/// </remarks>
public sealed class TargetEncoder : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    double _smoothing = 10;
    double _count, _mean;
    double[][] _counts = [], _sums = [];

    /// <summary>A transform that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="smoothing">s: how many rows the mean of all counts for; 0 or more.</param>
    public TargetEncoder(FeatureSet features, double smoothing = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(smoothing);
        (_features, _smoothing) = (features, smoothing);
        Output = FeatureSet.Numeric(features.Count);
        Reset();
    }

    internal TargetEncoder() => Output = _features;

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output { get; private set; }

    /// <inheritdoc/>
    public void Reset()
    {
        (_count, _mean) = (0, 0);
        _counts = [.. Enumerable.Range(0, _features.NominalColumns.Length).Select(_ => Array.Empty<double>())];
        _sums = [.. _counts];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        if (!double.IsFinite(target)) return;
        target = Lanes.Bounded(target);
        _mean += (target - _mean) / ++_count;
        for (var n = 0; n < _counts.Length; n++)
        {
            var code = FeatureSet.Code(features[_features.NominalColumns[n]]);
            if (code < 0) continue;
            if (code >= _counts[n].Length)
            {
                var length = Math.Max(code + 1, 2 * _counts[n].Length);
                Array.Resize(ref _counts[n], length);
                Array.Resize(ref _sums[n], length);
            }
            _counts[n][code]++;
            _sums[n][code] += target;
        }
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        features.CopyTo(output);
        for (var n = 0; n < _counts.Length; n++)
        {
            var column = _features.NominalColumns[n];
            var code = FeatureSet.Code(features[column]);
            var (count, sum) = (uint)code < (uint)_counts[n].Length ? (_counts[n][code], _sums[n][code]) : (0, 0);
            var rows = count + _smoothing;
            output[column] = rows > 0 ? (sum + _smoothing * _mean) / rows : _mean;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _smoothing);
        if (archive.IsReading)
        {
            Output = FeatureSet.Numeric(_features.Count);
            Reset();
        }
        archive.Value(ref _count);
        archive.Value(ref _mean);
        for (var n = 0; n < _counts.Length; n++)
        {
            archive.Array(ref _counts[n]);
            archive.Array(ref _sums[n], _counts[n].Length);
        }
    }
}
