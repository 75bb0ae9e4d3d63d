using System.Runtime.CompilerServices;
using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>How a split sends rows on.</summary>
enum SplitKind
{
    /// <summary>A number at most the bound goes to child 0, others to child 1.</summary>
    AtMost,

    /// <summary>A code equal to the bound goes to child 0, others to child 1.</summary>
    Equal,

    /// <summary>Each code goes to a child of its own.</summary>
    EachCode,
}

/// <summary>A question about one column.</summary>
readonly record struct Split(SplitKind Kind, int Column, double Bound, double Merit)
{
    /// <summary>No split: as good as nothing.</summary>
    public static Split None => new(SplitKind.AtMost, -1, 0, double.NegativeInfinity);

    /// <summary>The child of a row, or -1 where the value is missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ChildOf(ReadOnlySpan<double> features)
    {
        var value = features[Column];
        if (Kind == SplitKind.AtMost) return value <= Bound ? 0 : value > Bound ? 1 : -1;
        var code = FeatureSet.Code(value);
        return code < 0 ? -1 : Kind == SplitKind.EachCode ? code : code == Bound ? 0 : 1;
    }

    public static void Transfer(Archive archive, ref Split split, FeatureSet features)
    {
        var (kind, column, bound, merit) = split;
        archive.Choice(ref kind);
        archive.Value(ref column, 0, features.Count - 1);
        archive.Value(ref bound);
        archive.Value(ref merit);
        archive.Require(kind == SplitKind.AtMost == (features[column] == FeatureKind.Numeric), "a split does not fit its column");
        split = new(kind, column, bound, merit);
    }
}
