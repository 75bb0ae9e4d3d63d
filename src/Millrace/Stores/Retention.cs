using Millrace.Time;

namespace Millrace.Stores;

/// <summary>Which rows of a table have outlived it.</summary>
public static class Retention
{
    /// <summary>The time before which rows of a table go, or null where none do: no retention is set, time has not begun, or it has ended (an ended stream says nothing of age).</summary>
    /// <param name="table">The table.</param>
    /// <param name="frontier">Its frontier.</param>
    public static Timestamp? CutOff(TableDefinition table, Frontier frontier)
    {
        if (table.Retention is not { } kept || table.TimeColumn < 0) return null;
        if (frontier.Closed == Timestamp.MinValue || frontier.Closed == Timestamp.MaxValue) return null;
        var microseconds = (Int128)frontier.Closed.Microseconds - kept.Ticks / TimeSpan.TicksPerMicrosecond;
        return microseconds <= long.MinValue ? null : new Timestamp((long)microseconds);
    }
}
