using Millrace.Learning.Images;
using Millrace.Learning.Trees;

namespace Millrace.Learning.Forests;

/// <summary>Settings of the adaptive forest.</summary>
public sealed record ForestOptions
{
    /// <summary>Number of trees, 1 to 1,000; 20 unless set.</summary>
    public int Trees { get; init; } = 20;

    /// <summary>How many columns a leaf looks at; 0, the default, is three of five.</summary>
    public int Columns { get; init; }

    /// <summary>How often a row counts in a tree on average: above 0, below 20; 10 unless set.</summary>
    public double Weight { get; init; } = 10;

    /// <summary>δ of the window that makes a younger tree begin; 0.01 unless set.</summary>
    public double WarningConfidence { get; init; } = 0.01;

    /// <summary>δ of the window that makes it take the old one's place; 0.001 unless set.</summary>
    public double DriftConfidence { get; init; } = 0.001;

    /// <summary>Settings of the trees; a leaf tries to split every 50 rows with a confidence of 0.01 unless set.</summary>
    public TreeOptions Tree { get; init; } = new() { Grace = 50, Confidence = 0.01 };

    /// <summary>Columns of a leaf where there are so many.</summary>
    internal int ColumnsOf(int count) => Columns > 0 ? Math.Min(count, Columns) : Math.Max(1, (int)Math.Round(0.6 * count));

    internal ForestOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Trees, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Trees, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(Columns);
        if (!(Weight > 0 && Weight < 20)) throw new ArgumentOutOfRangeException(nameof(Weight), Weight, "The weight is above 0 and below 20.");
        if (!(WarningConfidence is > 0 and < 1 && DriftConfidence is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(DriftConfidence), DriftConfidence, "Confidences are above 0 and below 1.");
        Tree.Checked();
        return this;
    }

    internal static void Transfer(Archive archive, ref ForestOptions options)
    {
        var (trees, columns, weight, warning, drift, tree) = (options.Trees, options.Columns, options.Weight, options.WarningConfidence, options.DriftConfidence, options.Tree);
        archive.Value(ref trees, 1, 1000);
        archive.Value(ref columns, 0, int.MaxValue);
        archive.Value(ref weight);
        archive.Value(ref warning);
        archive.Value(ref drift);
        TreeOptions.Transfer(archive, ref tree);
        archive.Require(weight is > 0 and < 20 && warning is > 0 and < 1 && drift is > 0 and < 1, "its settings are out of range");
        options = new() { Trees = trees, Columns = columns, Weight = weight, WarningConfidence = warning, DriftConfidence = drift, Tree = tree };
    }
}
