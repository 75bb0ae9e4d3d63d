using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Parts of times: date_part (SQL's EXTRACT) and date_trunc.</summary>
internal static class TimeFields
{
    public static ScalarFunction[] All { get; } =
    [
        new CompiledFunction("date_part extract", "time", "extract(field FROM time), date_part(field, time)",
            "One part of a TIMESTAMP or INTERVAL, as DOUBLE: microseconds, milliseconds, second (with its fraction), minute, hour, day, dow (Sunday = 0), isodow (Monday = 1), doy, week (ISO), month, quarter, year, isoyear, decade, century, millennium, epoch (seconds since 1970) or julian; of an interval no days of weeks and years.",
            [Gives(Real, Text, Moment), Gives(Real, Text, Span)], Part,
            ("extract(hour FROM TIMESTAMP '2024-02-16 20:38:40')", "20"), ("date_part('dow', TIMESTAMP '2024-02-16 20:38:40')", "5"),
            ("extract(epoch FROM TIMESTAMP '2024-01-01 00:00:00')", "1704067200"), ("extract(minute FROM INTERVAL '90 minutes')", "30")),
        new CompiledFunction("date_trunc", "time", "date_trunc(unit, time [, zone])",
            "The start of the unit that a TIMESTAMP lies in: microseconds, milliseconds, second, minute, hour, day, week (from Monday), month, quarter, year, decade, century or millennium; in the clock of a zone if one is given.",
            [Gives(Moment, Text, Moment), Gives(Moment, Text, Moment, Text)], Truncate,
            ("date_trunc('hour', TIMESTAMP '2024-02-16 20:38:40')", "2024-02-16 20:00:00"), ("date_trunc('week', TIMESTAMP '2024-02-16 20:38:40')", "2024-02-12 00:00:00"),
            ("date_trunc('day', TIMESTAMP '2024-02-16 23:38:40', 'Europe/Berlin')", "2024-02-16 23:00:00")),
        new ValueFunction<long>("date_bin", "time", "date_bin(stride, time [, origin])",
            "The start of the stretch of a given length that a TIMESTAMP lies in, counted from an origin (2001-01-01 unless given). A stride with months or not above zero is an error.",
            [Gives(Moment, Span, Moment), Gives(Moment, Span, Moment, Moment)], Bin,
            ("date_bin(INTERVAL '15 minutes', TIMESTAMP '2024-02-11 15:44:17')", "2024-02-11 15:30:00")),
    ];

    const long Origin = 978_307_200_000_000; // 2001-01-01

    static readonly string[] s_units =
        ["microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium", "dow", "isodow", "doy", "isoyear", "epoch", "julian"];

    /// <summary>The unit of a name, with or without its plural s, or null.</summary>
    static string? UnitOf(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "centuries"u8)) return "century";
        if (Ascii.EqualsIgnoreCase(name, "weekday"u8)) return "dow";
        foreach (var unit in s_units)
            if (Ascii.EqualsIgnoreCase(name, unit) || name.Length == unit.Length + 1 && name[^1] is (byte)'s' or (byte)'S' && Ascii.EqualsIgnoreCase(name[..^1], unit)) return unit;
        return null;
    }

    /// <summary>The unit of each row: found once where it is constant.</summary>
    sealed class Units
    {
        readonly string? _constant;

        /// <exception cref="ArgumentException">The constant unit is none.</exception>
        public Units(IReadOnlyList<Literal?> constants)
        {
            if (constants[0]?.Value is string name)
                _constant = UnitOf(Literals.Bytes(constants[0]!)) ?? throw new ArgumentException($"'{name}' is no unit of time; there are {string.Join(", ", s_units)}");
        }

        public string? Of(in Row row, Outcome outcome)
        {
            var unit = _constant ?? UnitOf(row.Text(0));
            if (unit is null) outcome.Fail($"{Casts.Quote(row.Text(0))} is no unit of time");
            return unit;
        }
    }

    static RowKernel<double> Part(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var units = new Units(constants);
        if (signature.Parameters[1].Kind == TypeKind.Interval)
            return new(Real, constants, (in Row row, Outcome outcome) => units.Of(in row, outcome) is { } unit ? OfInterval(unit, row.Interval(1), outcome) : 0);
        return new(Real, constants, (in Row row, Outcome outcome) => units.Of(in row, outcome) is { } unit ? OfTime(unit, row.Long(1), outcome) : 0);
    }

    static double OfTime(string unit, long time, Outcome outcome)
    {
        if (Calendar.IsInfinite(time))
        {
            if (unit is "epoch" or "julian" or "year" or "isoyear" or "decade" or "century" or "millennium") return time > 0 ? double.PositiveInfinity : double.NegativeInfinity;
            outcome.Null();
            return 0;
        }
        var days = Calendar.FloorDivide(time, Calendar.Day);
        var clock = time - days * Calendar.Day;
        switch (unit)
        {
            case "microsecond": return clock % Calendar.Minute;
            case "millisecond": return clock % Calendar.Minute / 1e3;
            case "second": return clock % Calendar.Minute / 1e6;
            case "minute": return clock / Calendar.Minute % 60;
            case "hour": return clock / Calendar.Hour;
            case "epoch": return time / 1e6;
            case "dow": return Calendar.DayOfWeek(days);
            case "isodow": return (Calendar.DayOfWeek(days) + 6) % 7 + 1;
            case "week": return Calendar.IsoWeek(days).Week;
            case "isoyear": return Calendar.IsoWeek(days).Year;
            case "julian": return days + 2_440_588 + (double)clock / Calendar.Day;
        }
        var (year, month, day) = Calendar.FromDays(days);
        return unit switch
        {
            "day" => day,
            "month" => month,
            "quarter" => (month + 2) / 3,
            "year" => year,
            "doy" => days - Calendar.ToDays(year, 1, 1) + 1,
            "decade" => Calendar.FloorDivide(year, 10),
            "century" => Calendar.FloorDivide(year - 1, 100) + 1,
            _ => Calendar.FloorDivide(year - 1, 1000) + 1,
        };
    }

    static double OfInterval(string unit, Interval value, Outcome outcome)
    {
        switch (unit)
        {
            case "microsecond": return value.Microseconds % Calendar.Minute;
            case "millisecond": return value.Microseconds % Calendar.Minute / 1e3;
            case "second": return value.Microseconds % Calendar.Minute / 1e6;
            case "minute": return value.Microseconds / Calendar.Minute % 60;
            case "hour": return value.Microseconds / Calendar.Hour;
            case "day": return value.Days;
            case "month": return value.Months % 12;
            case "quarter": return value.Months % 12 / 3 + 1;
            case "year": return value.Months / 12;
            case "decade": return value.Months / 120;
            case "century": return value.Months / 1200;
            case "millennium": return value.Months / 12_000;
            // A year of an interval has 365.25 days, as in PostgreSQL.
            case "epoch": return value.Months / 12 * 31_557_600.0 + value.Months % 12 * 2_592_000.0 + value.Days * 86_400.0 + value.Microseconds / 1e6;
            default:
                outcome.Fail($"an interval has no {unit}");
                return 0;
        }
    }

    static RowKernel<long> Truncate(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var units = new Units(constants);
        var zones = signature.Parameters.Length > 2 ? new Zones(constants[2]) : null;
        return new(Moment, constants, (in Row row, Outcome outcome) =>
        {
            var time = row.Long(1);
            if (units.Of(in row, outcome) is not { } unit || Calendar.IsInfinite(time)) return time;
            if (zones is null) return StartOf(unit, time, outcome);
            if (zones.Of(row.Text(2), outcome) is not { } zone) return 0;
            return Calendar.ToUtc(zone, StartOf(unit, time + Calendar.Offset(zone, time), outcome));
        });
    }

    static long StartOf(string unit, long time, Outcome outcome)
    {
        switch (unit)
        {
            case "microsecond": return time;
            case "millisecond": return time - Calendar.FloorRemainder(time, 1000);
            case "second": return time - Calendar.FloorRemainder(time, Calendar.Second);
            case "minute": return time - Calendar.FloorRemainder(time, Calendar.Minute);
            case "hour": return time - Calendar.FloorRemainder(time, Calendar.Hour);
            case "day": return time - Calendar.FloorRemainder(time, Calendar.Day);
        }
        var days = Calendar.FloorDivide(time, Calendar.Day);
        if (unit == "week") return (days - (Calendar.DayOfWeek(days) + 6) % 7) * Calendar.Day;
        var (year, month, _) = Calendar.FromDays(days);
        switch (unit)
        {
            case "month": return Calendar.ToDays(year, month, 1) * Calendar.Day;
            case "quarter": return Calendar.ToDays(year, (month - 1) / 3 * 3 + 1, 1) * Calendar.Day;
            case "year": return Calendar.ToDays(year, 1, 1) * Calendar.Day;
            case "isoyear":
                var fourth = Calendar.ToDays(Calendar.IsoWeek(days).Year, 1, 4);
                return (fourth - (Calendar.DayOfWeek(fourth) + 6) % 7) * Calendar.Day;
            case "decade": return Calendar.ToDays(Calendar.FloorDivide(year, 10) * 10, 1, 1) * Calendar.Day;
            case "century": return Calendar.ToDays(Calendar.FloorDivide(year - 1, 100) * 100 + 1, 1, 1) * Calendar.Day;
            case "millennium": return Calendar.ToDays(Calendar.FloorDivide(year - 1, 1000) * 1000 + 1, 1, 1) * Calendar.Day;
            default:
                outcome.Fail($"a time cannot be cut to {unit}");
                return 0;
        }
    }

    static long Bin(in Row row, Outcome outcome)
    {
        var stride = row.Interval(0);
        var time = row.Long(1);
        var origin = row.Count > 2 ? row.Long(2) : Origin;
        var length = (Int128)stride.Days * Calendar.Day + stride.Microseconds;
        if (stride.Months != 0 || length <= 0 || length != (long)length)
        {
            outcome.Fail("the stride must be above zero and without months");
            return 0;
        }
        if (Calendar.IsInfinite(time) || Calendar.IsInfinite(origin)) return time;
        var distance = (Int128)time - origin;
        var whole = distance / length;
        if (distance < 0 && whole * length != distance) whole--;
        var result = origin + whole * length;
        if (result != (long)result) outcome.Fail("the time is out of range");
        return (long)result;
    }
}

/// <summary>Time zones by name: found once where the name is constant.</summary>
internal sealed class Zones
{
    readonly Dictionary<string, TimeZoneInfo?> _known = new(StringComparer.Ordinal);
    readonly TimeZoneInfo? _constant;

    /// <exception cref="ArgumentException">The constant name is none of a zone.</exception>
    public Zones(Literal? constant)
    {
        if (constant?.Value is string name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _constant))
            throw new ArgumentException($"'{name}' is no time zone; expected a name such as Europe/Berlin");
    }

    /// <summary>The zone, or null and an error.</summary>
    public TimeZoneInfo? Of(ReadOnlySpan<byte> name, Outcome outcome)
    {
        var zone = _constant;
        if (zone is null)
        {
            var text = Encoding.UTF8.GetString(name);
            if (!_known.TryGetValue(text, out zone))
            {
                _ = TimeZoneInfo.TryFindSystemTimeZoneById(text, out zone);
                if (_known.Count < 1000) _known[text] = zone;
            }
        }
        if (zone is null) outcome.Fail($"{Casts.Quote(name)} is no time zone; expected a name such as Europe/Berlin");
        return zone;
    }
}
