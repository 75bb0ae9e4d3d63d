using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>A tree of questions about columns that grows a leaf into a split once enough rows say which question is best.</summary>
/// <remarks>
/// <para>
/// Leaves keep, for each class, count, mean and spread of each number and counts of each code, and answer by naive Bayes or by the most frequent class, whichever was right more often. Every 200 rows a
/// leaf looks for its best split by information gain; Hoeffding's bound tells whether it is the best one. Numbers need no scaling. A missing or new value takes the usual way. Cost: one way down a row, 56
/// bytes a number, class and leaf; a million rows/s with 8 numbers.
/// </para>
/// <para>Weakness: it only grows, so it follows change slowly (take <see cref="HoeffdingAdaptiveTree"/>); the first split takes hundreds of rows; columns that matter only together (XOR) are found late.</para>
/// <para>Domingos and Hulten (2000), Mining high-speed data streams, KDD; Holmes, Kirkby and Pfahringer (2005), Stress-testing Hoeffding trees, for the adaptive leaves.</para>
/// </remarks>
public sealed class HoeffdingTree : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    TreeOptions _options = new();
    int _classes, _classesAtStart;
    TreeGrower _grower;
    TreeNode _root;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings; those of the paper unless given.</param>
    public HoeffdingTree(FeatureSet features, int classes = 2, TreeOptions? options = null)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options) = (features, classes, (options ?? new()).Checked());
        _classes = classes;
        _grower = new(_features, _options);
        _root = _grower.NewLeaf(classes);
    }

    internal HoeffdingTree()
    {
        _grower = new(_features, _options);
        _root = new();
    }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <summary>Number of leaves.</summary>
    public int Leaves => _root.Leaves;

    /// <summary>Questions on the longest way down.</summary>
    public int Depth => _root.Depth;

    /// <inheritdoc/>
    public void Reset()
    {
        _classes = _classesAtStart;
        _grower = new(_features, _options);
        _root = _grower.NewLeaf(_classes);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        _grower.Vote(_root.LeafOf(features), features, probabilities[.._classes]);
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes) _classes = target + 1;
        var node = _root;
        var depth = 0;
        for (; node.Leaf is null; depth++) node = node.ChildOf(features);
        _grower.Learn(node, features, target, weight, depth);
    }

    /// <summary>Why a row is predicted as it is: the questions on its way down, the first one first.</summary>
    /// <param name="features">One value for each column.</param>
    public IReadOnlyList<TreeQuestion> Explain(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        return _root.PathOf(features);
    }

    /// <summary>What each column told so far, as shares of 1: the gain of its questions times the rows that come to them; all 0 before the first split.</summary>
    /// <param name="shares">Room for one number for each column.</param>
    public void Importance(Span<double> shares) => _root.Importance(shares[.._features.Count]);

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        TreeOptions.Transfer(archive, ref _options);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        if (archive.IsReading) (_grower, _root) = (new(_features, _options), new());
        _root.Transfer(archive, _features, (numeric, nominal) => _grower.LeafOf(numeric, nominal, 1), depth: 0);
    }
}
