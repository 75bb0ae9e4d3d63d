using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>The arithmetic of times and intervals.</summary>
internal static class TimeArithmetic
{
    const string OutOfRange = "the interval is out of range";
    const string TimeOutOfRange = "the time is out of range";

    /// <summary>A time an interval later (sign 1) or earlier (-1). An interval without months is one addition.</summary>
    public static IScalarKernel Shift(IReadOnlyList<Literal?> constants, int time, int interval, int sign) => new RowKernel<long>(DataType.Timestamp, constants,
        (in Row row, Outcome outcome) =>
        {
            if (!Calendar.TryAdd(row.Long(time), row.Interval(interval), sign, out var moved)) outcome.Fail(TimeOutOfRange);
            return moved;
        });

    /// <summary>The days and the rest between two times.</summary>
    public static IScalarKernel Distance(IReadOnlyList<Literal?> constants) => new RowKernel<Interval>(DataType.Interval, constants, (in Row row, Outcome outcome) =>
    {
        var (a, b) = (row.Long(0), row.Long(1));
        var distance = (Int128)a - b;
        if (Calendar.IsInfinite(a) || Calendar.IsInfinite(b) || distance != (long)distance)
        {
            outcome.Fail(OutOfRange);
            return default;
        }
        return new Interval(0, (int)((long)distance / Calendar.Day), (long)distance % Calendar.Day);
    });

    /// <summary>a + b or a - b.</summary>
    public static IScalarKernel Sum(IReadOnlyList<Literal?> constants, int sign) => new RowKernel<Interval>(DataType.Interval, constants, (in Row row, Outcome outcome) =>
    {
        var (a, b) = (row.Interval(0), row.Interval(1));
        return Whole((long)a.Months + sign * (long)b.Months, (long)a.Days + sign * (long)b.Days, (Int128)a.Microseconds + sign * (Int128)b.Microseconds, outcome);
    });

    /// <summary>Interval times number. What is left of a month goes to days of 30 to a month, what is left of a day to hours, as in PostgreSQL.</summary>
    public static Interval Scale(Interval value, double factor, Outcome outcome)
    {
        if (!double.IsFinite(factor))
        {
            outcome.Fail(OutOfRange);
            return default;
        }
        // Whole factors are exact.
        if (factor == Math.Truncate(factor) && Math.Abs(factor) <= 1L << 53)
        {
            var whole = (long)factor;
            return Whole((Int128)value.Months * whole, (Int128)value.Days * whole, (Int128)value.Microseconds * whole, outcome);
        }
        var months = value.Months * factor;
        var days = value.Days * factor;
        var wholeMonths = Math.Truncate(months);
        var wholeDays = Math.Truncate(days);
        var daysOfMonths = Tidy((months - wholeMonths) * 30);
        var wholeDaysOfMonths = Math.Truncate(daysOfMonths);
        var seconds = Tidy((days - wholeDays + daysOfMonths - wholeDaysOfMonths) * 86_400);
        var microseconds = Math.Round(value.Microseconds * factor + seconds * 1e6, MidpointRounding.ToEven);
        if (Math.Abs(wholeMonths) > int.MaxValue || Math.Abs(wholeDays + wholeDaysOfMonths) > int.MaxValue || Math.Abs(microseconds) > 9.2e18)
        {
            outcome.Fail(OutOfRange);
            return default;
        }
        return new((int)wholeMonths, (int)(wholeDays + wholeDaysOfMonths), (long)microseconds);
    }

    // Millionths are as fine as intervals get.
    static double Tidy(double value) => Math.Round(value * 1e6) / 1e6;

    static Interval Whole(Int128 months, Int128 days, Int128 microseconds, Outcome outcome)
    {
        if (months == (int)months && days == (int)days && microseconds == (long)microseconds) return new((int)months, (int)days, (long)microseconds);
        outcome.Fail(OutOfRange);
        return default;
    }
}
