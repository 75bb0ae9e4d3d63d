using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>Small clusters of a fixed radius that count the rows they share with each other; those that share many belong together, whatever shape they form.</summary>
/// <remarks>
/// <para>
/// A row moves each small cluster within r towards it by a tenth of e^(-9/2 d²/r²); none within r: it begins one. Weights and what pairs share fade by 2^(-λ rows). Two are one cluster where the shared weight is more than α of the lighter one's (the paper has their mean, which leaves the fringe of a dense cloud alone); a cluster that weighs less than a fifth of a usual small one is noise.
/// Cost: as many distances as small clusters a row, a pair's count for each two that a row lies in.
/// </para>
/// <para>Weakness: r must fit (it is in the unit of the columns: scale them first); with many columns few rows lie within r of two.</para>
/// <para>Hahsler and Bolaños (2016), Clustering data streams based on shared density between micro-clusters, IEEE TKDE 28, 1449-1461.</para>
/// </remarks>
public sealed class DbStream : IClusterer
{
    const int Interval = 200;
    const double Pull = 0.1, LeastWeight = 1;

    FeatureSet _features = FeatureSet.Numeric(1);
    double _radius = 0.3, _fading = 0.001, _shared = 0.2;
    Middles _micro = new(1), _middles = new(1);
    int[] _names = []; // small clusters keep their name when others vanish
    readonly List<int> _inside = [];
    readonly SortedDictionary<(int, int), double> _pairs = [];
    double[] _row = [];
    int[] _numbers = [], _clusterOf = [];
    int _nextName;
    long _rows;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="radius">r: the radius of a small cluster, above 0, in the unit of the columns.</param>
    /// <param name="fading">λ: weights halve every 1/λ rows; above 0, at most 1.</param>
    /// <param name="shared">α: the share of the lighter one's weight that two small clusters of one large one hold in common, above 0, at most 1.</param>
    public DbStream(FeatureSet features, double radius = 0.3, double fading = 0.001, double shared = 0.2)
    {
        (_features, _radius, _fading, _shared) = (features, radius, fading, shared);
        if (!IsSound) throw new ArgumentOutOfRangeException(nameof(radius), (radius, fading, shared), "The radius is above 0, the fading and the share above 0 and at most 1.");
        Reset();
    }

    internal DbStream() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Clusters => _middles.Count;

    bool IsSound => _radius > 0 && double.IsFinite(_radius) && _fading is > 0 and <= 1 && _shared is > 0 and <= 1;

    /// <inheritdoc/>
    public ReadOnlySpan<double> Center(int cluster) => _middles[cluster][.._features.Count];

    /// <inheritdoc/>
    public void Reset()
    {
        (_micro, _middles, _rows, _nextName) = (new(_features.Count), new(_features.Count), 0, 0);
        (_names, _clusterOf) = ([], []);
        _pairs.Clear();
        _row = new double[_micro.Width];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        _rows++;
        _inside.Clear();
        var square = _radius * _radius;
        for (var i = 0; i < _micro.Count; i++)
        {
            var distance = Middles.Distance(_row, _micro.Padded(i));
            if (distance > square) continue;
            _inside.Add(i);
            _micro.Weight(i)++;
            _micro.Move(i, _row, Pull * Math.Exp(-4.5 * distance / square));
        }
        for (var a = 0; a < _inside.Count; a++)
            for (var b = 0; b < a; b++)
            {
                var pair = (_names[_inside[b]], _names[_inside[a]]);
                if (pair.Item1 > pair.Item2) pair = (pair.Item2, pair.Item1);
                _pairs[pair] = _pairs.GetValueOrDefault(pair) + 1;
            }
        if (_inside.Count == 0) Start();
        if (_rows % Interval == 0) Prune();
    }

