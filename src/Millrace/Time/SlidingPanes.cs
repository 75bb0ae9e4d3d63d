using System.Diagnostics;
using Millrace.Expressions;

namespace Millrace.Time;

/// <summary>The panes of a HOP of fixed length: as long as the greatest common divisor of size and slide.</summary>
sealed class SlidingPanes : Panes
{
    readonly long _length, _slide, _size, _origin;

    /// <summary>Makes the panes of windows.</summary>
    public SlidingPanes(FixedWindows windows) : base(windows)
    {
        (_size, _slide, _origin) = (windows.Size, windows.Slide, windows.Origin);
        _length = GreatestCommonDivisor(_size, _slide);
    }

    public override long Of(long time) => Calendar.FloorDivide(time < long.MinValue + _origin ? long.MinValue : time - _origin, _length);
    public override long StartOf(long pane) => Saturate((Int128)pane * _length + _origin);
    public override long EndOf(long pane) => Saturate((Int128)pane * _length + _origin + _length);
    public override long FirstWindow(long pane) => (long)FloorDivide((Int128)pane * _length - _size, _slide) + 1;
    public override long LastWindow(long pane) => (long)FloorDivide((Int128)pane * _length, _slide);
    public override long Length => _length;
    public override long LongestWindow => _size / _length;
    public override long FirstPane(long window) => (long)((Int128)window * _slide / _length);
    public override long LastPane(long window) => FirstPane(window) + _size / _length - 1;

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
