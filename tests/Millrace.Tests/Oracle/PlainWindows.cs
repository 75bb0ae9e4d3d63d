using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

/// <summary>The windows that a time falls into, found by walking from one start to the next.</summary>
static class PlainWindows
{
    const long Day = 86_400_000_000;

    /// <summary>The windows, earlier ones first; none for NULL and for times before or after all time.</summary>
    public static List<(long Start, long End)> Of(WindowSpec spec, object? value)
    {
        var found = new List<(long, long)>();
        if (value is not long time || time is long.MinValue or long.MaxValue) return found;
        if (spec.Kind == WindowKind.Cumulate) return Cumulating(spec, time);
        var isCalendar = spec.Size.Months != 0 || spec.Slide.Months != 0 || spec.Offset.Months != 0 || spec.Zone is not null && spec.Slide is { Days: not 0, Microseconds: 0 };
        var number = Near(spec, time);
        while (Start(spec, number, isCalendar) <= time) number++;
        for (number--; End(spec, number, isCalendar) > time; number--)
            if (Start(spec, number, isCalendar) <= time) found.Insert(0, (Start(spec, number, isCalendar), End(spec, number, isCalendar)));
        return found;
    }

    /// <summary>Windows with the start of the span of the size, each a step longer, up to the span's end.</summary>
    static List<(long, long)> Cumulating(WindowSpec spec, long time)
    {
        var found = new List<(long, long)>();
        var (start, end) = Of(spec with { Kind = WindowKind.Tumble, Slide = spec.Size }, time)[0];
        var followsCalendar = spec.Slide.Microseconds == 0 && (spec.Zone is not null || spec.Size.Months != 0);
        for (var step = 1; ; step++)
        {
            var grown = new Interval(spec.Slide.Months * step, spec.Slide.Days * step, spec.Slide.Microseconds * step);
            var reached = followsCalendar ? ToUtc(spec.Zone, Plus(ToLocal(spec.Zone, start), grown)) : start + grown.Days * Day + grown.Microseconds;
            if (Math.Min(reached, end) > time) found.Add((start, Math.Min(reached, end)));
            if (reached >= end) return found;
        }
    }

    static long ToLocal(string? zoneName, long time) =>
        zoneName is null ? time : time + TimeZoneInfo.FindSystemTimeZoneById(zoneName).GetUtcOffset(DateTime.UnixEpoch.AddTicks(time * 10)).Ticks / 10;

    /// <summary>A window that starts well before a time and yet not far.</summary>
    static long Near(WindowSpec spec, long time)
    {
        var slide = spec.Slide.Months * 31 * Day + spec.Slide.Days * Day + spec.Slide.Microseconds;
        // Months of 31 days number fewer than there are, so before 1970 this lies late: walk back from there.
        var number = time / slide - 3 - Math.Abs(spec.Offset.Days * Day + spec.Offset.Microseconds) / slide;
        var isCalendar = spec.Slide.Months != 0;
        while (isCalendar && LocalStart(spec, number) > time - 2 * Day) number--;
        return number;
    }

    static long Start(WindowSpec spec, long number, bool isCalendar)
    {
        if (isCalendar) return ToUtc(spec.Zone, LocalStart(spec, number));
        // Windows that do not follow the calendar start at fixed distances; the zone only says where the first lies.
        return ToUtc(spec.Zone, LocalStart(spec, 0)) + number * (spec.Slide.Days * Day + spec.Slide.Microseconds);
    }

    static long End(WindowSpec spec, long number, bool isCalendar) =>
        isCalendar ? ToUtc(spec.Zone, Plus(LocalStart(spec, number), spec.Size)) : Start(spec, number, false) + spec.Size.Days * Day + spec.Size.Microseconds;

    static long LocalStart(WindowSpec spec, long number)
    {
        if (spec.Slide.Months != 0) return Plus(Interpreter.AddMonths(0, (int)(number * spec.Slide.Months)), spec.Offset);
        var isWeeks = spec.Slide.Microseconds == 0 && spec.Slide.Days % 7 == 0;
        return Plus((isWeeks ? 4 * Day : 0) + number * (spec.Slide.Days * Day + spec.Slide.Microseconds), spec.Offset);
    }

    static long Plus(long time, Interval interval) => (interval.Months == 0 ? time : Interpreter.AddMonths(time, interval.Months)) + interval.Days * Day + interval.Microseconds;

    /// <summary>The moment at which clocks of a zone show a time: the earlier one where they show it twice; where they skip it, as far past the gap as it was.</summary>
    public static long ToUtc(string? zoneName, long local)
    {
        if (zoneName is null) return local;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
        var clock = DateTime.SpecifyKind(DateTime.UnixEpoch.AddTicks(local * 10), DateTimeKind.Unspecified);
        var offset = zone.IsAmbiguousTime(clock) ? zone.GetAmbiguousTimeOffsets(clock).Max() : zone.IsInvalidTime(clock) ? zone.GetUtcOffset(clock.AddHours(-3)) : zone.GetUtcOffset(clock);
        return local - offset.Ticks / 10;
    }
}
