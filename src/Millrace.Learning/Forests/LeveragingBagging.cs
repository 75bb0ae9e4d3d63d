using Millrace.Learning.Drift;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;
using Millrace.Learning.Trees;

namespace Millrace.Learning.Forests;

/// <summary>Many Hoeffding trees that see each row with a drawn weight; when one of them finds that its errors rise, the worst of all begins anew.</summary>
/// <remarks>
/// <para>
/// A row counts Poisson(6) times in each tree; the trees' shares are summed. Each tree's errors run through an <see cref="Adwin"/> window. Unlike in a forest every tree looks at all columns. Cost: that of a Hoeffding tree for each tree.
/// </para>
/// <para>Weakness: trees that look at all columns err alike, so <see cref="AdaptiveRandomForest"/> is mostly better; memory and time of ten trees.</para>
/// <para>Bifet, Holmes and Pfahringer (2010), Leveraging bagging for evolving data streams, ECML PKDD.</para>
/// </remarks>
public sealed class LeveragingBagging : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    TreeOptions _options = new();
    int _count = 10, _classes = 2, _classesAtStart = 2;
    double _weight = 6;
    ulong _seed;
    SeededRandom _random;
    Poisson _poisson = new(6);
    TreeGrower _grower;
    TreeNode[] _trees = [];
    Adwin[] _errors = [];
    double[] _votes = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="trees">How many trees, 1 to 1,000.</param>
    /// <param name="weight">How often a row counts in a tree on average: above 0, below 20.</param>
    /// <param name="options">Settings of the trees; those of <see cref="HoeffdingTree"/> unless given.</param>
    /// <param name="seed">For the weights.</param>
    public LeveragingBagging(FeatureSet features, int classes = 2, int trees = 10, double weight = 6, TreeOptions? options = null, ulong seed = 42)
    {
        ClassLabels.CheckCount(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(trees, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trees, 1000);
        if (!(weight > 0 && weight < 20)) throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight is above 0 and below 20.");
        (_features, _classesAtStart, _count, _weight, _options, _seed) = (features, classes, trees, weight, (options ?? new()).Checked(), seed);
        _poisson = new(weight);
        _grower = new(_features, _options);
        Reset();
    }

    internal LeveragingBagging() => _grower = new(_features, _options);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <inheritdoc/>
    public void Reset()
    {
        (_classes, _random) = (_classesAtStart, new(_seed));
        _votes = new double[_classes];
        _grower = new(_features, _options);
        _trees = [.. Enumerable.Range(0, _count).Select(_ => _grower.NewLeaf(_classes))];
        _errors = [.. Enumerable.Range(0, _count).Select(_ => new Adwin())];
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        probabilities.Clear();
        var votes = _votes.AsSpan(0, _classes);
        foreach (var tree in _trees)
        {
            _grower.Vote(tree.LeafOf(features), features, votes);
            for (var c = 0; c < votes.Length; c++) probabilities[c] += votes[c];
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
        var votes = _votes.AsSpan(0, _classes);
        var hasChanged = false;
        for (var i = 0; i < _trees.Length; i++)
        {
            var node = _trees[i];
            var depth = 0;
            for (; node.Leaf is null; depth++) node = node.ChildOf(features);
            _grower.Vote(node, features, votes);
            var before = _errors[i].Mean;
            hasChanged |= _errors[i].Update(ClassLabels.Largest(votes) == target ? 0 : 1) && _errors[i].Mean > before;
            var drawn = weight * _poisson.Draw(ref _random);
            if (drawn > 0) _grower.Learn(node, features, target, drawn, depth);
        }
        if (!hasChanged) return;
        var worst = 0;
        for (var i = 1; i < _errors.Length; i++)
            if (_errors[i].Mean > _errors[worst].Mean) worst = i;
        (_trees[worst], _errors[worst]) = (_grower.NewLeaf(_classes), new());
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        TreeOptions.Transfer(archive, ref _options);
        archive.Value(ref _count, 1, 1000);
        archive.Value(ref _weight);
        archive.Require(_weight is > 0 and < 20, "its settings are out of range");
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _seed);
        _random.Transfer(archive);
        if (archive.IsReading) (_grower, _poisson, _votes) = (new(_features, _options), new(_weight), new double[_classes]);
        archive.Objects(ref _trees, () => new(), tree => tree.Transfer(archive, _features, (numeric, nominal) => _grower.LeafOf(numeric, nominal, 1), depth: 0));
        archive.Objects(ref _errors, () => new(), errors => errors.Transfer(archive));
        archive.Require(_trees.Length == _count && _errors.Length == _count, "its trees are not as many as it says");
    }
}
