namespace Millrace.Bench.Nexmark;

/// <summary>Which stream of events: the same values give the same events, byte for byte.</summary>
/// <param name="Events">How many.</param>
/// <param name="Rate">Events per second of event time; upstream's generator has 10,000 unless told otherwise, its figures were measured at 10 million.</param>
/// <param name="Seed">Any number.</param>
/// <param name="Start">Milliseconds since 1970 of the first event; 2026-01-01 unless told otherwise.</param>
/// <param name="ShiftsBidders">Adds 1,000 to bidders twice, as upstream's generator does, so that a bidder is the person who registers 1,000 people later; false corrects that.</param>
sealed record Workload(long Events, long Rate = Workload.DefaultRate, ulong Seed = 42, long Start = 1_767_225_600_000, bool ShiftsBidders = true)
{
    /// <summary>Events per second of event time unless told otherwise.</summary>
    public const long DefaultRate = 10_000;

    /// <summary>Milliseconds since 1970 of an event; whole milliseconds, as upstream has them.</summary>
    public long TimeOf(long number) => Start + number * 1000 / Rate;
}
