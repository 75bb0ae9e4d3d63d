using System.Diagnostics;

namespace Millrace.Sketches.Hll;

/// <summary>The cubic through four points of a table around a place (Lagrange's form).</summary>
static class CubicInterpolation
{
    /// <summary>y at a place x of a table of rising x, whose y are multiples of a stride.</summary>
    public static double At(ReadOnlySpan<double> xs, double stride, double x)
    {
        if (x == xs[^1]) return stride * (xs.Length - 1);
        var first = First(xs, x);
        return Cubic(xs.Slice(first, 4), stride * first, stride * (first + 1), stride * (first + 2), stride * (first + 3), x);
    }

    /// <summary>y at a place x of a table of rising x.</summary>
    public static double At(ReadOnlySpan<double> xs, ReadOnlySpan<double> ys, double x)
    {
        if (x == xs[^1]) return ys[^1];
        var first = First(xs, x);
        return Cubic(xs.Slice(first, 4), ys[first], ys[first + 1], ys[first + 2], ys[first + 3], x);
    }

    // The first of the four points: two on either side where there are as many.
    static int First(ReadOnlySpan<double> xs, double x)
    {
        Debug.Assert(x >= xs[0], "The place lies in the table.");
        Debug.Assert(x < xs[^1], "The place lies in the table.");
        var place = xs.BinarySearch(x);
        if (place < 0) place = ~place - 1;
        return Math.Clamp(place - 1, 0, xs.Length - 4);
    }

    static double Cubic(ReadOnlySpan<double> xs, double y0, double y1, double y2, double y3, double x)
    {
        double x0 = xs[0], x1 = xs[1], x2 = xs[2], x3 = xs[3];
        return y0 * ((x - x1) * (x - x2) * (x - x3)) / ((x0 - x1) * (x0 - x2) * (x0 - x3))
            + y1 * ((x - x0) * (x - x2) * (x - x3)) / ((x1 - x0) * (x1 - x2) * (x1 - x3))
            + y2 * ((x - x0) * (x - x1) * (x - x3)) / ((x2 - x0) * (x2 - x1) * (x2 - x3))
            + y3 * ((x - x0) * (x - x1) * (x - x2)) / ((x3 - x0) * (x3 - x1) * (x3 - x2));
    }
}