    /// <inheritdoc/>
    public int Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        if (_middles.Count == 0) return -1;
        var (best, least) = (-1, double.PositiveInfinity);
        for (var i = 0; i < Math.Min(_micro.Count, _clusterOf.Length); i++)
        {
            if (_clusterOf[i] < 0) continue;
            var distance = Middles.Distance(_row, _micro.Padded(i));
            if (distance < least) (best, least) = (_clusterOf[i], distance);
        }
        return best;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _radius);
        archive.Value(ref _fading);
        archive.Value(ref _shared);
        archive.Require(IsSound, "its settings are out of range");
        if (archive.IsReading) Reset();
        archive.Value(ref _rows);
        archive.Value(ref _nextName, 0, int.MaxValue);
        archive.Require(_rows >= 0, "a count is negative");
        _micro.Transfer(archive);
        _middles.Transfer(archive);
        var names = archive.IsReading ? [] : _names[.._micro.Count];
        archive.Array(ref names, _micro.Count, 0, int.MaxValue);
        if (archive.IsReading) _names = names;
        archive.Array(ref _clusterOf);
        foreach (var cluster in _clusterOf) archive.Require(cluster >= -1 && cluster < _middles.Count, "a small cluster is of no cluster");
        var pairs = new int[2 * _pairs.Count];
        var weights = new double[_pairs.Count];
        var at = 0;
        foreach (var ((a, b), weight) in _pairs) (pairs[2 * at], pairs[2 * at + 1], weights[at++]) = (a, b, weight);
        archive.Array(ref weights);
        archive.Array(ref pairs, 2 * weights.Length, 0, int.MaxValue);
        if (!archive.IsReading) return;
        for (var i = 0; i < weights.Length; i++) _pairs[(pairs[2 * i], pairs[2 * i + 1])] = weights[i];
    }

    void Start()
    {
        var i = _micro.Add(_row, 1);
        if (i >= _names.Length) Array.Resize(ref _names, Math.Max(16, 2 * i));
        _names[i] = _nextName++;
    }

    void Prune()
    {
        var fading = Math.Pow(2, -_fading * Interval);
        for (var i = _micro.Count - 1; i >= 0; i--)
        {
            if ((_micro.Weight(i) *= fading) >= LeastWeight * fading) continue;
            _names[i] = _names[_micro.Count - 1];
            _micro.Remove(i);
        }
        var places = new Dictionary<int, int>();
        for (var i = 0; i < _micro.Count; i++) places[_names[i]] = i;
        var parents = new int[_micro.Count];
        Joined.Begin(parents);
        foreach (var pair in _pairs.Keys.ToArray())
        {
            var weight = _pairs[pair] * fading;
            if (weight < 0.1 || !places.TryGetValue(pair.Item1, out var a) || !places.TryGetValue(pair.Item2, out var b))
            {
                _pairs.Remove(pair);
                continue;
            }
            _pairs[pair] = weight;
            if (weight > _shared * Math.Min(_micro.Weight(a), _micro.Weight(b))) Joined.Join(parents, a, b);
        }
        Gather(parents);
    }

    // A cluster counts if it weighs as much as a fifth of what a small cluster weighs on average.
    void Gather(int[] parents)
    {
        var (weights, total) = (new double[parents.Length], 0.0);
        for (var i = 0; i < parents.Length; i++)
        {
            weights[Joined.Root(parents, i)] += _micro.Weight(i);
            total += _micro.Weight(i);
        }
        var counts = new bool[parents.Length];
        for (var i = 0; i < parents.Length; i++) counts[i] = weights[Joined.Root(parents, i)] * parents.Length * 5 >= total;
        if (_numbers.Length < parents.Length) _numbers = new int[parents.Length];
        var clusters = Joined.Number(parents, counts, _numbers);
        _clusterOf = _numbers[..parents.Length];
        _middles.Clear();
        for (var c = 0; c < clusters; c++) _middles.Add(_row, 0);
        for (var i = 0; i < parents.Length; i++)
            if (_clusterOf[i] >= 0) _middles.Move(_clusterOf[i], _micro.Padded(i), _micro.Weight(i) / (_middles.Weight(_clusterOf[i]) += _micro.Weight(i)));
    }
}
