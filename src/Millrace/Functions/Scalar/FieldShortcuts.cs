using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>year(time), hour(time) and their kin: one part of a time as a whole number.</summary>
internal static class FieldShortcuts
{
    public static ScalarFunction[] All { get; } =
    [
        Of("year", "The year.", (days, _) => (int)Calendar.FromDays(days).Year, "2024"),
        Of("quarter", "The quarter of the year, from 1.", (days, _) => (Calendar.FromDays(days).Month + 2) / 3, "1"),
        Of("month", "The month, from 1.", (days, _) => Calendar.FromDays(days).Month, "2"),
        Of("week", "The week of the year by ISO 8601.", (days, _) => Calendar.IsoWeek(days).Week, "7"),
        Of("dayofyear", "The day of the year, from 1.", (days, _) => (int)(days - Calendar.ToDays(Calendar.FromDays(days).Year, 1, 1)) + 1, "47"),
        Of("dayofmonth day", "The day of the month, from 1.", (days, _) => Calendar.FromDays(days).Day, "16"),
        Of("dayofweek", "The day of the week, Sunday = 1.", (days, _) => Calendar.DayOfWeek(days) + 1, "6"),
        Of("hour", "The hour, from 0.", (_, clock) => (int)(clock / Calendar.Hour), "20"),
        Of("minute", "The minute, from 0.", (_, clock) => (int)(clock / Calendar.Minute % 60), "38"),
        Of("second", "The whole second, from 0.", (_, clock) => (int)(clock / Calendar.Second % 60), "40"),
    ];

    static ValueFunction<int> Of(string names, string summary, Func<long, long, int> part, string result)
    {
        var name = names.Split(' ')[0];
        return new(names, "time", $"{name}(time)", $"{summary[..^1]}, INTEGER; NULL for an infinite time.", [Gives(Int, Moment)], (in Row row, Outcome outcome) =>
        {
            var time = row.Long(0);
            if (Calendar.IsInfinite(time))
            {
                outcome.Null();
                return 0;
            }
            var days = Calendar.FloorDivide(time, Calendar.Day);
            return part(days, time - days * Calendar.Day);
        }, ($"{name}(TIMESTAMP '2024-02-16 20:38:40')", result));
    }
}
