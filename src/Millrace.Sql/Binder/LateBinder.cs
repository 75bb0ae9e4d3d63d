using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>ON LATE.</summary>
internal static class LateBinder
{
    const long MaxDays = 366_000;

    /// <summary>The policy of a source.</summary>
    /// <param name="compilation">What is compiled.</param>
    /// <param name="late">The clause.</param>
    /// <param name="hasWatermark">Whether the source has one: late is what comes behind it.</param>
    public static LatePolicy Bind(Compilation compilation, LateSyntax late, bool hasWatermark)
    {
        if (late.Allowed is null) return late.Table is null ? LatePolicy.Drop : new(0, late.Table.Text);
        if (!hasWatermark)
            throw new SqlError(Codes.BadLateness, late.Allowed.Span, "without a watermark no row is late, so there is nothing to update for. Add WATERMARK FOR column AS column - INTERVAL '...'.");
        var allowed = Constants.Interval(compilation, late.Allowed, "time that late rows update for");
        if (!allowed.IsFixed) throw new SqlError(Codes.BadLateness, late.Allowed.Span, "the time that late rows update for has no months: their length varies. Use days.");
        var microseconds = (Int128)allowed.Days * Interval.MicrosecondsPerDay + allowed.Microseconds;
        if (microseconds <= 0 || microseconds > MaxDays * (Int128)Interval.MicrosecondsPerDay)
            throw new SqlError(Codes.BadLateness, late.Allowed.Span, "the time that late rows update for is longer than nothing and at most 1000 years.");
        return new((long)microseconds, late.Table?.Text);
    }
}
