using System.Globalization;
using Millrace.Planning;

namespace Millrace.Quality;

/// <summary>bad_data.max_rate: the share of bad records that a source may have before the pipeline stops. Thread-safe.</summary>
/// <remarks>Judged from the 1,000th record on, so that one bad record among the first few is no verdict, and at the end of the source however short it was.</remarks>
sealed class ErrorBudget(SourceDefinition source, QualityCounters counters)
{
    const long FirstJudged = 1000;

    /// <summary>Judges what was read so far.</summary>
    /// <exception cref="BadDataException">Too many records were bad.</exception>
    public void Check()
    {
        if (counters.Seen >= FirstJudged) CheckAtEnd();
    }

    /// <summary>Judges a source that has ended.</summary>
    /// <exception cref="BadDataException">Too many records were bad.</exception>
    public void CheckAtEnd()
    {
        if (source.BadDataMaxRate is not { } most) return;
        var (bad, seen) = (counters.Undecodable, counters.Seen);
        if (bad <= most * seen) return;
        throw new BadDataException(string.Create(CultureInfo.InvariantCulture,
            $"Source '{source.Name}': {bad:N0} of {seen:N0} records are bad, which is more than bad_data.max_rate = {most} allows. See dead_letters, or raise the rate."));
    }
}
