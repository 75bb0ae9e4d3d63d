using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>A given number of middles, the nearest of which moves towards each row.</summary>
/// <remarks>
/// <para>
/// The first 20 k rows are kept and seeded by k-means++; from then on the nearest middle moves by max(1 / rows it has, the fading) of the way, so that old rows count less and less. Cost: k distances a row.
/// </para>
/// <para>Weakness: the number of clusters must be known; round clusters of like size; a middle that lost all its rows stays where it is.</para>
/// <para>MacQueen (1967), Some methods for classification and analysis of multivariate observations; Arthur and Vassilvitskii (2007), k-means++; Sculley (2010), Web-scale k-means clustering.</para>
/// </remarks>
public sealed class KMeans : IClusterer
{
    const int SeedRows = 20;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _clusters = 5;
    double _fading = 0.01;
    ulong _seed;
    SeededRandom _random;
    Middles _first = new(1), _middles = new(1);
    double[] _row = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="clusters">How many clusters, 1 to 65,536.</param>
    /// <param name="fading">The least share of the way that a middle moves, 0 to 1; 0 gives all rows of the past the same weight.</param>
    /// <param name="seed">For the first middles.</param>
    public KMeans(FeatureSet features, int clusters = 5, double fading = 0.01, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clusters, 65_536);
        if (!(fading >= 0 && fading <= 1)) throw new ArgumentOutOfRangeException(nameof(fading), fading, "The fading is 0 to 1.");
        (_features, _clusters, _fading, _seed) = (features, clusters, fading, seed);
        Reset();
    }

    internal KMeans() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Clusters => _middles.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Center(int cluster) => _middles[cluster][.._features.Count];

    /// <inheritdoc/>
    public void Reset()
    {
        (_first, _middles, _random) = (new(_features.Count), new(_features.Count), new(_seed));
        _row = new double[_middles.Width];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        if (_first.Count < SeedRows * _clusters && _middles.Count == 0)
        {
            _first.Add(_row, 1);
            if (_first.Count == SeedRows * _clusters) Begin();
            return;
        }
        var nearest = _middles.Nearest(_row, out _);
        _middles.Move(nearest, _row, Math.Max(1 / ++_middles.Weight(nearest), _fading));
    }

    /// <inheritdoc/>
    public int Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        return _middles.Nearest(_row, out _);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _clusters, 1, 65_536);
        archive.Value(ref _fading);
        archive.Require(_fading is >= 0 and <= 1, "its settings are out of range");
        archive.Value(ref _seed);
        if (archive.IsReading) Reset();
        _random.Transfer(archive);
        _first.Transfer(archive);
        _middles.Transfer(archive);
        archive.Require(_middles.Count <= _clusters && _first.Count < SeedRows * _clusters, "it has more clusters than it may");
    }

    void Begin()
    {
        _middles = WeightedKMeans.Of(_first, _clusters, ref _random);
        _first = new(_features.Count);
    }
}
