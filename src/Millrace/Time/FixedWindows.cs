using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Time;

/// <summary>Windows of one length at equal distances: window n starts at the origin plus n slides.</summary>
/// <remarks>Whole weeks count from Monday 1970-01-05, everything else from 1970-01-01T00:00:00, in the zone if there is one.</remarks>
sealed class FixedWindows : AlignedWindows
{
    const long FirstMonday = 4 * Interval.MicrosecondsPerDay;

    /// <summary>Makes the windows of a spec without months.</summary>
    public FixedWindows(WindowSpec spec)
    {
        Size = spec.Size.FixedMicroseconds;
        Slide = spec.Slide.FixedMicroseconds;
        var isWeeks = spec.Slide.Microseconds == 0 && spec.Slide.Days % 7 == 0;
        var origin = (isWeeks ? FirstMonday : 0) + spec.Offset.FixedMicroseconds;
        if (spec.Zone is not null) origin = Calendar.ToUtc(TimeZoneInfo.FindSystemTimeZoneById(spec.Zone), origin);
        Origin = Calendar.FloorRemainder(origin, Slide);
    }

    /// <summary>Length in microseconds.</summary>
    public long Size { get; }

    /// <summary>Distance between starts in microseconds.</summary>
    public long Slide { get; }

    /// <summary>Start of window 0: from 0 to less than a slide.</summary>
    public long Origin { get; }

    /// <inheritdoc/>
    public override long Last(long time)
    {
        // Times within an origin of the beginning of time would wrap.
        var shifted = time < long.MinValue + Origin ? long.MinValue : time - Origin;
        return Calendar.FloorDivide(shifted, Slide);
    }

    /// <inheritdoc/>
    public override long StartOf(long window) => Saturate((Int128)window * Slide + Origin);

    /// <inheritdoc/>
    public override long EndOf(long window) => Saturate((Int128)window * Slide + Origin + Size);

    static long Saturate(Int128 time) => (long)Int128.Clamp(time, long.MinValue, long.MaxValue);
}
