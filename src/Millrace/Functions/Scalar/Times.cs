using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Making times out of numbers and texts and the other way round. There is no now(): the same rows must give the same answer again.</summary>
internal static class Times
{
    const string OutOfRange = "the time is out of range";

    public static ScalarFunction[] All { get; } =
    [
        new CompiledFunction("to_timestamp", "time", "to_timestamp(seconds), to_timestamp(text, pattern)",
            "The TIMESTAMP of seconds since 1970, or of a text written by the pattern of to_char; a text that does not fit is an error.", [Gives(Moment, Real), Gives(Moment, Text, Text)], ToTimestamp,
            ("to_timestamp(1704067200.5)", "2024-01-01 00:00:00.5"), ("to_timestamp('05 Dec 2023 14:30', 'DD Mon YYYY HH24:MI')", "2023-12-05 14:30:00")),
        new ValueFunction<long>("to_timestamp_ms", "time", "to_timestamp_ms(milliseconds)", "The TIMESTAMP of milliseconds since 1970.", [Gives(Moment, Long)],
            (in Row row, Outcome outcome) => Scale(row.Long(0), 1000, outcome), ("to_timestamp_ms(1704067200500)", "2024-01-01 00:00:00.5")),
        new ValueFunction<long>("to_timestamp_us", "time", "to_timestamp_us(microseconds)", "The TIMESTAMP of microseconds since 1970.", [Gives(Moment, Long)],
            (in Row row, Outcome outcome) => row.Long(0), ("to_timestamp_us(1000001)", "1970-01-01 00:00:01.000001")),
        new ValueFunction<double>("epoch", "time", "epoch(time)", "Seconds since 1970, with their fraction.", [Gives(Real, Moment)],
            (in Row row, Outcome outcome) => Calendar.IsInfinite(row.Long(0)) ? row.Long(0) > 0 ? double.PositiveInfinity : double.NegativeInfinity : row.Long(0) / 1e6,
            ("epoch(TIMESTAMP '1970-01-02 00:00:00.25')", "86400.25")),
        new ValueFunction<long>("epoch_ms", "time", "epoch_ms(time)", "Whole milliseconds since 1970, rounded down.", [Gives(Long, Moment)],
            (in Row row, Outcome outcome) => Calendar.FloorDivide(row.Long(0), 1000), ("epoch_ms(TIMESTAMP '1970-01-01 00:00:01.5')", "1500")),
        new ValueFunction<long>("epoch_us", "time", "epoch_us(time)", "Microseconds since 1970.", [Gives(Long, Moment)],
            (in Row row, Outcome outcome) => row.Long(0), ("epoch_us(TIMESTAMP '1970-01-01 00:00:01')", "1000000")),
        new ValueFunction<long>("make_timestamp", "time", "make_timestamp(year, month, day, hour, minute, second)", "The TIMESTAMP of its parts; parts out of range are errors.",
            [Gives(Moment, Int, Int, Int, Int, Int, Real)], Make, ("make_timestamp(2024, 2, 29, 12, 30, 15.5)", "2024-02-29 12:30:15.5")),
        new CompiledFunction("timezone", "time", "time AT TIME ZONE zone, timezone(zone, time)", "What clocks of a zone show at a TIMESTAMP (which is UTC).", [Gives(Moment, Text, Moment)], (_, constants) =>
        {
            var zones = new Zones(constants[0]);
            return new RowKernel<long>(Moment, constants, (in Row row, Outcome outcome) =>
                zones.Of(row.Text(0), outcome) is { } zone && !Calendar.IsInfinite(row.Long(1)) ? row.Long(1) + Calendar.Offset(zone, row.Long(1)) : row.Long(1));
        }, ("timezone('America/New_York', TIMESTAMP '2024-07-01 12:00:00')", "2024-07-01 08:00:00")),
        new CompiledFunction("to_utc", "time", "to_utc(zone, time)",
            "The TIMESTAMP (in UTC) at which clocks of a zone show a time: the earlier one where they show it twice, as far past the gap as it was where they skip it.", [Gives(Moment, Text, Moment)], (_, constants) =>
            {
                var zones = new Zones(constants[0]);
                return new RowKernel<long>(Moment, constants, (in Row row, Outcome outcome) =>
                    zones.Of(row.Text(0), outcome) is { } zone && !Calendar.IsInfinite(row.Long(1)) ? Calendar.ToUtc(zone, row.Long(1)) : row.Long(1));
            }, ("to_utc('America/New_York', TIMESTAMP '2024-07-01 08:00:00')", "2024-07-01 12:00:00")),
        new ToChar(),
        new CompiledFunction("date_format", "time", "date_format(time, pattern)",
            "A TIMESTAMP as text by a pattern of Java's letters, as in Flink: yyyy, yy, Q, MMMM, MMM, MM, M, DDD, dd, d, EEEE, EEE, HH, H, hh, h, mm, m, ss, s, SSS, SSSSSS and a; other letters are an error unless they stand in single quotes.",
            [Gives(Text, Moment, Text)], DateFormat,
            ("date_format(TIMESTAMP '2024-02-05 09:08:07', 'dd.MM.yyyy HH:mm')", "05.02.2024 09:08"), ("date_format(TIMESTAMP '2024-02-05 15:08:07', 'EEEE, d MMM ''at'' h:mm a')", "Monday, 5 Feb at 3:08 PM")),
        new ValueFunction<long>("last_day", "time", "last_day(time)", "Midnight of the last day of the month.", [Gives(Moment, Moment)], (in Row row, Outcome outcome) =>
        {
            if (Calendar.IsInfinite(row.Long(0))) return row.Long(0);
            var (year, month, _) = Calendar.DateOf(row.Long(0));
            return Calendar.ToDays(year, month, Calendar.DaysInMonth(year, month)) * Calendar.Day;
        }, ("last_day(TIMESTAMP '2024-02-05 09:00:00')", "2024-02-29 00:00:00")),
    ];

