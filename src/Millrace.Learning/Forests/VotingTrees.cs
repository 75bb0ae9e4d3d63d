using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>Trees that vote with their accuracy as weight, each learning rows as often as is drawn: what adaptive forests are made of.</summary>
sealed class VotingTrees
{
    readonly FeatureSet _features;
    readonly ForestOptions _options;
    readonly bool _keepColumns;
    readonly Poisson _poisson;
    ForestTree[] _trees;
    SeededRandom _random;
    double[] _votes;

    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with.</param>
    /// <param name="options">Settings.</param>
    /// <param name="keepColumns">Whether a whole tree looks at the columns that were drawn for its root; otherwise each leaf draws its own.</param>
    /// <param name="seed">For weights and columns.</param>
    public VotingTrees(FeatureSet features, int classes, ForestOptions options, bool keepColumns, ulong seed)
    {
        (_features, _options, _keepColumns, _random, _votes) = (features, options, keepColumns, new(seed), new double[classes]);
        _poisson = new(options.Weight);
        _trees = new ForestTree[options.Trees];
        for (var i = 0; i < _trees.Length; i++) _trees[i] = new(features, classes, options, keepColumns, new(_random.Next()));
    }

    /// <summary>How often a tree was replaced.</summary>
    public int Replaced => _trees.Sum(t => t.Replaced);

    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities, int classes)
    {
        var sums = probabilities[..classes];
        var votes = _votes.AsSpan(0, classes);
        sums.Clear();
        foreach (var tree in _trees)
        {
            tree.Vote(features, votes);
            var accuracy = tree.Accuracy;
            var weight = accuracy > 0 ? accuracy : 1e-3;
            for (var c = 0; c < votes.Length; c++) sums[c] += weight * votes[c];
        }
        ClassLabels.Normalise(probabilities, classes);
    }

    public void Learn(ReadOnlySpan<double> features, int target, double weight, int classes)
    {
        if (_votes.Length < classes) _votes = new double[classes];
        foreach (var tree in _trees) tree.Learn(features, target, weight * _poisson.Draw(ref _random), classes, _votes.AsSpan(0, classes));
    }

    public void Transfer(Archive archive)
    {
        _random.Transfer(archive);
        archive.Objects(ref _trees, () => new(_features, 1, _options, _keepColumns, default), tree => tree.Transfer(archive));
        archive.Require(_trees.Length == _options.Trees, "its trees are not as many as it says");
    }
}
