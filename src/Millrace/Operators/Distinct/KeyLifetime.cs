using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Distinct;

/// <summary>How long DISTINCT ON and its kin remember a key, and which rows come too late for one.</summary>
/// <remarks>
/// A key that contains an event time is remembered until the final frontier has passed that time, of several the earliest; a row behind it is late. With <c>state_ttl</c> a key's row stands for
/// the rows from its own time up to that much later, the next row begins anew; a row whose own time has run out is late, and one without a time (NULL) is counted and left out. Both are said in event time alone, so how
/// rows were cut into batches does not matter.
/// </remarks>
sealed class KeyLifetime
{
    readonly ImmutableArray<EventTime> _times; // of the key, or the one that state_ttl is counted in

    public KeyLifetime(DistinctOn node) : this(node.Input.Times, node.Input.TimeColumn, node.Keys, node.StateTtl, node.Late)
    {
    }

    /// <param name="times">What the watermark says of the rows.</param>
    /// <param name="timeColumn">The column that <c>state_ttl</c> is counted in, or -1.</param>
    /// <param name="keys">The columns of the key.</param>
    /// <param name="stateTtl">How long a key lives that contains no event time; null = for ever.</param>
    /// <param name="late">The policy for late rows.</param>
    public KeyLifetime(ImmutableArray<EventTime> times, int timeColumn, ImmutableArray<int> keys, Interval? stateTtl, LatePolicy late)
    {
        _times = [.. times.Where(t => keys.Contains(t.Column))];
        Column = -1;
        if (!_times.IsEmpty) (Column, Length) = (_times[0].Column, _times[0].LagMicroseconds);
        else if (stateTtl is { } ttl && timeColumn >= 0)
        {
            (Column, Length, Renews) = (timeColumn, Math.Max(1, PlanBuilder.LongestMicroseconds(ttl)), true);
            _times = [new(Column, Length)];
        }
    }

    /// <summary>The column of event time, or -1 where keys are remembered for ever.</summary>
    public int Column { get; }

    /// <summary>How far after the time of its row a key's time ends.</summary>
    public long Length { get; }

    /// <summary>Whether a row after the end of a key's time begins a new one (state_ttl).</summary>
    public bool Renews { get; }

    /// <summary>The end of the time of a row's key: what the final frontier must have passed. The end of time for rows without a time.</summary>
    public long EndOf(Batch batch, int row)
    {
        var end = long.MaxValue;
        foreach (var time in _times)
        {
            var column = (Column<long>)batch[time.Column];
            if (!column.IsNull(row)) end = Math.Min(end, Plus(column[row], time.LagMicroseconds));
        }
        return end;
    }

    /// <summary>When a key with an end can be forgotten: with state_ttl rows may still come that belong to it although its end has passed.</summary>
    public long ForgetAt(long end) => Renews ? Plus(end, Length) : end;

    /// <summary>The final frontier that a row is judged by.</summary>
    public long MarkOf(Batch batch, int row, long final) =>
        batch.Watermarks is { } watermarks ? Math.Max(final, watermarks[row]) : final;

    /// <summary>Whether a time that ends has passed.</summary>
    public bool HasPassed(long end, long final) => Renews ? end <= final : end < final;

    static long Plus(long time, long length) => time > long.MaxValue - length ? long.MaxValue : time + length;
}