    static IScalarKernel ToTimestamp(Signature signature, IReadOnlyList<Literal?> constants)
    {
        if (signature.Parameters.Length == 1)
        {
            return new RowKernel<long>(Moment, constants, (in Row row, Outcome outcome) =>
            {
                var seconds = row.Double(0);
                if (double.IsInfinity(seconds)) return seconds > 0 ? long.MaxValue : long.MinValue;
                var whole = Math.Floor(seconds);
                var microseconds = whole * 1e6 + Math.Round((seconds - whole) * 1e6);
                if (Math.Abs(microseconds) < 9.2e18) return (long)microseconds;
                outcome.Fail(OutOfRange);
                return 0;
            });
        }
        var patterns = new TimePatterns(constants[1]);
        return new RowKernel<long>(Moment, constants, (in Row row, Outcome outcome) =>
        {
            if (patterns.Of(row.Text(1)).TryParse(row.Text(0), out var time)) return time;
            outcome.Fail($"{Casts.Quote(row.Text(0))} does not fit the pattern {Casts.Quote(row.Text(1))}");
            return 0;
        });
    }

    static IScalarKernel DateFormat(Signature signature, IReadOnlyList<Literal?> constants)
    {
        if (constants[1]?.Value is string constant) return ToChar.Of(TimePattern.OfLetters(constant), constants);
        byte[] last = [];
        TimePattern? pattern = null;
        return new TextRowKernel(Text, constants, (in Row row, Outcome outcome) =>
        {
            try
            {
                if (pattern is null || !row.Text(1).SequenceEqual(last)) (last, pattern) = (row.Text(1).ToArray(), new(TimePattern.OfLetters(System.Text.Encoding.UTF8.GetString(row.Text(1)))));
                ToChar.Write(pattern, row.Long(0), outcome);
            }
            catch (ArgumentException error)
            {
                pattern = null;
                outcome.Fail(error.Message);
            }
        });
    }

    static long Scale(long value, long factor, Outcome outcome)
    {
        var result = (Int128)value * factor;
        if (result != (long)result) outcome.Fail(OutOfRange);
        return (long)result;
    }

    static long Make(in Row row, Outcome outcome)
    {
        var (year, month, day, hour, minute, second) = (row.Int(0), row.Int(1), row.Int(2), row.Int(3), row.Int(4), row.Double(5));
        if (Math.Abs(year) > 200_000 || month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || !(second is >= 0 and < 60))
        {
            outcome.Fail(FormattableString.Invariant($"{year}-{month}-{day} {hour}:{minute}:{second} is no time"));
            return 0;
        }
        return Calendar.ToDays(year, month, day) * Calendar.Day + hour * Calendar.Hour + minute * Calendar.Minute + (long)Math.Round(second * 1e6);
    }
}
