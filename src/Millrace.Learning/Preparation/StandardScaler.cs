using System.Runtime.Intrinsics;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Brings each number to mean 0 and deviation 1 by the rows so far, and keeps it within a bound.</summary>
/// <remarks>
/// The bound matters: a column that stood still and then moves lies dozens of deviations away, and squares of that throw a model out for good. Codes pass unchanged, missing stays
/// missing, a constant column gives 0. Cost: one division and one root for eight columns. Welford (1962), Technometrics 4, 419-420.
/// </remarks>
public sealed class StandardScaler : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    double _limit = 5;
    double[] _input = [], _numeric = [], _counts = [], _means = [], _squares = [], _inverses = [];

    /// <summary>A scaler that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="limit">The largest magnitude that comes out, in deviations: above 0.</param>
    public StandardScaler(FeatureSet features, double limit = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        (_features, _limit) = (features, limit);
        Begin();
    }

    internal StandardScaler() { }

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output => _features;

    /// <inheritdoc/>
    public void Reset() => Begin();

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        Take(features);
        for (var i = 0; i < _input.Length; i += Lanes.Count)
        {
            var x = Lanes.At(_input, i);
            var isThere = Vector512.Equals(x, x) & Vector512.GreaterThan(Lanes.At(_numeric, i), Vector512<double>.Zero);
            var count = Lanes.At(_counts, i) + Vector512.ConditionalSelect(isThere, Vector512<double>.One, Vector512<double>.Zero);
            var mean = Lanes.At(_means, i);
            var distance = Vector512.ConditionalSelect(isThere, x - mean, Vector512<double>.Zero);
            mean += distance / Vector512.Max(count, Vector512<double>.One);
            var squares = Lanes.At(_squares, i) + distance * Vector512.ConditionalSelect(isThere, x - mean, Vector512<double>.Zero);
            var inverse = Vector512.Sqrt(Vector512.Max(count, Vector512<double>.One) / squares);
            Lanes.Put(count, _counts, i);
            Lanes.Put(mean, _means, i);
            Lanes.Put(squares, _squares, i);
            Lanes.Put(Vector512.ConditionalSelect(Vector512.GreaterThan(squares, Vector512<double>.Zero), inverse, Vector512<double>.Zero), _inverses, i);
        }
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        Take(features);
        for (var i = 0; i < _input.Length; i += Lanes.Count)
        {
            var scaled = (Lanes.At(_input, i) - Lanes.At(_means, i)) * Lanes.At(_inverses, i);
            Lanes.Put(Vector512.ConditionalSelect(Vector512.Equals(scaled, scaled), Vector512.Min(Vector512.Max(scaled, Vector512.Create(-_limit)), Vector512.Create(_limit)), scaled), _input, i);
        }
        _input.AsSpan(0, _features.Count).CopyTo(output);
        foreach (var column in _features.NominalColumns) output[column] = features[column];
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _limit);
        archive.Require(_limit > 0, "its limit is not above 0");
        if (archive.IsReading) Begin();
        var width = _input.Length;
        archive.Array(ref _counts, width);
        archive.Array(ref _means, width);
        archive.Array(ref _squares, width);
        archive.Array(ref _inverses, width);
    }

    void Begin()
    {
        var width = Lanes.Padded(_features.Count);
        (_input, _numeric, _counts, _means, _squares, _inverses) = (new double[width], new double[width], new double[width], new double[width], new double[width], new double[width]);
        foreach (var column in _features.NumericColumns) _numeric[column] = 1;
    }

    void Take(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyBounded(features, _input);
    }
}
