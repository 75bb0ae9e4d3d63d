using System.Diagnostics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Time;

/// <summary>The windows of CUMULATE: over each span of the size, windows from its start that end a step later each.</summary>
/// <remarks>
/// Spans are those of TUMBLE. Each has the same count of numbers, enough for the longest; the last window of a span ends with it, and the numbers after that one
/// stand for nothing. Steps of whole days or months follow the calendar of the zone, shorter ones the clock.
/// </remarks>
sealed class CumulatingWindows : AlignedWindows
{
    readonly AlignedWindows _spans;
    readonly CalendarWindows? _calendar; // where steps follow it
    readonly Interval _step;
    readonly long _length, _count; // of steps

    /// <summary>Makes the windows of a spec.</summary>
    public CumulatingWindows(WindowSpec spec)
    {
        _spans = Create(spec with { Kind = WindowKind.Tumble, Slide = spec.Size });
        (_step, _length) = (spec.Slide, (long)spec.Slide.ApproximateMicroseconds);
        if (_step.Microseconds == 0) _calendar = _spans as CalendarWindows;
        // A day may be longer by a change of clocks.
        _count = PlanBuilder.LongestMicroseconds(spec.Size) / _length + (_spans is CalendarWindows ? Interval.MicrosecondsPerDay / Math.Min(_length, Interval.MicrosecondsPerDay) : 0);
        Debug.Assert(_count > 0);
    }

    /// <summary>How many numbers each span has: at least as many as windows.</summary>
    public long Steps => _count;

    /// <inheritdoc/>
    public override long Last(long time) => LastOf(_spans.Last(time) * _count);

    /// <inheritdoc/>
    public override long StartOf(long window) => _spans.StartOf(Calendar.FloorDivide(window, _count));

    /// <inheritdoc/>
    public override long EndOf(long window)
    {
        var span = Calendar.FloorDivide(window, _count);
        return Math.Min(EndOf(span, Calendar.FloorRemainder(window, _count)), _spans.EndOf(span));
    }

    long EndOf(long span, long step)
    {
        if (_calendar is not null) return _calendar.After(span, new((int)(_step.Months * (step + 1)), (int)(_step.Days * (step + 1)), 0));
        return (long)Int128.Min(_spans.StartOf(span) + (Int128)(step + 1) * _length, long.MaxValue);
    }

    /// <summary>The first window that a time falls into.</summary>
    public long First(long time)
    {
        var span = _spans.Last(time);
        var step = (time - _spans.StartOf(span)) / _length;
        while (step > 0 && EndOf(span, step - 1) > time) step--;
        while (EndOf(span, step) <= time) step++;
        return span * _count + step;
    }

    /// <summary>The first window with the same start.</summary>
    public long FirstOf(long window) => window - Calendar.FloorRemainder(window, _count);

    /// <summary>The last window with the same start.</summary>
    public long LastOf(long window)
    {
        var span = Calendar.FloorDivide(window, _count);
        var end = _spans.EndOf(span);
        var step = Math.Min(_count - 1, (end - _spans.StartOf(span)) / _length);
        while (step > 0 && EndOf(span, step - 1) >= end) step--;
        return span * _count + step;
    }
}
