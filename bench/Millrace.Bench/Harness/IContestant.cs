namespace Millrace.Bench.Harness;

/// <summary>One side of a contest, as the process that holds it sees it.</summary>
interface IContestant : IDisposable
{
    /// <summary>The name in the table.</summary>
    string Name { get; }

    /// <summary>Runs once.</summary>
    Lap Run();

    /// <summary>The most memory that it had at any time so far, of all kinds (resident set).</summary>
    long PeakMemoryBytes { get; }
}
