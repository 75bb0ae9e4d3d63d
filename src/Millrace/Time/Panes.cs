using System.Diagnostics;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Time;

/// <summary>How rows fall into the windows of an aggregate: each into one pane, and a window is one or more panes.</summary>
/// <remarks>
/// TUMBLE: the panes are the windows. HOP of fixed length: panes of gcd(size, slide), so that a row is aggregated once and not once a window. HOP by the calendar: the
/// panes are the windows, and a row falls into several (<see cref="Overlaps"/>).
/// </remarks>
sealed class Panes
{
    readonly long _length, _slide, _size, _origin; // of fixed panes

    /// <summary>Makes the panes of a spec.</summary>
    public Panes(WindowSpec spec)
    {
        Windows = AlignedWindows.Create(spec);
        if (Windows is FixedWindows windows && windows.Size != windows.Slide)
        {
            (_size, _slide, _origin) = (windows.Size, windows.Slide, windows.Origin);
            _length = GreatestCommonDivisor(_size, _slide);
            AreWindows = false;
        }
        else
        {
            AreWindows = true;
            Overlaps = spec.Kind == WindowKind.Hop && Windows is CalendarWindows;
        }
    }

    /// <summary>The windows.</summary>
    public AlignedWindows Windows { get; }

    /// <summary>Whether a pane is a window.</summary>
    public bool AreWindows { get; }

    /// <summary>Whether a time falls also into the panes before <see cref="Of"/> it that end after it.</summary>
    public bool Overlaps { get; }

    /// <summary>The pane that a time falls into.</summary>
    public long Of(long time) => AreWindows ? Windows.Last(time) : Calendar.FloorDivide(time < long.MinValue + _origin ? long.MinValue : time - _origin, _length);

    /// <summary>Where a pane starts.</summary>
    public long StartOf(long pane) => AreWindows ? Windows.StartOf(pane) : Saturate((Int128)pane * _length + _origin);

    /// <summary>Where a pane ends.</summary>
    public long EndOf(long pane) => AreWindows ? Windows.EndOf(pane) : Saturate((Int128)pane * _length + _origin + _length);

    /// <summary>The first window that a pane belongs to; after <see cref="LastWindow"/> where it belongs to none.</summary>
    public long FirstWindow(long pane) => AreWindows ? pane : (long)FloorDivide((Int128)pane * _length - _size, _slide) + 1;

    /// <summary>The last window that a pane belongs to.</summary>
    public long LastWindow(long pane) => AreWindows ? pane : (long)FloorDivide((Int128)pane * _length, _slide);

    /// <summary>The first pane of a window.</summary>
    public long FirstPane(long window) => AreWindows ? window : (long)((Int128)window * _slide / _length);

    /// <summary>The last pane of a window.</summary>
    public long LastPane(long window) => AreWindows ? window : FirstPane(window) + _size / _length - 1;

    static Int128 FloorDivide(Int128 a, long b)
    {
        var quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }

    static long Saturate(Int128 time) => (long)Int128.Clamp(time, long.MinValue, long.MaxValue);

    static long GreatestCommonDivisor(long a, long b)
    {
        Debug.Assert(a > 0 && b > 0);
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
