using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Settings of gradient boosting.</summary>
public sealed record BoostingOptions
{
    /// <summary>Number of rounds, each with a tree (one for each class where there are more than two), 1 to 10,000; 100 unless set.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>The share of a tree's answer that counts, above 0, at most 1; 0.1 unless set.</summary>
    public double Rate { get; init; } = 0.1;

    /// <summary>The most leaves of a tree, 2 to 4,096; 31 unless set.</summary>
    public int LeavesMax { get; init; } = 31;

    /// <summary>The fewest rows of a leaf, 1 or more; 20 unless set.</summary>
    public int LeafRows { get; init; } = 20;

    /// <summary>Pull of the leaves' answers towards 0, 0 or more; 0 unless set.</summary>
    public double L2 { get; init; }

    /// <summary>How many of the last rows are kept for a training, 10 or more; 100,000 unless set.</summary>
    public int RowsMax { get; init; } = 100_000;

    /// <summary>Whether it trains itself: after 100, 200, 400 ... rows, and each time half of the kept rows are new; on unless set. Otherwise <see cref="IBatchModel.Train"/> is called.</summary>
    public bool TrainsItself { get; init; } = true;

    internal BoostingOptions Checked() => IsSound ? this : throw new ArgumentOutOfRangeException("options", this, "A setting lies outside the range that BoostingOptions tells.");

    bool IsSound => Trees is >= 1 and <= 10_000 && Rate is > 0 and <= 1 && LeavesMax is >= 2 and <= 4096 && LeafRows >= 1 && L2 >= 0 && double.IsFinite(L2) && RowsMax >= 10;

    internal static void Transfer(Archive archive, ref BoostingOptions options)
    {
        var (trees, rate, leaves, rows, l2, kept, trains) = (options.Trees, options.Rate, options.LeavesMax, options.LeafRows, options.L2, options.RowsMax, options.TrainsItself);
        archive.Value(ref trees);
        archive.Value(ref rate);
        archive.Value(ref leaves);
        archive.Value(ref rows);
        archive.Value(ref l2);
        archive.Value(ref kept);
        archive.Value(ref trains);
        if (!archive.IsReading) return;
        options = new() { Trees = trees, Rate = rate, LeavesMax = leaves, LeafRows = rows, L2 = l2, RowsMax = kept, TrainsItself = trains };
        archive.Require(options.IsSound, "its settings are out of range");
    }
}
