using Millrace.Data;
using Millrace.Time;

namespace Millrace.Connectors;

/// <summary>Lets rows through at the pace of their event time, as if they happened now: the first row at once, each later one as long after it as its time says.</summary>
/// <remarks>
/// One for all partitions of a source, so that they stay abreast; thread-safe. Rows that are out of order pass with the row before them: a row waits for its
/// own time only where it is the latest so far. NULL times do not wait.
/// </remarks>
/// <param name="pace">Seconds of event time in one second of wall time, above 0.</param>
/// <param name="clock">The outside world's time.</param>
public sealed class Pacer(double pace, TimeProvider clock)
{
    readonly Lock _lock = new();
    long _firstTime;
    long _firstTick;
    bool _hasBegun;

    /// <summary>How many rows of a column of times, from a row on, may pass now.</summary>
    /// <param name="times">The time column, TIMESTAMP.</param>
    /// <param name="from">The first row that has not passed yet.</param>
    public int Due(Column<long> times, int from)
    {
        var now = EventTimeNow(times, from);
        var row = from;
        while (row < times.Length && (times.IsNull(row) || times[row] <= now)) row++;
        return row - from;
    }

    /// <summary>Wall time until a row of this time is due; zero if it is.</summary>
    public TimeSpan DueIn(Timestamp time)
    {
        lock (_lock)
        {
            if (!_hasBegun) return TimeSpan.Zero;
            var wait = (time.Microseconds - _firstTime) / pace / 1e6 - clock.GetElapsedTime(_firstTick).TotalSeconds;
            return wait <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(wait, TimeSpan.MaxValue.TotalSeconds / 2));
        }
    }

    long EventTimeNow(Column<long> times, int from)
    {
        lock (_lock)
        {
            if (_hasBegun) return _firstTime + (long)(clock.GetElapsedTime(_firstTick).TotalSeconds * pace * 1e6);
            for (var row = from; row < times.Length; row++)
            {
                if (times.IsNull(row)) continue;
                (_hasBegun, _firstTime, _firstTick) = (true, times[row], clock.GetTimestamp());
                return _firstTime;
            }
            return long.MaxValue; // only NULLs
        }
    }
}
