using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>Many Hoeffding trees that see rows with different weight and look at different columns; a tree that becomes worse is replaced.</summary>
/// <remarks>
/// <para>
/// A row counts Poisson(10) times (the paper has 6) in each tree, and each leaf looks at columns drawn by chance, so that trees err differently; they vote with their accuracy as weight. Each tree's errors run through two
/// <see cref="Drift.Adwin"/> windows: the sensitive one makes a younger tree begin in the background, the other one puts it in the place of the old one. Cost: that of a Hoeffding tree for each tree.
/// </para>
/// <para>Weakness: memory and time of ten trees or more; with few rows no better than naive Bayes.</para>
/// <para>Gomes et al. (2017), Adaptive random forests for evolving data stream classification, Machine Learning 106, 1469-1495.</para>
/// </remarks>
public sealed class AdaptiveRandomForest : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    ForestOptions _options = new();
    int _classes, _classesAtStart;
    ulong _seed;
    ForestTree[] _trees = [];
    SeededRandom _random;
    Poisson _poisson;
    double[] _votes = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For weights and columns.</param>
    public AdaptiveRandomForest(FeatureSet features, int classes = 2, ForestOptions? options = null, ulong seed = 42)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options, _seed) = (features, classes, (options ?? new()).Checked(), seed);
        _poisson = new(_options.Weight);
        Reset();
    }

    internal AdaptiveRandomForest() => _poisson = new(6);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <summary>How often a tree was replaced.</summary>
    public int Replaced => _trees.Sum(t => t.Replaced);

    /// <inheritdoc/>
    public void Reset()
    {
        _classes = _classesAtStart;
        _random = new(_seed);
        _votes = new double[_classes];
        _trees = new ForestTree[_options.Trees];
        for (var i = 0; i < _trees.Length; i++) _trees[i] = new(_features, _classes, _options, new(_random.Next()));
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        var sums = probabilities[.._classes];
        var votes = _votes.AsSpan(0, _classes);
        sums.Clear();
        foreach (var tree in _trees)
        {
            tree.Vote(features, votes);
            var accuracy = tree.Accuracy;
            var weight = accuracy > 0 ? accuracy : 1e-3;
            for (var c = 0; c < votes.Length; c++) sums[c] += weight * votes[c];
        }
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes) _classes = target + 1;
        if (_votes.Length < _classes) _votes = new double[_classes];
        foreach (var tree in _trees) tree.Learn(features, target, weight * _poisson.Draw(ref _random), _classes, _votes.AsSpan(0, _classes));
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        ForestOptions.Transfer(archive, ref _options);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _seed);
        _random.Transfer(archive);
        if (archive.IsReading)
        {
            _votes = new double[_classes];
            _poisson = new(_options.Weight);
        }
        archive.Objects(ref _trees, () => new(_features, 1, _options, default), tree => tree.Transfer(archive));
        archive.Require(_trees.Length == _options.Trees, "its trees are not as many as it says");
    }
}
