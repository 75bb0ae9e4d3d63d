using Millrace.Learning.Images;

namespace Millrace.Learning.Metrics;

/// <summary>How far back a metric looks: over all rows, over the last ones, or over all with older ones fading.</summary>
public readonly record struct Horizon
{
    Horizon(int rows, double factor)
    {
        Rows = rows;
        Factor = factor;
    }

    /// <summary>All rows count the same.</summary>
    public static Horizon Total => new(0, 1);

    /// <summary>Only the last rows count.</summary>
    /// <param name="rows">How many, 1 or more.</param>
    public static Horizon Rolling(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new(rows, 1);
    }

    /// <summary>Each row counts a little less with each one that follows (Gama, Sebastião and Rodrigues 2013, On evaluating stream learning algorithms).</summary>
    /// <param name="factor">What a row's share is multiplied by with each following one: above 0, below 1; 0.999 looks back some 1,000 rows.</param>
    public static Horizon Fading(double factor)
    {
        if (!(factor > 0 && factor < 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of fading lies above 0 and below 1.");
        return new(0, factor);
    }

    /// <summary>Number of rows of a rolling horizon, else 0.</summary>
    internal int Rows { get; }

    /// <summary>The factor of a fading horizon, else 1.</summary>
    internal double Factor { get; }

    /// <summary>Reads or writes a horizon.</summary>
    internal static void Transfer(Archive archive, ref Horizon horizon)
    {
        var (rows, factor) = (horizon.Rows, horizon.Factor);
        archive.Value(ref rows, 0, 1 << 24);
        archive.Value(ref factor);
        archive.Require(factor is > 0 and <= 1 && archive.CanHold(archive.IsReading ? 8L * rows : 0), "a horizon is out of range");
        horizon = new(rows, factor);
    }
}
