using Millrace.Learning.Drift;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;
using Millrace.Learning.Trees;

namespace Millrace.Learning.Forests;

/// <summary>A tree of an adaptive forest: how well it does, whether that changes, and the younger tree that waits to take its place.</summary>
sealed class ForestTree
{
    readonly FeatureSet _features;
    readonly TreeGrower _grower;
    TreeNode _root;
    TreeNode? _younger;
    Adwin _warning, _drift;
    double _rows, _hits, _rowsOfYounger, _hitsOfYounger;

    public ForestTree(FeatureSet features, int classes, ForestOptions options, bool keepColumns, SeededRandom random)
    {
        _features = features;
        _grower = new(features, options.Tree, options.ColumnsOf(features.Count), keepColumns, random);
        _root = _grower.NewLeaf(classes);
        (_warning, _drift) = (new(options.WarningConfidence), new(options.DriftConfidence));
    }

    /// <summary>Share of rows that it had right since it began.</summary>
    public double Accuracy => _rows > 0 ? _hits / _rows : 0;

    /// <summary>How often another tree took its place.</summary>
    public int Replaced { get; private set; }

    public void Vote(ReadOnlySpan<double> features, Span<double> votes) => _grower.Vote(_root.LeafOf(features), features, votes);

    /// <summary>Scores itself with a row, watches its errors, and learns the row as often as was drawn.</summary>
    public void Learn(ReadOnlySpan<double> features, int target, double weight, int classes, Span<double> votes)
    {
        Vote(features, votes);
        var isHit = ClassLabels.Largest(votes) == target;
        _rows++;
        if (isHit) _hits++;
        if (weight > 0) Learn(_root, features, target, weight);
        if (_younger is not null)
        {
            _grower.Vote(_younger.LeafOf(features), features, votes);
            _rowsOfYounger++;
            if (ClassLabels.Largest(votes) == target) _hitsOfYounger++;
            if (weight > 0) Learn(_younger, features, target, weight);
        }
        var before = _warning.Mean;
        if (_warning.Update(isHit ? 0 : 1) && _warning.Mean > before)
        {
            _younger = _grower.NewLeaf(classes);
            (_rowsOfYounger, _hitsOfYounger) = (0, 0);
            _warning.Reset();
        }
        before = _drift.Mean;
        if (_drift.Update(isHit ? 0 : 1) && _drift.Mean > before) Replace(classes);
    }

    public void Transfer(Archive archive)
    {
        _grower.Transfer(archive);
        TransferTree(archive, _root);
        archive.Optional(ref _younger, () => new(), younger => TransferTree(archive, younger));
        _warning.Transfer(archive);
        _drift.Transfer(archive);
        archive.Value(ref _rows);
        archive.Value(ref _hits);
        archive.Value(ref _rowsOfYounger);
        archive.Value(ref _hitsOfYounger);
        var replaced = Replaced;
        archive.Value(ref replaced);
        Replaced = replaced;
    }

    void TransferTree(Archive archive, TreeNode root) => root.Transfer(archive, _features, (numeric, nominal) => _grower.LeafOf(numeric, nominal, 1), depth: 0);

    void Learn(TreeNode node, ReadOnlySpan<double> features, int target, double weight)
    {
        var depth = 0;
        for (; node.Leaf is null; depth++) node = node.ChildOf(features);
        _grower.Learn(node, features, target, weight, depth);
    }

    void Replace(int classes)
    {
        _root = _younger ?? _grower.NewLeaf(classes);
        (_rows, _hits) = _younger is null ? (0, 0) : (_rowsOfYounger, _hitsOfYounger);
        _younger = null;
        _warning.Reset();
        _drift.Reset();
        Replaced++;
    }
}
