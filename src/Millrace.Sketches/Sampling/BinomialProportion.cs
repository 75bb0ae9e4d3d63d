namespace Millrace.Sketches.Sampling;

/// <summary>Bounds of a probability of which some successes in some trials were seen (Clopper and Pearson's, approximated).</summary>
/// <remarks>Abramowitz and Stegun (1964), formulas 26.5.22 for the inverse of the incomplete beta function and 7.1.28 for erf.</remarks>
static class BinomialProportion
{
    /// <summary>The lower bound at a number of standard deviations.</summary>
    public static double Lower(long trials, long successes, double deviations)
    {
        if (trials == 0 || successes == 0) return 0;
        if (successes == 1) return 1 - Math.Pow(1 - Tail(deviations), 1.0 / trials);
        if (successes == trials) return Math.Pow(Tail(deviations), 1.0 / trials);
        return 1 - InverseBeta(trials - successes + 1.0, successes, -deviations);
    }

    /// <summary>The upper bound at a number of standard deviations.</summary>
    public static double Upper(long trials, long successes, double deviations)
    {
        if (trials == 0 || successes == trials) return 1;
        if (successes == trials - 1) return Math.Pow(1 - Tail(deviations), 1.0 / trials);
        if (successes == 0) return 1 - Math.Pow(Tail(deviations), 1.0 / trials);
        return 1 - InverseBeta(trials - successes, successes + 1.0, deviations);
    }

    static double Tail(double deviations) => 0.5 * (1 - Erf(deviations / Math.Sqrt(2)));

    static double Erf(double x)
    {
        if (x < 0) return -Erf(-x);
        var x2 = x * x;
        var x3 = x2 * x;
        var sum = 1 + 0.0705230784 * x + 0.0422820123 * x2 + 0.0092705272 * x3 + 0.0001520143 * (x2 * x2) + 0.0002765672 * (x2 * x3) + 0.0000430638 * (x3 * x3);
        var squared = sum * sum;
        squared *= squared;
        squared *= squared;
        return 1 - 1 / (squared * squared);
    }

    static double InverseBeta(double a, double b, double y)
    {
        var (b2, a2) = (2 * b - 1, 2 * a - 1);
        var lambda = (y * y - 3) / 6;
        var h = 2 / (1 / a2 + 1 / b2);
        var w = y * Math.Sqrt(h + lambda) / h - (1 / b2 - 1 / a2) * (lambda + 5.0 / 6 - 2 / (3 * h));
        return a / (a + b * Math.Exp(2 * w));
    }
}
