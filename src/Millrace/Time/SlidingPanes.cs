using System.Diagnostics;
using Millrace.Expressions;

namespace Millrace.Time;

/// <summary>The panes of a HOP of fixed length: as long as the greatest common divisor of size and slide.</summary>
sealed class SlidingPanes : Panes
{
    readonly long _length, _origin;
    readonly long _panesOfSlide, _panesOfWindow;

    /// <summary>Makes the panes of windows.</summary>
    public SlidingPanes(FixedWindows windows) : base(windows)
    {
        _origin = windows.Origin;
        _length = GreatestCommonDivisor(windows.Size, windows.Slide);
        (_panesOfSlide, _panesOfWindow) = (windows.Slide / _length, windows.Size / _length);
    }

    public override long Of(long time) => Calendar.FloorDivide(time < long.MinValue + _origin ? long.MinValue : time - _origin, _length);
    public override long StartOf(long pane) => Saturate((Int128)pane * _length + _origin);
    public override long EndOf(long pane) => Saturate((Int128)pane * _length + _origin + _length);
    public override long FirstWindow(long pane) => Calendar.FloorDivide(pane < long.MinValue + _panesOfWindow ? long.MinValue : pane - _panesOfWindow, _panesOfSlide) + 1;
    public override long LastWindow(long pane) => Calendar.FloorDivide(pane, _panesOfSlide);
    public override long Length => _length;
    public override long LongestWindow => _panesOfWindow;
    public override long FirstPane(long window) => window * _panesOfSlide;
    public override long LastPane(long window) => FirstPane(window) + _panesOfWindow - 1;

    static long Saturate(Int128 time) => (long)Int128.Clamp(time, long.MinValue, long.MaxValue);

    static long GreatestCommonDivisor(long a, long b)
    {
        Debug.Assert(a > 0 && b > 0);
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
