using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Settings of the random forests that are trained on kept rows.</summary>
public sealed record RandomForestOptions
{
    /// <summary>Number of trees, 1 to 10,000; 100 unless set.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>Columns that are drawn at each split; 0, the default, is all for numbers and the root of their number for classes.</summary>
    public int Columns { get; init; }

    /// <summary>The least weight of rows in a leaf, 1 or more; 1 unless set.</summary>
    public int LeafRows { get; init; } = 1;

    /// <summary>The deepest level of leaves; 0, the default, is without limit.</summary>
    public int DepthMax { get; init; }

    /// <summary>How many of the last rows are kept for a training, 10 or more; 100,000 unless set.</summary>
    public int RowsMax { get; init; } = 100_000;

    /// <summary>Whether it trains itself: after 100, 200, 400 ... rows, and each time half of the kept rows are new; on unless set. Otherwise <see cref="IBatchModel.Train"/> is called.</summary>
    public bool TrainsItself { get; init; } = true;

    internal RandomForestOptions Checked() => IsSound ? this : throw new ArgumentOutOfRangeException("options", this, "A setting lies outside the range that RandomForestOptions tells.");

    bool IsSound => Trees is >= 1 and <= 10_000 && Columns >= 0 && LeafRows >= 1 && DepthMax >= 0 && RowsMax >= 10;

    internal static void Transfer(Archive archive, ref RandomForestOptions options)
    {
        var (trees, columns, rows, depth, kept, trains) = (options.Trees, options.Columns, options.LeafRows, options.DepthMax, options.RowsMax, options.TrainsItself);
        archive.Value(ref trees);
        archive.Value(ref columns);
        archive.Value(ref rows);
        archive.Value(ref depth);
        archive.Value(ref kept);
        archive.Value(ref trains);
        if (!archive.IsReading) return;
        options = new() { Trees = trees, Columns = columns, LeafRows = rows, DepthMax = depth, RowsMax = kept, TrainsItself = trains };
        archive.Require(options.IsSound, "its settings are out of range");
    }
}
