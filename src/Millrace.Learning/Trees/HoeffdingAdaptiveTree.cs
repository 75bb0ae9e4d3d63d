using Millrace.Learning.Drift;
using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>A Hoeffding tree that watches the errors below each split, and grows a new branch beside one that has become worse.</summary>
/// <remarks>
/// <para>
/// Each node keeps its errors in an <see cref="Adwin"/> window. Where they rise, a new tree begins there beside the old one; once both have seen 300 rows, the one with the lower error stays, if the
/// difference is beyond the bound √(2 e (1 - e) ln(2/0.05) (1/n + 1/m)). Otherwise as <see cref="HoeffdingTree"/>. Cost: an ADWIN update for each level.
/// </para>
/// <para>Weakness: change in a part of the tree that few rows come to is found late.</para>
/// <para>Bifet and Gavaldà (2009), Adaptive learning from evolving data streams, IDA.</para>
/// </remarks>
public sealed class HoeffdingAdaptiveTree : IClassifier
{
    const int WidthMin = 300;
    const double SwitchConfidence = 0.05;

    static readonly TreeOptions s_usual = new() { Grace = 100, Confidence = 0.01 };

    FeatureSet _features = FeatureSet.Numeric(1);
    TreeOptions _options = s_usual;
    double _driftConfidence = 0.002;
    int _classes, _classesAtStart;
    TreeGrower _grower;
    TreeNode _root;
    double[] _votes = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings of the tree; since a wrong branch can be replaced it dares to split sooner than a <see cref="HoeffdingTree"/>: grace 100 and confidence 0.01 unless given.</param>
    /// <param name="driftConfidence">δ of the windows over errors: larger sees more change. Above 0, below 1.</param>
    public HoeffdingAdaptiveTree(FeatureSet features, int classes = 2, TreeOptions? options = null, double driftConfidence = 0.002)
    {
        ClassLabels.CheckCount(classes);
        if (!(driftConfidence > 0 && driftConfidence < 1)) throw new ArgumentOutOfRangeException(nameof(driftConfidence), driftConfidence, "The confidence is above 0 and below 1.");
        (_features, _classesAtStart, _options, _driftConfidence) = (features, classes, (options ?? s_usual).Checked(), driftConfidence);
        _classes = classes;
        _grower = new(_features, _options);
        _root = _grower.NewLeaf(classes);
    }

    internal HoeffdingAdaptiveTree()
    {
        _grower = new(_features, _options);
        _root = new();
    }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <summary>Number of leaves, without those of trees that are only tried.</summary>
    public int Leaves => _root.Leaves;

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
        if (_votes.Length < _classes) _votes = new double[_classes];
        Learn(ref _root, features, target, weight, depth: 0);
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
        archive.Value(ref _driftConfidence);
        archive.Require(_driftConfidence is > 0 and < 1, "its settings are out of range");
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        if (archive.IsReading) (_grower, _root) = (new(_features, _options), new());
        _root.Transfer(archive, _features, (numeric, nominal) => _grower.LeafOf(numeric, nominal, 1), depth: 0);
    }

    // One tree from here down: its leaf judges every node on the way, then each node learns.
    void Learn(ref TreeNode top, ReadOnlySpan<double> features, int target, double weight, int depth)
    {
        var votes = _votes.AsSpan(0, _classes);
        _grower.Vote(top.LeafOf(features), features, votes);
        var error = ClassLabels.Largest(votes) == target ? 0 : 1;
        ref TreeNode place = ref top;
        while (true)
        {
            Watch(ref place, error, features, target, weight, depth);
            var node = place;
            if (node.Leaf is not null)
            {
                _grower.Learn(node, features, target, weight, depth);
                return;
            }
            var child = node.Split.ChildOf(features);
            place = ref node.Children[(uint)child < (uint)node.Children.Length ? child : node.UsualChild];
            depth++;
        }
    }

    void Watch(ref TreeNode place, int error, ReadOnlySpan<double> features, int target, double weight, int depth)
    {
        var node = place;
        var errors = node.Errors ??= new(_driftConfidence);
        var before = errors.Mean;
        var isWorse = errors.Update(error) && errors.Mean > before;
        if (node.Leaf is not null) return;
        if (isWorse) node.Alternate = _grower.NewLeaf(_classes);
        if (node.Alternate is not { } alternate) return;
        Learn(ref alternate, features, target, weight, depth);
        node.Alternate = alternate;
        if (alternate.Errors is not { Width: > WidthMin } young || errors.Width <= WidthMin) return;
        var (old, fresh) = (errors.Mean, young.Mean);
        var bound = Math.Sqrt(2 * old * (1 - old) * Math.Log(2 / SwitchConfidence) * (1 / errors.Width + 1 / young.Width));
        if (old - fresh > bound) place = alternate;
        else if (fresh - old > bound) node.Alternate = null;
    }
}
