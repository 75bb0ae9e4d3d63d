using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>A condition of a join over a time of each side: one is at most so much later than the other.</summary>
/// <param name="IsLeftEarlier">Whether it says left &lt;= right + offset; otherwise right &lt;= left + offset.</param>
/// <param name="Left">A TIMESTAMP column of the left side.</param>
/// <param name="Right">A TIMESTAMP column of the right side.</param>
/// <param name="OffsetMicroseconds">The offset, of either sign.</param>
/// <param name="IsImplied">Whether other conditions already see to it, so that it need not be tested.</param>
public readonly record struct TimeBound(bool IsLeftEarlier, int Left, int Right, long OffsetMicroseconds, bool IsImplied)
{
    /// <summary>In the words of SQL.</summary>
    internal string ToText(Schema left, Schema right)
    {
        var (earlier, later) = IsLeftEarlier ? (left[Left].Name, right[Right].Name) : (right[Right].Name, left[Left].Name);
        if (OffsetMicroseconds == 0) return $"{earlier} <= {later}";
        var interval = new Literal(new Interval(0, 0, Math.Abs(OffsetMicroseconds)), DataType.Interval).ToSql();
        return $"{earlier} <= {later} {(OffsetMicroseconds < 0 ? "-" : "+")} {interval}";
    }

    /// <summary>When rows of a side are past: event times of the other side that must be no later than theirs give them an end.</summary>
    internal static ImmutableArray<RowTime> Deadlines(ImmutableArray<TimeBound> bounds, PlanNode other, bool ofLeft)
    {
        var times = ImmutableArray.CreateBuilder<RowTime>();
        foreach (var bound in bounds)
        {
            if (bound.IsLeftEarlier == ofLeft) continue;
            var (own, theirs) = ofLeft ? (bound.Left, bound.Right) : (bound.Right, bound.Left);
            if (PlanBuilder.LagOf(other, theirs) is { } lag) times.Add(new(own, Sum(bound.OffsetMicroseconds, lag)));
        }
        return times.ToImmutable();
    }

    /// <summary>The event times of a side that rows of the other side are forgotten by: a row that is behind the frontier in one of them is late.</summary>
    internal static ImmutableArray<RowTime> Arrivals(ImmutableArray<TimeBound> bounds, PlanNode side, bool ofLeft)
    {
        var times = ImmutableArray.CreateBuilder<RowTime>();
        foreach (var bound in bounds)
        {
            if (bound.IsLeftEarlier != ofLeft) continue;
            var own = ofLeft ? bound.Left : bound.Right;
            if (PlanBuilder.LagOf(side, own) is { } lag && !times.Contains(new(own, lag))) times.Add(new(own, lag));
        }
        return times.ToImmutable();
    }

    /// <summary>A sum that stays at the ends of time.</summary>
    internal static long Sum(long time, long offset) =>
        offset > 0 && time > long.MaxValue - offset ? long.MaxValue : offset < 0 && time < long.MinValue - offset ? long.MinValue : time + offset;
}

/// <summary>A column of time and what is added to it.</summary>
public readonly record struct RowTime(int Column, long OffsetMicroseconds);
