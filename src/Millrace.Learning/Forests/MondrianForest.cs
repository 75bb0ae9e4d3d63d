using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>Random trees that split without looking at the labels, each answering by the mean of all its prunings weighed by how well they predicted: aggregated Mondrian forest.</summary>
/// <remarks>
/// <para>
/// A row outside of a node's box makes it split at a random place between box and row. A node's shares are (count + ½) / (n + ½ K); a pruning weighs e^(-log loss) of what it would have said so far, and their mean is formed
/// exactly on the way up. Needs no setting and no scaling. Cost: one way down and up for each tree; 2 d + K + 7 numbers a node, as many nodes as twice the rows, up to a limit.
/// </para>
/// <para>Weakness: columns that say nothing are split as often as others; it forgets nothing, so it does not follow change; codes of categories are taken for numbers.</para>
/// <para>Mourtada, Gaïffas and Scornet (2021), AMF: Aggregated Mondrian forests for online learning, JRSS B 83, 505-533.</para>
/// </remarks>
public sealed class MondrianForest : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    MondrianOptions _options = new();
    int _classes = 2, _classesAtStart = 2;
    ulong _seed;
    SeededRandom _random;
    MondrianTree[] _trees = [];
    double[] _row = [], _answers = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For the splits.</param>
    public MondrianForest(FeatureSet features, int classes = 2, MondrianOptions? options = null, ulong seed = 42)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options, _seed) = (features, classes, (options ?? new()).Checked(), seed);
        Reset();
    }

    internal MondrianForest() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <inheritdoc/>
    public void Reset()
    {
        (_classes, _random) = (_classesAtStart, new(_seed));
        (_row, _answers) = (new double[_features.Count], new double[_classes]);
        _trees = [.. Enumerable.Range(0, _options.Trees).Select(_ => new MondrianTree(_features.Count, _classes, _options.NodesMax, _options.Step))];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes)
        {
            _classes = target + 1;
            _answers = new double[_classes];
            foreach (var tree in _trees) tree.Grow(_classes);
        }
        Lanes.CopyBounded(features, _row);
        foreach (var tree in _trees) tree.Learn(_row, target, ref _random);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        Lanes.CopyBounded(features, _row);
        probabilities.Clear();
        foreach (var tree in _trees)
        {
            tree.Predict(_row, _answers);
            for (var c = 0; c < _classes; c++) probabilities[c] += _answers[c];
        }
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        MondrianOptions.Transfer(archive, ref _options);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _seed);
        _random.Transfer(archive);
        archive.Objects(ref _trees, () => new(_features.Count, 1, _options.NodesMax, _options.Step), tree => tree.Transfer(archive));
        archive.Require(_trees.Length == _options.Trees, "its trees are not as many as it says");
        if (!archive.IsReading) return;
        archive.Require(archive.CanHold(0) && _trees.All(t => t.Width == _classes), "its trees do not fit its classes");
        (_row, _answers) = (new double[_features.Count], new double[_classes]);
    }
}
