using Millrace.Learning.Drift;
using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>A leaf, or a split with its children; in trees that adapt also the errors seen below it and the tree that may take its place.</summary>
sealed class TreeNode
{
    /// <summary>What it is while it has no children.</summary>
    public Leaf? Leaf;

    public Split Split;
    public TreeNode[] Children = [];

    /// <summary>The child of rows whose value is missing or new: the heaviest when it was split.</summary>
    public int UsualChild;

    /// <summary>Errors of the tree below, where the tree adapts.</summary>
    public Adwin? Errors;

    /// <summary>A younger tree that is tried in its place.</summary>
    public TreeNode? Alternate;

    /// <summary>The leaf that a row comes to.</summary>
    public TreeNode LeafOf(ReadOnlySpan<double> features)
    {
        var node = this;
        while (node.Leaf is null) node = node.ChildOf(features);
        return node;
    }

    /// <summary>The next node on a row's way.</summary>
    public TreeNode ChildOf(ReadOnlySpan<double> features)
    {
        var child = Split.ChildOf(features);
        return Children[(uint)child < (uint)Children.Length ? child : UsualChild];
    }

    /// <summary>Leaves below it.</summary>
    public int Leaves => Leaf is not null ? 1 : Children.Sum(c => c.Leaves);

    /// <summary>Splits on the longest way down.</summary>
    public int Depth => Leaf is not null ? 0 : 1 + Children.Max(c => c.Depth);

    /// <summary>The questions on a row's way down.</summary>
    public IReadOnlyList<TreeQuestion> PathOf(ReadOnlySpan<double> features)
    {
        var path = new List<TreeQuestion>();
        for (var node = this; node.Leaf is null; node = node.ChildOf(features))
        {
            var (kind, column, bound, merit) = node.Split;
            var child = node.Split.ChildOf(features);
            path.Add(new(column, kind != SplitKind.AtMost, kind == SplitKind.EachCode ? double.NaN : bound, (uint)child < (uint)node.Children.Length ? child : node.UsualChild, merit));
        }
        return path;
    }

    /// <summary>Shares of what all questions told, by column: each one's gain times the weight of the rows that come to it. All 0 without questions.</summary>
    public void Importance(Span<double> shares)
    {
        shares.Clear();
        AddImportance(shares);
        var sum = 0.0;
        foreach (var share in shares) sum += share;
        if (sum > 0) foreach (ref var share in shares) share /= sum;
    }

    double AddImportance(Span<double> sums)
    {
        if (Leaf is not null) return Leaf.Statistics.TotalWeight;
        var weight = 0.0;
        foreach (var child in Children) weight += child.AddImportance(sums);
        sums[Split.Column] += Split.Merit * weight;
        return weight;
    }

    public void Transfer(Archive archive, FeatureSet features, Func<int[], int[], Leaf> leafOf, int depth)
    {
        archive.Require(depth <= 100, "a tree is too deep");
        var isLeaf = Leaf is not null;
        archive.Value(ref isLeaf);
        if (isLeaf) TransferLeaf(archive, features, leafOf);
        else
        {
            Leaf = null;
            Split.Transfer(archive, ref Split, features);
            archive.Objects(ref Children, () => new(), child => child.Transfer(archive, features, leafOf, depth + 1));
            archive.Require(Children.Length > 0 && (Split.Kind == SplitKind.EachCode || Children.Length == 2), "a split has no children");
            archive.Value(ref UsualChild, 0, Children.Length - 1);
        }
        archive.Optional(ref Errors, () => new(), errors => errors.Transfer(archive));
        archive.Optional(ref Alternate, () => new(), alternate => alternate.Transfer(archive, features, leafOf, depth));
    }

    // A leaf says itself which columns it looks at; in a forest each looks at others.
    void TransferLeaf(Archive archive, FeatureSet features, Func<int[], int[], Leaf> leafOf)
    {
        var numeric = Leaf is null ? [] : Leaf.Statistics.NumericColumns.ToArray();
        var nominal = Leaf is null ? [] : Leaf.Statistics.NominalColumns.ToArray();
        archive.Array(ref numeric);
        archive.Array(ref nominal);
        if (archive.IsReading)
        {
            archive.Require(IsPart(numeric, features.NumericColumns) && IsPart(nominal, features.NominalColumns), "a leaf looks at columns that are not there");
            Leaf = leafOf(numeric, nominal);
        }
        Leaf!.Transfer(archive);
    }

    static bool IsPart(int[] part, int[] whole)
    {
        for (var i = 0; i < part.Length; i++)
            if (i > 0 && part[i] <= part[i - 1] || Array.BinarySearch(whole, part[i]) < 0) return false;
        return true;
    }
}
