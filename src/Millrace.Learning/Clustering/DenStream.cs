using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>Small clusters that fade; those that are dense and touch belong together, those that stay sparse are noise and vanish.</summary>
/// <remarks>
/// <para>
/// A row joins the nearest dense small cluster if that one's radius stays within ε, else the nearest sparse one, else it begins one. Weights fade by 2^(-λ rows); dense is what weighs β μ and more. Dense ones whose middles lie within 2 ε are one cluster. Cost: as many distances as small clusters a row.
/// </para>
/// <para>Weakness: ε must fit (it is in the unit of the columns: scale them first); clusters of very different density.</para>
/// <para>Cao, Ester, Qian and Zhou (2006), Density-based clustering over an evolving data stream with noise, SDM.</para>
/// </remarks>
public sealed class DenStream : IClusterer
{
    FeatureSet _features = FeatureSet.Numeric(1);
    double _radius = 0.3, _fading = 0.001, _dense = 3;
    Middles _micro = new(1), _middles = new(1);
    double[] _squares = [], _begun = [], _seen = [], _row = [];
    int[] _parents = [], _numbers = [];
    long _rows;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="radius">ε: the largest radius of a small cluster, above 0, in the unit of the columns.</param>
    /// <param name="fading">λ: weights halve every 1/λ rows; above 0, at most 1.</param>
    /// <param name="dense">β μ: the weight from which a small cluster is dense, more than 1.</param>
    public DenStream(FeatureSet features, double radius = 0.3, double fading = 0.001, double dense = 3)
    {
        (_features, _radius, _fading, _dense) = (features, radius, fading, dense);
        if (!IsSound) throw new ArgumentOutOfRangeException(nameof(radius), (radius, fading, dense), "The radius is above 0, the fading above 0 and at most 1, the weight of dense clusters above 1.");
        Reset();
    }

    internal DenStream() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Clusters => _middles.Count;

    bool IsSound => _radius > 0 && double.IsFinite(_radius) && _fading is > 0 and <= 1 && _dense > 1 && double.IsFinite(_dense);

    // A sparse cluster that gets less than one row in so many is noise.
    long Interval => Math.Max(1, (long)Math.Ceiling(Math.Log2(_dense / (_dense - 1)) / _fading));

    /// <inheritdoc/>
    public ReadOnlySpan<double> Center(int cluster) => _middles[cluster][.._features.Count];

    /// <inheritdoc/>
    public void Reset()
    {
        (_micro, _middles, _rows) = (new(_features.Count), new(_features.Count), 0);
        (_squares, _begun, _seen, _parents, _numbers) = ([], [], [], [], []);
        _row = new double[_micro.Width];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        _rows++;
        if (!Join(mustBeDense: true) && !Join(mustBeDense: false)) Start();
        if (_rows % Interval == 0) Prune();
    }

    /// <inheritdoc/>
    public int Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _row);
        return _middles.Count == 0 ? -1 : _middles.Nearest(_row, out _);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _radius);
        archive.Value(ref _fading);
        archive.Value(ref _dense);
        archive.Require(IsSound, "its settings are out of range");
        if (archive.IsReading) Reset();
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
        _micro.Transfer(archive);
        _middles.Transfer(archive);
        var (squares, begun, seen) = archive.IsReading ? ([], [], []) : (_squares[.._micro.Count], _begun[.._micro.Count], _seen[.._micro.Count]);
        archive.Array(ref squares, _micro.Count);
        archive.Array(ref begun, _micro.Count);
        archive.Array(ref seen, _micro.Count);
        if (archive.IsReading) (_squares, _begun, _seen) = (squares, begun, seen);
    }

    double Faded(int i) => Math.Pow(2, -_fading * (_rows - _seen[i]));

    bool Join(bool mustBeDense)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        for (var i = 0; i < _micro.Count; i++)
        {
            if (_micro.Weight(i) * Faded(i) >= _dense != mustBeDense) continue;
            var distance = Middles.Distance(_row, _micro.Padded(i));
            if (distance < least) (best, least) = (i, distance);
        }
        if (best < 0) return false;
        var faded = Faded(best);
        var weight = _micro.Weight(best) * faded;
        var squares = _squares[best] * faded + least * weight / (weight + 1);
        if (squares / (weight + 1) > _radius * _radius) return false;
        (_micro.Weight(best), _squares[best], _seen[best]) = (weight + 1, squares, _rows);
        _micro.Move(best, _row, 1 / (weight + 1));
        return true;
    }

    void Start()
    {
        var i = _micro.Add(_row, 1);
        if (i >= _squares.Length)
        {
            var more = Math.Max(16, 2 * i);
            Array.Resize(ref _squares, more);
            Array.Resize(ref _begun, more);
            Array.Resize(ref _seen, more);
        }
        (_squares[i], _begun[i], _seen[i]) = (0, _rows, _rows);
    }

    void Prune()
    {
        var interval = Interval;
        for (var i = _micro.Count - 1; i >= 0; i--)
        {
            var weight = _micro.Weight(i) * Faded(i);
            var due = (Math.Pow(2, -_fading * (_rows - _begun[i] + interval)) - 1) / (Math.Pow(2, -_fading * interval) - 1);
            if (weight >= _dense || weight >= due) continue;
            var last = _micro.Count - 1;
            (_squares[i], _begun[i], _seen[i]) = (_squares[last], _begun[last], _seen[last]);
            _micro.Remove(i);
        }
        Gather();
    }

    // Dense small clusters that touch are one; its middle is theirs by weight.
    void Gather()
    {
        var count = _micro.Count;
        if (_parents.Length < count) (_parents, _numbers) = (new int[count], new int[count]);
        Span<bool> isDense = count <= 4096 ? stackalloc bool[count] : new bool[count];
        var parents = _parents.AsSpan(0, count);
        Joined.Begin(parents);
        for (var i = 0; i < count; i++)
        {
            isDense[i] = _micro.Weight(i) * Faded(i) >= _dense;
            if (!isDense[i]) continue;
            for (var j = 0; j < i; j++)
                if (isDense[j] && Middles.Distance(_micro.Padded(i), _micro.Padded(j)) <= 4 * _radius * _radius) Joined.Join(parents, i, j);
        }
        var clusters = Joined.Number(parents, isDense, _numbers);
        _middles.Clear();
        for (var c = 0; c < clusters; c++) _middles.Add(_row, 0);
        for (var i = 0; i < count; i++)
        {
            if (_numbers[i] < 0) continue;
            var weight = _micro.Weight(i) * Faded(i);
            _middles.Move(_numbers[i], _micro.Padded(i), weight / (_middles.Weight(_numbers[i]) += weight));
        }
    }
}
