using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>How long the key of an upsert source is remembered, and which rows come too late for it. Said in event time alone, so how rows were cut into batches does not matter.</summary>
sealed class UpsertLifetime
{
    readonly long _lag;

    public UpsertLifetime(NormalizeUpsert node)
    {
        Column = -1;
        if (node.Times is [var time, ..]) (Column, Length, _lag) = (time.Column, time.LagMicroseconds, time.LagMicroseconds);
        else if (node.StateTtl is { } ttl && node.Time >= 0) (Column, Length, Renews) = (node.Time, Math.Max(1, PlanBuilder.LongestMicroseconds(ttl)), true);
    }

    /// <summary>The column of event time, or -1 where keys are remembered for ever.</summary>
    public int Column { get; }

    /// <summary>How far after the time of its last row a key's time ends.</summary>
    public long Length { get; }

    /// <summary>Whether each row gives its key more time (state_ttl).</summary>
    public bool Renews { get; }

    /// <summary>The end of a key's time by a row; the end of time for rows without one.</summary>
    public long EndOf(Column<long> times, int row) => times.IsNull(row) ? long.MaxValue : Plus(times[row], Length);

    /// <summary>The final frontier that a row is judged by.</summary>
    public long MarkOf(Batch batch, int row, long final) =>
        batch.Watermarks is { } watermarks ? Math.Max(final, watermarks[row]) : final;

    /// <summary>Whether a row comes after the frontier has passed it.</summary>
    public bool IsLate(long time, long mark) => Plus(time, _lag) < mark;

    static long Plus(long time, long length) => time > long.MaxValue - length ? long.MaxValue : time + length;
}
