using Millrace.Learning.Images;

namespace Millrace.Learning.Forests;

/// <summary>Many Hoeffding trees, each of which looks at its own columns only and sees each row with a drawn weight; a tree that becomes worse is replaced, and its columns are drawn anew.</summary>
/// <remarks>
/// <para>
/// Three of five columns for each tree (in <see cref="AdaptiveRandomForest"/> each leaf draws its own), a row counts Poisson(6) times, the trees vote with their accuracy as weight. Each tree's errors run through two <see cref="Drift.Adwin"/> windows,
/// one that makes a younger tree with other columns begin, one that puts it in the place of the old one. Cost: that of a Hoeffding tree with three of five columns for each tree.
/// </para>
/// <para>Weakness: memory and time of ten trees or more; with few columns the trees look at nearly the same.</para>
/// <para>Gomes, Read and Bifet (2019), Streaming random patches for evolving data stream classification, ICDM.</para>
/// </remarks>
public sealed class StreamingRandomPatches : IClassifier
{
    static readonly ForestOptions s_usual = new() { Trees = 10, Weight = 6 };

    FeatureSet _features = FeatureSet.Numeric(1);
    ForestOptions _options = s_usual;
    int _classes, _classesAtStart;
    ulong _seed;
    VotingTrees _trees;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For weights and columns.</param>
    public StreamingRandomPatches(FeatureSet features, int classes = 2, ForestOptions? options = null, ulong seed = 42)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options, _seed) = (features, classes, (options ?? s_usual).Checked(), seed);
        (_classes, _trees) = (classes, NewTrees(classes));
    }

    internal StreamingRandomPatches() => _trees = NewTrees(2);

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

    VotingTrees NewTrees(int classes) => new(_features, classes, _options, keepColumns: true, _seed);
}
