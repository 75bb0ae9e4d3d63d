using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>Settings of the trees that grow with the stream.</summary>
public sealed record TreeOptions
{
    /// <summary>Rows that a leaf waits between two tries to split, 1 or more; 200 unless set.</summary>
    public int Grace { get; init; } = 200;

    /// <summary>δ of Hoeffding's bound: chance that another column would have been the better one; above 0, below 1. 1e-7 unless set.</summary>
    public double Confidence { get; init; } = 1e-7;

    /// <summary>Where the bound is below this, the best column is taken though another is as good; 0.05 unless set.</summary>
    public double Tie { get; init; } = 0.05;

    /// <summary>The deepest level that leaves stand on, 1 to 100; 40 unless set.</summary>
    public int DepthMax { get; init; } = 40;

    /// <summary>What leaves answer; Adaptive unless set.</summary>
    public LeafRule Leaves { get; init; } = LeafRule.Adaptive;

    internal TreeOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Grace, 1);
        if (!(Confidence > 0 && Confidence < 1)) throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "The confidence is above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(Tie);
        ArgumentOutOfRangeException.ThrowIfLessThan(DepthMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DepthMax, 100);
        return this;
    }

    internal static void Transfer(Archive archive, ref TreeOptions options)
    {
        var (grace, confidence, tie, depth, leaves) = (options.Grace, options.Confidence, options.Tie, options.DepthMax, options.Leaves);
        archive.Value(ref grace, 1, int.MaxValue);
        archive.Value(ref confidence);
        archive.Value(ref tie);
        archive.Value(ref depth, 1, 100);
        archive.Choice(ref leaves);
        archive.Require(confidence is > 0 and < 1 && tie >= 0, "its settings are out of range");
        options = new() { Grace = grace, Confidence = confidence, Tie = tie, DepthMax = depth, Leaves = leaves };
    }
}
