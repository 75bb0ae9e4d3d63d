using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Time;

/// <summary>Windows of months, or of days in a time zone, whose length in UTC varies.</summary>
/// <remarks>
/// A start is a local time (the first of a month, or midnight; weeks on Monday) plus the offset, turned into UTC; the end is the local start plus the size, turned
/// likewise, so that a day with a change of clocks has 23 or 25 hours. Costs some divisions and two look-ups of the zone: callers remember the window they are in.
/// </remarks>
sealed class CalendarWindows : AlignedWindows
{
    const int FirstMonday = 4;

    readonly TimeZoneInfo _zone;
    readonly Interval _size, _slide, _offset;

    /// <summary>Makes the windows of a spec whose slide is whole months or whole days.</summary>
    public CalendarWindows(WindowSpec spec)
    {
        (_size, _slide, _offset) = (spec.Size, spec.Slide, spec.Offset);
        if (_slide.Microseconds != 0 || (_slide.Months != 0 && _slide.Days != 0))
            throw new ArgumentException("Windows that need the calendar advance by whole months or whole days.", nameof(spec));
        _zone = spec.Zone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(spec.Zone);
    }

    /// <inheritdoc/>
    public override long Last(long time)
    {
        var window = Guess(time);
        while (StartOf(window) > time) window--;
        while (StartOf(window + 1) <= time) window++;
        return window;
    }

    /// <summary>The window by local time without the offset; near.</summary>
    long Guess(long time)
    {
        var days = Calendar.FloorDivide(time, Calendar.Day);
        if (_slide.Months == 0) return Calendar.FloorDivide(days - FirstDay, _slide.Days);
        var (year, month, _) = Calendar.FromDays(days);
        return Calendar.FloorDivide((year - 1970) * 12 + month - 1, _slide.Months);
    }

    /// <inheritdoc/>
    public override long StartOf(long window) => Calendar.ToUtc(_zone, LocalStart(window));

    /// <inheritdoc/>
    public override long EndOf(long window) => Calendar.ToUtc(_zone, Plus(LocalStart(window), _size));

    /// <summary>The time when clocks show so much more than at a window's start.</summary>
    public long After(long window, Interval interval) => Calendar.ToUtc(_zone, Plus(LocalStart(window), interval));

    int FirstDay => _slide.Days % 7 == 0 ? FirstMonday : 0;

    long LocalStart(long window)
    {
        if (_slide.Months == 0) return Plus((FirstDay + window * _slide.Days) * Calendar.Day, _offset);
        var months = window * _slide.Months;
        return Plus(Calendar.ToDays(1970 + Calendar.FloorDivide(months, 12), (int)Calendar.FloorRemainder(months, 12) + 1, 1) * Calendar.Day, _offset);
    }

    static long Plus(long time, Interval interval) => Calendar.TryAdd(time, interval, 1, out var sum) ? sum : long.MaxValue;
}
