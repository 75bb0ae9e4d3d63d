using Millrace.Learning.Images;

namespace Millrace.Learning.Forests;

/// <summary>Many Hoeffding trees that see rows with different weight and look at different columns; a tree that becomes worse is replaced.</summary>
/// <remarks>
/// <para>
/// A row counts Poisson(10) times (the paper has 6) in each tree, and each leaf looks at columns drawn by chance, so that trees err differently; they vote with their accuracy as weight. Each tree's errors run through two
/// <see cref="Drift.Adwin"/> windows: the sensitive one makes a younger tree begin in the background, the other one puts it in the place of the old one. Cost: that of a Hoeffding tree for each tree.
/// </para>
/// <para>Weakness: memory and time of twenty trees; with few rows no better than naive Bayes.</para>
/// <para>Gomes et al. (2017), Adaptive random forests for evolving data stream classification, Machine Learning 106, 1469-1495.</para>
/// </remarks>
public sealed class AdaptiveRandomForest : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    ForestOptions _options = new();
    int _classes, _classesAtStart;
    ulong _seed;
    VotingTrees _trees;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For weights and columns.</param>
    public AdaptiveRandomForest(FeatureSet features, int classes = 2, ForestOptions? options = null, ulong seed = 42)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options, _seed) = (features, classes, (options ?? new()).Checked(), seed);
        (_classes, _trees) = (classes, NewTrees(classes));
    }

    internal AdaptiveRandomForest() => _trees = NewTrees(2);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <summary>How often a tree was replaced.</summary>
    public int Replaced => _trees.Replaced;

    /// <inheritdoc/>
    public void Reset() => (_classes, _trees) = (_classesAtStart, NewTrees(_classesAtStart));

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        _trees.Predict(features, probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes) _classes = target + 1;
        _trees.Learn(features, target, weight, _classes);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        ForestOptions.Transfer(archive, ref _options);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _seed);
        if (archive.IsReading) _trees = NewTrees(_classes);
        _trees.Transfer(archive);
    }

    VotingTrees NewTrees(int classes) => new(_features, classes, _options, keepColumns: false, _seed);
}
