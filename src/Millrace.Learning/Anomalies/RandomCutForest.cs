using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>Trees of random cuts over samples of the rows: what is cut off near the root lies apart.</summary>
/// <remarks>
/// <para>
/// Each tree holds 256 points; a new row takes the place of a drawn one with a chance that keeps the points some 10 × 256 rows old at most on average. Wide columns are cut more often. Score: the mean of 1 / (depth + 1) at which the row would be cut off, over all random
/// ways, 0 to 1. Numbers are in deviations from their running mean, within ±10; missing ones count as the mean; codes by a hash. Cost: trees × depth × columns a row; 16 bytes a node and column.
/// </para>
/// <para>Weakness: the first 256 rows score 0; many columns that say nothing hide the one that does; what comes often enough becomes usual.</para>
/// <para>Guha, Mishra, Roy and Schrijvers (2016), Robust random cut forest based anomaly detection on streams, ICML.</para>
/// </remarks>
public sealed class RandomCutForest : IAnomalyDetector
{
    const double Bound = 10, WindowOfPoints = 10;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _size = 256, _count = 30;
    ulong _seed;
    SeededRandom _random;
    RandomCutTree[] _trees = [];
    double[] _means = [], _squares = [], _counts = [], _point = [];
    long _rows;

    /// <summary>A detector that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="trees">How many trees, 1 to 1,000.</param>
    /// <param name="size">Points of a tree, 8 to 65,536.</param>
    /// <param name="seed">For samples and cuts.</param>
    public RandomCutForest(FeatureSet features, int trees = 30, int size = 256, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trees, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trees, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 65_536);
        (_features, _count, _size, _seed) = (features, trees, size, seed);
        Reset();
    }

    internal RandomCutForest() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset()
    {
        (_random, _rows) = (new(_seed), 0);
        _trees = [.. Enumerable.Range(0, _count).Select(_ => new RandomCutTree(_features.Count, _size))];
        Begin();
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        foreach (var i in _features.NumericColumns)
        {
            var value = Lanes.Bounded(features[i]);
            if (double.IsNaN(value)) continue;
            var distance = value - _means[i];
            _means[i] += distance / ++_counts[i];
            _squares[i] += distance * (value - _means[i]);
        }
        Take(features);
        _rows++;
        var chance = Math.Max((double)_size / _rows, 1 / WindowOfPoints);
        foreach (var tree in _trees)
            if (tree.Points < _size || _random.NextDouble() < chance) tree.Add(_point, _random.Next(_size), ref _random);
    }

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (_rows < _size) return 0;
        Take(features);
        var sum = 0.0;
        foreach (var tree in _trees) sum += tree.Score(_point);
        return Math.Clamp(sum / _trees.Length, 0, 1);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _count, 1, 1000);
        archive.Value(ref _size, 8, 65_536);
        archive.Value(ref _seed);
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
        archive.Require(!archive.IsReading || archive.CanHold(16L * _count * _size), "it is too short for its trees");
        if (archive.IsReading) Begin();
        _random.Transfer(archive);
        archive.Array(ref _means, _features.Count);
        archive.Array(ref _squares, _features.Count);
        archive.Array(ref _counts, _features.Count);
        archive.Objects(ref _trees, () => new(_features.Count, _size), tree => tree.Transfer(archive));
        archive.Require(_trees.Length == _count, "its trees are not as many as it says");
    }

    void Begin() => (_means, _squares, _counts, _point) = (new double[_features.Count], new double[_features.Count], new double[_features.Count], new double[_features.Count]);

    void Take(ReadOnlySpan<double> features)
    {
        for (var i = 0; i < features.Length; i++)
        {
            if (_features[i] == FeatureKind.Nominal)
            {
                // Multiples of the golden ratio spread codes evenly.
                var code = FeatureSet.Code(features[i]);
                _point[i] = code < 0 ? 0 : 4 * (code * 0.6180339887498949 % 1) - 2;
                continue;
            }
            var deviation = _counts[i] > 1 ? Math.Sqrt(_squares[i] / _counts[i]) : 0;
            var scaled = deviation > 0 ? (Lanes.Bounded(features[i]) - _means[i]) / deviation : 0;
            _point[i] = double.IsNaN(scaled) ? 0 : Math.Clamp(scaled, -Bound, Bound);
        }
    }
}
