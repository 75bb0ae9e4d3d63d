using System.Globalization;

namespace Millrace.Testing;

/// <summary>A way to run a pipeline: none of its choices may change an answer.</summary>
/// <param name="Seed">Of the order of turns; 0 = each goes on for as long as it has something to do.</param>
/// <param name="Lanes">Lanes.</param>
/// <param name="BatchRows">Rows of a batch at most; 0 = as the file sets.</param>
/// <param name="QueueLength">Batches between two lanes; 0 = as the file sets.</param>
/// <param name="Crashes">How often the process ends at some moment and another one goes on.</param>
sealed record Way(int Seed, int Lanes = 1, int BatchRows = 0, int QueueLength = 0, int Crashes = 0)
{
    /// <summary>One lane, rows in the batches in which they come.</summary>
    public static Way Straight { get; } = new(0);

    /// <summary>One lane, a batch for each row.</summary>
    public static Way RowByRow { get; } = new(0, BatchRows: 1);

    /// <summary>What a seed decides; 0 decides nothing.</summary>
    public static Way Of(int seed)
    {
        if (seed == 0) return Straight;
        var random = new Random(seed);
        return new(seed, random.Next(1, 5), random.Next(2) == 0 ? random.Next(1, 4) : 64, random.Next(2) == 0 ? 1 : 64, random.Next(3));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (Seed == 0) return BatchRows == 1 ? "row by row" : "straight";
        var rows = BatchRows == 1 ? "a batch for each row" : string.Create(CultureInfo.InvariantCulture, $"batches of {BatchRows} rows");
        return string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {(Lanes == 1 ? "1 lane" : $"{Lanes} lanes")}, {rows}, queues of {QueueLength}")
            + Crashes switch { 0 => "", 1 => ", a crash", _ => string.Create(CultureInfo.InvariantCulture, $", {Crashes} crashes") };
    }
}
