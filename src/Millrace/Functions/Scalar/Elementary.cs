using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Functions of DOUBLE: roots, logarithms, powers, angles. What has no result is an error of the row, never a NaN out of numbers.</summary>
internal static class Elementary
{
    public static ScalarFunction[] All { get; } =
    [
        Of("sqrt", "sqrt(x)", "The square root. Of a negative number an error.", Math.Sqrt, x => x < 0 ? "has no square root" : null, ("sqrt(2)", "1.4142135623730951")),
        Of("cbrt", "cbrt(x)", "The cube root.", CubeRoot, Always, ("cbrt(27)", "3")),
        Of("exp", "exp(x)", "e to the power of x. A result beyond 1.8e308 is an error.", Math.Exp, x => double.IsFinite(x) && x > 709.782712893384 ? "is too great for exp" : null, ("exp(1)", "2.718281828459045")),
        Of("ln", "ln(x)", "The natural logarithm. Of 0 and below an error.", Math.Log, NoLogarithm, ("ln(1)", "0")),
        Of("log10", "log10(x)", "The logarithm to base 10. Of 0 and below an error.", Math.Log10, NoLogarithm, ("log10(1000)", "3")),
        new ValueFunction<double>("log", "math", "log([base,] x)", "The logarithm of x to a base, 10 unless given. Of 0 and below, and to base 1, an error.", [Gives(Real, Real), Gives(Real, Real, Real)], Logarithm, ("log(1000)", "3"), ("log(2, 64)", "6")),
        Of("ln1p log1p", "ln1p(x)", "The natural logarithm of 1 + x, exact for small x. Of -1 and below an error.", double.LogP1, x => x <= -1 ? "has no logarithm when 1 is added" : null, ("ln1p(0)", "0")),
        Of("log2", "log2(x)", "The logarithm to base 2. Of 0 and below an error.", Math.Log2, NoLogarithm, ("log2(8)", "3")),
        new ValueFunction<double>("power pow ^", "math", "power(x, y), x ^ y", "x to the power of y. 0 to a negative power, a negative number to a fractional one, and a result beyond 1.8e308 are errors.",
            [Gives(Real, Real, Real)], Power, ("power(2, 10)", "1024"), ("2 ^ 0.5", "1.4142135623730951")),
        Of("sin", "sin(x)", "The sine of an angle in radians.", Math.Sin, NoAngle, ("sin(0)", "0")),
        Of("cos", "cos(x)", "The cosine of an angle in radians.", Math.Cos, NoAngle, ("cos(0)", "1")),
        Of("tan", "tan(x)", "The tangent of an angle in radians.", Math.Tan, NoAngle, ("tan(0)", "0")),
        Of("cot", "cot(x)", "The cotangent of an angle in radians.", x => 1 / Math.Tan(x), x => x == 0 ? "has no cotangent" : NoAngle(x), ("round(cot(1), 6)", "0.642093")),
        Of("asin", "asin(x)", "The angle in radians whose sine is x. Beyond -1 to 1 an error.", Math.Asin, NoSine, ("asin(0)", "0")),
        Of("acos", "acos(x)", "The angle in radians whose cosine is x. Beyond -1 to 1 an error.", Math.Acos, NoSine, ("acos(1)", "0")),
        Of("atan", "atan(x)", "The angle in radians whose tangent is x.", Math.Atan, Always, ("atan(1)", "0.7853981633974483")),
        new ValueFunction<double>("atan2", "math", "atan2(y, x)", "The angle in radians of the point (x, y), from -pi to pi.", [Gives(Real, Real, Real)],
            (in Row row, Outcome outcome) => Math.Atan2(row.Double(0), row.Double(1)), ("atan2(1, 1)", "0.7853981633974483")),
        Of("sinh", "sinh(x)", "The hyperbolic sine.", Math.Sinh, Always, ("sinh(0)", "0")),
        Of("cosh", "cosh(x)", "The hyperbolic cosine.", Math.Cosh, Always, ("cosh(0)", "1")),
        Of("tanh", "tanh(x)", "The hyperbolic tangent.", Math.Tanh, Always, ("tanh(0)", "0")),
        Of("asinh", "asinh(x)", "The inverse of the hyperbolic sine.", Math.Asinh, Always, ("asinh(0)", "0")),
        Of("acosh", "acosh(x)", "The inverse of the hyperbolic cosine. Below 1 an error.", Math.Acosh, x => x < 1 ? "is below 1" : null, ("acosh(1)", "0")),
        Of("atanh", "atanh(x)", "The inverse of the hyperbolic tangent. From -1 down and 1 up an error.", Math.Atanh, x => x is <= -1 or >= 1 ? "is not between -1 and 1" : null, ("atanh(0)", "0")),
        Of("degrees", "degrees(x)", "An angle in radians as degrees.", double.RadiansToDegrees, Always, ("degrees(pi())", "180"), ("degrees(0)", "0")),
        Of("radians", "radians(x)", "An angle in degrees as radians.", double.DegreesToRadians, Always, ("radians(180) = pi()", "true")),
        new ValueFunction<double>("pi", "math", "pi()", "The number pi.", [Gives(Real)], (in Row row, Outcome outcome) => Math.PI, ("pi()", "3.141592653589793")) { IsStrict = false },
        new ValueFunction<byte>("isnan", "math", "isnan(x)", "Whether a DOUBLE is not a number.", [Gives(Bool, Real)],
            (in Row row, Outcome outcome) => double.IsNaN(row.Double(0)) ? (byte)1 : (byte)0, ("isnan(CAST('NaN' AS DOUBLE))", "true")),
        new ValueFunction<byte>("isfinite", "math", "isfinite(x)", "Whether a DOUBLE is a number that is not infinite, or a TIMESTAMP is one.", [Gives(Bool, Real), Gives(Bool, Moment)],
            (in Row row, Outcome outcome) => (row.Column(0).Type == Moment ? !Expressions.Calendar.IsInfinite(row.Long(0)) : double.IsFinite(row.Double(0))) ? (byte)1 : (byte)0,
            ("isfinite(1.5)", "true"), ("isfinite(TIMESTAMP 'infinity')", "false")),
        new ValueFunction<int>("width_bucket", "math", "width_bucket(x, low, high, count)",
            "Which of count equal buckets between low and high x falls into, from 1; 0 below and count + 1 at or above high. Equal bounds, NaN, infinite bounds or a count below 1 are errors.",
            [Gives(Int, Real, Real, Real, Int)], WidthBucket, ("width_bucket(5.35, 0.024, 10.06, 5)", "3"), ("width_bucket(11, 0, 10, 5)", "6")),
    ];

