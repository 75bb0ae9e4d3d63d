using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>Some hundred small clusters take the rows in; k-means over them tells the large ones.</summary>
/// <remarks>
/// <para>
/// A row joins the nearest small cluster if it lies within twice its deviation (or the way to its nearest neighbour while it has one row); otherwise it begins one, for which the one whose rows are oldest on average goes if that is more than a window ago, else the two
/// nearest are joined. k-means++ over the middles runs anew each time as many rows came as there are small clusters. Cost: as many distances as small clusters a row.
/// </para>
/// <para>Weakness: the number of clusters must be known; round clusters; within a window it does not forget.</para>
/// <para>Aggarwal, Han, Wang and Yu (2003), A framework for clustering evolving data streams, VLDB.</para>
/// </remarks>
public sealed class CluStream : IClusterer
{
    const double Deviations = 2;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _clusters = 5, _small = 100;
    long _window = 1000, _rows;
    ulong _seed;
    SeededRandom _random;
    Middles _micro = new(1), _middles = new(1);
    double[] _squares = [], _times = [], _row = [];
    int _sinceLast;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="clusters">How many clusters, 1 to 65,536.</param>
    /// <param name="small">How many small clusters, at least as many, up to 65,536.</param>
    /// <param name="window">Rows after which a small cluster that gets no more may go, 1 or more.</param>
    /// <param name="seed">For k-means++.</param>
    public CluStream(FeatureSet features, int clusters = 5, int small = 100, long window = 1000, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(small, 65_536);
        ArgumentOutOfRangeException.ThrowIfLessThan(small, Math.Max(2, clusters));
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        (_features, _clusters, _small, _window, _seed) = (features, clusters, small, window, seed);
        Reset();
    }

    internal CluStream() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Clusters => _middles.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Center(int cluster) => _middles[cluster][.._features.Count];

    /// <inheritdoc/>
    public void Reset()
    {
        Begin();
        (_random, _rows, _sinceLast) = (new(_seed), 0, 0);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        _rows++;
        if (_micro.Count < _small) Start();
        else
        {
            var nearest = _micro.Nearest(_row, out var distance);
            if (distance <= Reach(nearest)) Join(nearest, distance);
            else
            {
                MakeRoom();
                Start();
            }
        }
        if (++_sinceLast < _small) return;
        _sinceLast = 0;
        _middles = WeightedKMeans.Of(_micro, _clusters, ref _random);
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
        archive.Value(ref _small, Math.Max(2, _clusters), 65_536);
        archive.Value(ref _window);
        archive.Value(ref _rows);
        archive.Value(ref _seed);
        archive.Value(ref _sinceLast, 0, _small);
        archive.Require(_window >= 1 && _rows >= 0, "its settings are out of range");
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(16L * _small), "it is too short for its clusters");
            Begin();
        }
        _random.Transfer(archive);
        _micro.Transfer(archive);
        _middles.Transfer(archive);
        archive.Array(ref _squares, _small);
        archive.Array(ref _times, _small);
        archive.Require(_micro.Count <= _small && _middles.Count <= _clusters, "it has more clusters than it may");
    }

    void Begin()
    {
        (_micro, _middles) = (new(_features.Count), new(_features.Count));
        (_squares, _times, _row) = (new double[_small], new double[_small], new double[_micro.Width]);
    }

    void Start()
    {
        var i = _micro.Add(_row, 1);
        (_squares[i], _times[i]) = (0, _rows);
    }

    // Squared distances from the middle, summed over all columns (Welford), and the mean time of the rows.
    void Join(int i, double distance)
    {
        var weight = ++_micro.Weight(i);
        _squares[i] += distance * (weight - 1) / weight;
        _times[i] += (_rows - _times[i]) / weight;
        _micro.Move(i, _row, 1 / weight);
    }

    double Reach(int i)
    {
        if (_micro.Weight(i) > 1) return Deviations * Deviations * _squares[i] / _micro.Weight(i);
        var least = double.PositiveInfinity;
        for (var j = 0; j < _micro.Count; j++)
            if (j != i) least = Math.Min(least, Middles.Distance(_micro.Padded(i), _micro.Padded(j)));
        return least;
    }

    void MakeRoom()
    {
        var oldest = 0;
        for (var i = 1; i < _micro.Count; i++)
            if (_times[i] < _times[oldest]) oldest = i;
        if (_times[oldest] < _rows - _window)
        {
            Remove(oldest);
            return;
        }
        var (one, two, least) = (0, 1, double.PositiveInfinity);
        for (var i = 1; i < _micro.Count; i++)
            for (var j = 0; j < i; j++)
            {
                var distance = Middles.Distance(_micro.Padded(i), _micro.Padded(j));
                if (distance < least) (one, two, least) = (j, i, distance);
            }
        var (a, b) = (_micro.Weight(one), _micro.Weight(two));
        if (double.IsFinite(least)) _squares[one] += _squares[two] + least * a * b / (a + b);
        _times[one] = (_times[one] * a + _times[two] * b) / (a + b);
        _micro.Weight(one) = a + b;
        _micro.Move(one, _micro.Padded(two), b / (a + b));
        Remove(two);
    }

    void Remove(int i)
    {
        var last = _micro.Count - 1;
        (_squares[i], _times[i]) = (_squares[last], _times[last]);
        _micro.Remove(i);
    }
}
