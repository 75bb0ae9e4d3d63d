using Millrace.Planning;

namespace Millrace.Time;

/// <summary>The windows of a <see cref="WindowSpec"/>, numbered in the order of their starts.</summary>
/// <remarks>
/// Windows whose lengths do not depend on the calendar are arithmetic (<see cref="FixedWindows"/>); months, and days in a time zone, go through the calendar
/// (<see cref="CalendarWindows"/>); CUMULATE divides them (<see cref="CumulatingWindows"/>). Window n covers the times from <see cref="StartOf"/> up to but not including <see cref="EndOf"/>.
/// </remarks>
abstract class AlignedWindows
{
    /// <summary>Makes the windows of a spec.</summary>
    /// <exception cref="ArgumentException">Lengths that are not above zero, or that mix months with shorter parts.</exception>
    public static AlignedWindows Create(WindowSpec spec)
    {
        if (spec.Size.ApproximateMicroseconds <= 0 || spec.Slide.ApproximateMicroseconds <= 0)
            throw new ArgumentException($"A window of size {spec.Size} every {spec.Slide} is not above zero.", nameof(spec));
        if (spec.Kind == WindowKind.Session) throw new ArgumentException("Sessions are not aligned.", nameof(spec));
        if (spec.Kind == WindowKind.Cumulate) return new CumulatingWindows(spec);
        var needsCalendar = spec.Size.Months != 0 || spec.Slide.Months != 0 || spec.Offset.Months != 0
            || (spec.Zone is not null && spec.Slide is { Days: not 0, Microseconds: 0 });
        return needsCalendar ? new CalendarWindows(spec) : new FixedWindows(spec);
    }

    /// <summary>The number of the last window that a time falls into, or that starts before it where it falls into none.</summary>
    public abstract long Last(long time);

    /// <summary>Where a window starts, in microseconds.</summary>
    public abstract long StartOf(long window);

    /// <summary>Where a window ends, in microseconds; not part of it.</summary>
    public abstract long EndOf(long window);
}