    static ValueFunction<double> Of(string names, string syntax, string summary, Func<double, double> compute, Func<double, string?> check, params (string, string)[] examples) =>
        new(names, "math", syntax, summary, [Gives(Real, Real)], (in Row row, Outcome outcome) =>
        {
            var x = row.Double(0);
            if (check(x) is { } message)
            {
                outcome.Fail($"{x.ToString(System.Globalization.CultureInfo.InvariantCulture)} {message}");
                return 0;
            }
            var result = compute(x);
            return result == 0 ? 0 : result; // no -0
        }, examples);

    static string? Always(double x) => null;
    static string? NoLogarithm(double x) => x <= 0 ? "has no logarithm" : null;
    static string? NoAngle(double x) => double.IsInfinity(x) ? "is no angle" : null;
    static string? NoSine(double x) => x is < -1 or > 1 ? "is not within -1 and 1" : null;

    // The platform's root of 27 may be 3.0000000000000004: one step of Newton's puts it right.
    static double CubeRoot(double x)
    {
        var root = Math.Cbrt(x);
        return root == 0 || !double.IsNormal(root * root * root) ? root : root - (root * root * root - x) / (3 * root * root);
    }

    static double Logarithm(in Row row, Outcome outcome)
    {
        var x = row.Double(row.Count - 1);
        var root = row.Count > 1 ? row.Double(0) : 10;
        if (x <= 0 || root <= 0 || root == 1)
        {
            outcome.Fail(FormattableString.Invariant($"{x} has no logarithm to base {root}"));
            return 0;
        }
        return root == 10 ? Math.Log10(x) : root == 2 ? Math.Log2(x) : Math.Log(x) / Math.Log(root);
    }

    static double Power(in Row row, Outcome outcome)
    {
        var x = row.Double(0);
        var y = row.Double(1);
        var result = Math.Pow(x, y);
        if (x == 0 && y < 0) outcome.Fail("0 has no negative powers");
        else if (double.IsNaN(result) && !double.IsNaN(x) && !double.IsNaN(y)) outcome.Fail("a negative number has no fractional powers");
        else if (double.IsInfinity(result) && double.IsFinite(x) && double.IsFinite(y)) outcome.Fail("the power is beyond 1.8e308");
        return result;
    }

    static int WidthBucket(in Row row, Outcome outcome)
    {
        var (x, low, high, count) = (row.Double(0), row.Double(1), row.Double(2), row.Int(3));
        if (count < 1 || count == int.MaxValue || low == high || !double.IsFinite(low) || !double.IsFinite(high) || double.IsNaN(x))
        {
            outcome.Fail($"there are no {count} buckets for {x} between {low} and {high}");
            return 0;
        }
        var part = (x - low) / (high - low);
        if (part < 0) return 0;
        if (part >= 1) return count + 1;
        return (int)Math.Min(count, Math.Floor(part * count) + 1);
    }
}
