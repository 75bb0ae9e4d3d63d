using System.Diagnostics;

namespace Millrace.Bench.Harness;

/// <summary>Lets sides take turns, so that whatever else the machine does meets them all alike.</summary>
static class Contest
{
    /// <summary>Laps that count.</summary>
    public const int DefaultRounds = 5;

    /// <summary>Warm-ups for each side, then the rounds; all sides must agree on the checksum where they tell one.</summary>
    public static IReadOnlyList<Standing> Hold(int rounds, int warmUps, params IReadOnlyList<IContestant> sides) => Hold(rounds, warmUps, TimeSpan.Zero, sides);

    /// <summary>As above, where each side warms up for some time at least.</summary>
    public static IReadOnlyList<Standing> Hold(int rounds, int warmUps, TimeSpan atLeast, params IReadOnlyList<IContestant> sides)
    {
        var first = new List<Lap>();
        foreach (var side in sides) first.Add(side.Run());
        Compare(sides, first);
        for (var warmUp = 1; warmUp < warmUps; warmUp++)
            foreach (var side in sides)
                side.Run();
        foreach (var side in sides)
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < atLeast;) side.Run();

        var laps = sides.Select(_ => new List<Lap>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < sides.Count; i++) laps[i].Add(sides[i].Run());
            Console.Error.Write(round + 1 < rounds ? "." : ".\n");
        }
        return [.. sides.Select((side, i) => new Standing(side, laps[i]))];
    }

    static void Compare(IReadOnlyList<IContestant> sides, List<Lap> laps)
    {
        var told = sides.Zip(laps).Where(s => s.Second.Checksum is not null).ToArray();
        if (told.DistinctBy(s => s.Second.Checksum).Count() > 1)
            throw new BenchmarkException("The sides disagree:\n" + string.Join('\n', told.Select(s => $"  {s.First.Name} {s.Second.Checksum}")));
    }
}

/// <summary>What one side has reached.</summary>
sealed class Standing(IContestant side, IReadOnlyList<Lap> laps)
{
    readonly double[] _seconds = [.. laps.Select(l => l.Seconds).Order()];

    /// <summary>Its name.</summary>
    public string Name => side.Name;

    /// <summary>Of a lap.</summary>
    public double MedianSeconds => (_seconds[(_seconds.Length - 1) / 2] + _seconds[_seconds.Length / 2]) / 2;

    /// <summary>The fastest lap.</summary>
    public double LeastSeconds => _seconds[0];

    /// <summary>The slowest lap.</summary>
    public double MostSeconds => _seconds[^1];

    /// <summary>Rows of a lap over its median time.</summary>
    public double RowsPerSecond => laps[0].Rows / MedianSeconds;

    /// <summary>Bytes of a lap over its median time; 0 where rows come from memory.</summary>
    public double BytesPerSecond => laps[0].Bytes / MedianSeconds;

    /// <summary>Managed bytes per row in the steady state, of the last lap; null where it is not known.</summary>
    public double? AllocatedPerRow => laps[^1].AllocatedPerRow;

    /// <summary>Resident memory at most.</summary>
    public long PeakMemoryBytes { get; } = side.PeakMemoryBytes;
}
