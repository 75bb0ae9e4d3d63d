using System.Runtime.CompilerServices;
using Millrace.Learning.Bayes;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Trees;

/// <summary>Grows trees: makes leaves, feeds them, and splits those whose best column is so by Hoeffding's bound.</summary>
/// <remarks>With n rows seen and merits between 0 and R the best of two columns is the better one with chance 1 - δ where they differ by more than √(R² ln(1/δ) / 2n).</remarks>
sealed class TreeGrower
{
    readonly FeatureSet _features;
    readonly TreeOptions _options;
    readonly int _subset;
    readonly bool _keepColumns;
    readonly double[] _scratch;
    readonly SplitSearch _search = new();
    readonly int[] _drawn;
    readonly double[] _votedRow;
    double[] _logs = [];
    Leaf? _voted;
    SeededRandom _random;

    /// <param name="features">The columns.</param>
    /// <param name="options">Settings.</param>
    /// <param name="subset">How many columns a leaf looks at, drawn by chance; 0 for all.</param>
    /// <param name="keepColumns">Whether leaves below a split look at the same columns as the one that was split.</param>
    /// <param name="random">For the draw.</param>
    public TreeGrower(FeatureSet features, TreeOptions options, int subset = 0, bool keepColumns = false, SeededRandom random = default)
    {
        (_features, _options, _subset, _keepColumns, _random) = (features, options, subset >= features.Count ? 0 : subset, keepColumns, random);
        _scratch = ClassStatistics.Scratch(features.NumericColumns.Length);
        _drawn = [.. Enumerable.Range(0, features.Count)];
        _votedRow = new double[features.Count];
    }

    public TreeOptions Options => _options;

    /// <summary>A leaf that has seen nothing.</summary>
    public TreeNode NewLeaf(int classes)
    {
        if (_subset == 0) return new() { Leaf = LeafOf(_features.NumericColumns, _features.NominalColumns, classes) };
        for (var i = 0; i < _subset; i++)
        {
            var j = i + _random.Next(_drawn.Length - i);
            (_drawn[i], _drawn[j]) = (_drawn[j], _drawn[i]);
        }
        var drawn = _drawn.AsSpan(0, _subset);
        drawn.Sort();
        var numeric = new List<int>();
        var nominal = new List<int>();
        foreach (var column in drawn) (_features[column] == FeatureKind.Numeric ? numeric : nominal).Add(column);
        // Ordered again, so that the next draw depends on the seed alone and not on what was drawn before a restart.
        for (var i = 0; i < _drawn.Length; i++) _drawn[i] = i;
        return new() { Leaf = LeafOf([.. numeric], [.. nominal], classes) };
    }

    /// <summary>A leaf over given columns.</summary>
    public Leaf LeafOf(int[] numeric, int[] nominal, int classes) => new(numeric, nominal, classes);

    /// <summary>The votes of a leaf: shares of the classes by the rule that holds there; all 0 of no rows.</summary>
    public void Vote(TreeNode node, ReadOnlySpan<double> features, Span<double> votes)
    {
        var leaf = node.Leaf!;
        if (leaf.Statistics.TotalWeight <= 0)
        {
            votes.Clear();
            return;
        }
        if (_options.Leaves == LeafRule.Majority || _options.Leaves == LeafRule.Adaptive && leaf.MajorityIsBetter)
        {
            leaf.Statistics.Weights.CopyTo(votes);
            votes[leaf.Statistics.Weights.Length..].Clear();
            ClassLabels.Normalise(votes, votes.Length);
            return;
        }
        var logs = LogsOf(leaf, features);
        logs.CopyTo(votes);
        votes[logs.Length..].Fill(double.NegativeInfinity);
        ClassLabels.FromLogs(votes, votes.Length);
        features.CopyTo(_votedRow);
        _voted = leaf;
    }

    /// <summary>A leaf takes a row, and is split if it is time.</summary>
    public void Learn(TreeNode node, ReadOnlySpan<double> features, int target, double weight, int depth)
    {
        var leaf = node.Leaf!;
        var statistics = leaf.Statistics;
        // A row is mostly learned right after it was predicted, and what naive Bayes said then is still there.
        var logs = ReadOnlySpan<double>.Empty;
        if (_options.Leaves == LeafRule.Adaptive && statistics.TotalWeight > 0)
            logs = _voted == leaf && features.SequenceEqual(_votedRow) ? _logs.AsSpan(0, statistics.Weights.Length) : LogsOf(leaf, features);
        else statistics.Gather(features, _scratch);
        _voted = null;
        leaf.Learn(features, _scratch, logs, target, weight);
        if (statistics.TotalWeight - leaf.TriedAt < _options.Grace) return;
        leaf.TriedAt = statistics.TotalWeight;
        if (depth < _options.DepthMax && leaf.IsMixed) TrySplit(node, leaf);
    }

    ReadOnlySpan<double> LogsOf(Leaf leaf, ReadOnlySpan<double> features)
    {
        var classes = leaf.Statistics.Weights.Length;
        if (_logs.Length < classes) _logs = new double[classes];
        leaf.Statistics.Gather(features, _scratch);
        leaf.Statistics.LogVotes(features, _scratch, _logs.AsSpan(0, classes));
        return _logs.AsSpan(0, classes);
    }

    public void Transfer(Archive archive) => _random.Transfer(archive);

    [MethodImpl(MethodImplOptions.NoInlining)]
    void TrySplit(TreeNode node, Leaf leaf)
    {
        var statistics = leaf.Statistics;
        var best = _search.Best(statistics, out var second);
        if (!(best.Merit > 0)) return;
        var range = Math.Log2(Math.Max(2, statistics.Weights.Length));
        var bound = Math.Sqrt(range * range * Math.Log(1 / _options.Confidence) / (2 * statistics.TotalWeight));
        if (best.Merit - Math.Max(second, 0) <= bound && bound >= _options.Tie) return;

        var classes = statistics.Weights.Length;
        var children = new TreeNode[best.Kind == SplitKind.EachCode ? statistics.Codes[statistics.NominalColumns.IndexOf(best.Column)].Codes : 2];
        var most = -1.0;
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = _keepColumns ? new() { Leaf = LeafOf(statistics.NumericColumns.ToArray(), statistics.NominalColumns.ToArray(), classes) } : NewLeaf(classes);
            var known = children[i].Leaf!.Statistics;
            for (var c = 0; c < classes; c++)
            {
                var share = SplitSearch.WeightIn(statistics, best, i, c);
                if (share > 0) known.Weigh(c, share);
            }
            children[i].Leaf!.TriedAt = known.TotalWeight;
            if (known.TotalWeight <= most) continue;
            most = known.TotalWeight;
            node.UsualChild = i;
        }
        (node.Split, node.Children, node.Leaf, node.Errors) = (best, children, null, null);
    }
}
