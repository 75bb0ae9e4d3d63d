using Millrace.Learning.Images;

namespace Millrace.Learning.Forests;

/// <summary>Settings of the aggregated Mondrian forests.</summary>
public sealed record MondrianOptions
{
    /// <summary>Number of trees, 1 to 1,000; 10 unless set.</summary>
    public int Trees { get; init; } = 10;

    /// <summary>The most nodes of a tree, 3 to 16 million; a full tree splits no more. 16,384 unless set.</summary>
    public int NodesMax { get; init; } = 16_384;

    /// <summary>How much a node's loss counts when prunings are weighed, above 0; 1 unless set.</summary>
    public double Step { get; init; } = 1;

    internal MondrianOptions Checked() => IsSound ? this : throw new ArgumentOutOfRangeException("options", this, "A setting lies outside the range that MondrianOptions tells.");

    bool IsSound => Trees is >= 1 and <= 1000 && NodesMax is >= 3 and <= 1 << 24 && Step > 0 && double.IsFinite(Step);

    internal static void Transfer(Archive archive, ref MondrianOptions options)
    {
        var (trees, nodes, step) = (options.Trees, options.NodesMax, options.Step);
        archive.Value(ref trees);
        archive.Value(ref nodes);
        archive.Value(ref step);
        if (!archive.IsReading) return;
        options = new() { Trees = trees, NodesMax = nodes, Step = step };
        archive.Require(options.IsSound, "its settings are out of range");
    }
}
