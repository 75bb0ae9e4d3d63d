using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>How far times are apart, and times some units on.</summary>
internal static class TimeSteps
{
    /// <summary>Units: months or microseconds in one of them.</summary>
    static readonly (string Name, int Months, long Microseconds)[] s_units =
    [
        ("microsecond", 0, 1), ("millisecond", 0, 1000), ("second", 0, Calendar.Second), ("minute", 0, Calendar.Minute), ("hour", 0, Calendar.Hour), ("day", 0, Calendar.Day), ("week", 0, 7 * Calendar.Day),
        ("month", 1, 0), ("quarter", 3, 0), ("year", 12, 0),
    ];

    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<long>("timestampdiff", "time", "timestampdiff(unit, a, b)",
            "How many whole units lie from a to b, below zero where b is earlier; units are microsecond, millisecond, second, minute, hour, day, week, month, quarter and year. In SQL the unit may stand without quotes.",
            [Gives(Long, Text, Moment, Moment)], Difference, ("timestampdiff('hour', TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-02 01:59:00')", "25"),
            ("timestampdiff('month', TIMESTAMP '2024-03-31 00:00:00', TIMESTAMP '2024-02-29 00:00:00')", "-1")),
        new ValueFunction<long>("timestampadd", "time", "timestampadd(unit, n, time)", "The time n units later; a day that the month does not have becomes its last. Units as in timestampdiff.", [Gives(Moment, Text, Long, Moment)], Add,
            ("timestampadd('month', 1, TIMESTAMP '2024-01-31 12:00:00')", "2024-02-29 12:00:00")),
        new ValueFunction<Interval>("age", "time", "age(a, b)", "The INTERVAL from b to a in months, days and a time of day, as calendars count.", [Gives(Span, Moment, Moment)], Age,
            ("age(TIMESTAMP '2024-03-15 12:00:00', TIMESTAMP '2023-01-31 00:00:00')", "1 year 1 mon 15 days 12:00:00")),
        new ValueFunction<Interval>("make_interval", "time", "make_interval(years, months, weeks, days, hours, minutes, seconds)", "The INTERVAL of its parts. One that does not fit is an error.", [Gives(Span, Int, Int, Int, Int, Int, Int, Real)], Make,
            ("make_interval(0, 1, 1, 2, 3, 4, 5.5)", "1 mon 9 days 03:04:05.5")),
        new ValueFunction<long>("unix_timestamp", "time", "unix_timestamp(time)", "Whole seconds since 1970, rounded down.", [Gives(Long, Moment)], (in Row row, Outcome outcome) => Calendar.FloorDivide(row.Long(0), Calendar.Second),
            ("unix_timestamp(TIMESTAMP '1970-01-02 00:00:00.9')", "86400")),
        new ValueFunction<long>("from_unixtime", "time", "from_unixtime(seconds)", "The TIMESTAMP of whole seconds since 1970.", [Gives(Moment, Long)], (in Row row, Outcome outcome) => Narrow((Int128)row.Long(0) * Calendar.Second, outcome),
            ("from_unixtime(86400)", "1970-01-02 00:00:00")),
    ];

    static bool TryUnit(ReadOnlySpan<byte> name, Outcome outcome, out int months, out long microseconds)
    {
        foreach (var unit in s_units)
        {
            if (!Ascii.EqualsIgnoreCase(name, unit.Name) && !(name.Length == unit.Name.Length + 1 && name[^1] is (byte)'s' or (byte)'S' && Ascii.EqualsIgnoreCase(name[..^1], unit.Name))) continue;
            (months, microseconds) = (unit.Months, unit.Microseconds);
            return true;
        }
        outcome.Fail($"{Casts.Quote(name)} is no unit; there are {string.Join(", ", s_units.Select(u => u.Name))}");
        (months, microseconds) = (0, 1);
        return false;
    }

    static long Difference(in Row row, Outcome outcome)
    {
        var (a, b) = (row.Long(1), row.Long(2));
        if (!TryUnit(row.Text(0), outcome, out var months, out var microseconds)) return 0;
        if (Calendar.IsInfinite(a) || Calendar.IsInfinite(b))
        {
            outcome.Null();
            return 0;
        }
        if (months == 0) return Narrow(((Int128)b - a) / microseconds, outcome);
        return Months(a, b) / months;
    }

    /// <summary>Whole months from a to b, towards zero.</summary>
    static long Months(long a, long b)
    {
        var (first, last) = (Calendar.DateOf(a), Calendar.DateOf(b));
        var months = (last.Year - first.Year) * 12 + last.Month - first.Month;
        // One less where adding them goes beyond b.
        if (b >= a)
        {
            if (Calendar.TryAddMonths(a, months, out var reached) && reached > b) months--;
        }
        else if (Calendar.TryAddMonths(a, months, out var reached) && reached < b) months++;
        return months;
    }

    static long Add(in Row row, Outcome outcome)
    {
        var (count, time) = (row.Long(1), row.Long(2));
        if (!TryUnit(row.Text(0), outcome, out var months, out var microseconds) || Calendar.IsInfinite(time)) return time;
        if (months == 0) return Narrow(time + (Int128)count * microseconds, outcome);
        if (count is > -10_000_000 and < 10_000_000 && Calendar.TryAddMonths(time, count * months, out var result)) return result;
        outcome.Fail("the time is out of range");
        return 0;
    }

    static Interval Age(in Row row, Outcome outcome)
    {
        var (a, b) = (row.Long(0), row.Long(1));
        if (Calendar.IsInfinite(a) || Calendar.IsInfinite(b))
        {
            outcome.Null();
            return default;
        }
        var sign = a < b ? -1 : 1;
        var (late, early) = a < b ? (b, a) : (a, b);
        var months = Months(early, late);
        _ = Calendar.TryAddMonths(early, months, out var reached);
        var rest = late - reached;
        return new((int)(sign * months), (int)(sign * (rest / Calendar.Day)), sign * (rest % Calendar.Day));
    }

    static Interval Make(in Row row, Outcome outcome)
    {
        var months = (long)row.Int(0) * 12 + row.Int(1);
        var days = (long)row.Int(2) * 7 + row.Int(3);
        var seconds = row.Int(4) * 3600.0 + row.Int(5) * 60.0 + row.Double(6);
        if (months == (int)months && days == (int)days && Math.Abs(seconds) < 9e12)
            return new((int)months, (int)days, row.Int(4) * Calendar.Hour + row.Int(5) * Calendar.Minute + (long)Math.Round(row.Double(6) * 1e6));
        outcome.Fail("the interval does not fit");
        return default;
    }

    static long Narrow(Int128 value, Outcome outcome)
    {
        if (value != (long)value || Calendar.IsInfinite((long)value)) outcome.Fail("the result is out of range");
        return (long)value;
    }
}
