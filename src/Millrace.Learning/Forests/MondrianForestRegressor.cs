using Millrace.Learning.Images;
using Millrace.Learning.Linear;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>Random trees that split without looking at the targets, each answering by the mean of all its prunings weighed by how well they predicted.</summary>
/// <remarks>
/// <para>
/// As <see cref="MondrianForest"/>, with a node's mean as its answer and the squared error, in deviations of the target, as its loss. Cost: one way down and up for each tree; 2 d + 8 numbers a node, as many nodes as
/// twice the rows, up to a limit.
/// </para>
/// <para>Weakness: columns that say nothing are split as often as others; it forgets nothing and never predicts beyond the targets that it saw; codes of categories are taken for numbers.</para>
/// <para>Mourtada, Gaïffas and Scornet (2021), AMF: Aggregated Mondrian forests for online learning, JRSS B 83, 505-533.</para>
/// </remarks>
public sealed class MondrianForestRegressor : IRegressor
{
    FeatureSet _features = FeatureSet.Numeric(1);
    MondrianOptions _options = new();
    ulong _seed;
    SeededRandom _random;
    TargetScale _scale = new(true);
    double _origin, _unit;
    MondrianTree[] _trees = [];
    double[] _row = [], _answer = new double[1];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="options">Settings; a loss counts ten times unless given.</param>
    /// <param name="seed">For the splits.</param>
    public MondrianForestRegressor(FeatureSet features, MondrianOptions? options = null, ulong seed = 42)
    {
        (_features, _options, _seed) = (features, (options ?? new() { Step = 10 }).Checked(), seed);
        Reset();
    }

    internal MondrianForestRegressor() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset()
    {
        _random = new(_seed);
        _scale.Clear();
        (_origin, _unit, _row) = (0, 0, new double[_features.Count]);
        _trees = NewTrees();
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
    {
        _features.Check(features);
        target = TargetScale.Usable(target);
        if (double.IsNaN(target)) return;
        _scale.Learn(target);
        // Means that nodes hold are of one unit for good: the spread of the first rows that have one.
        if (_unit == 0) (_origin, _unit) = _scale.Unit;
        if (_unit == 0) return;
        Lanes.CopyBounded(features, _row);
        var scaled = Math.Clamp((target - _origin) / _unit, -1e6, 1e6);
        foreach (var tree in _trees) tree.Learn(_row, scaled, ref _random);
    }

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (_unit == 0) return _scale.Unscaled(0);
        Lanes.CopyBounded(features, _row);
        var sum = 0.0;
        foreach (var tree in _trees)
        {
            tree.Predict(_row, _answer);
            sum += _answer[0];
        }
        return _scale.Bounded(_origin + _unit * sum / _trees.Length);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        MondrianOptions.Transfer(archive, ref _options);
        archive.Value(ref _seed);
        _random.Transfer(archive);
        _scale.Transfer(archive);
        archive.Value(ref _origin);
        archive.Value(ref _unit);
        archive.Require(double.IsFinite(_origin) && _unit >= 0 && double.IsFinite(_unit), "its targets have no range");
        archive.Objects(ref _trees, () => new(_features.Count, 0, _options.NodesMax, _options.Step), tree => tree.Transfer(archive));
        archive.Require(_trees.Length == _options.Trees && _trees.All(t => t.Width == 1), "its trees are not as many as it says");
        if (archive.IsReading) _row = new double[_features.Count];
    }

    MondrianTree[] NewTrees() => [.. Enumerable.Range(0, _options.Trees).Select(_ => new MondrianTree(_features.Count, 0, _options.NodesMax, _options.Step))];
}
