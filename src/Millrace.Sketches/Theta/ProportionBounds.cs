namespace Millrace.Sketches.Theta;

/// <summary>How sure a proportion is that was seen in a sample: an approximation of the interval of Clopper and Pearson at two standard deviations.</summary>
/// <remarks>Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 7.1.28 (error function) and 26.5.22 (inverse of the incomplete beta function).</remarks>
static class ProportionBounds
{
    const double Deviations = 2;

    /// <summary>The proportion of hits in a sample, where the sample is a fraction of all.</summary>
    public static Estimate Of(long size, long hits, double fraction)
    {
        if (size == 0) return new Estimate(0.5, 0, 1);
        var value = (double)hits / size;
        if (fraction >= 1) return Estimate.Exact(value);
        // A large sample leaves less open: its hits are drawn without replacement.
        var deviations = Deviations * (Math.Sqrt(1 - fraction) + (fraction > 0.5 ? 0.01 * (fraction - 0.5) : 0));
        return new Estimate(value, Lower(size, hits, deviations), Upper(size, hits, deviations));
    }

    static double Lower(long n, long k, double deviations)
    {
        if (k == 0) return 0;
        if (k == 1) return 1 - Math.Pow(1 - Tail(deviations), 1.0 / n);
        if (k == n) return Math.Pow(Tail(deviations), 1.0 / n);
        return 1 - InverseBeta(n - k + 1.0, k, -deviations);
    }

    static double Upper(long n, long k, double deviations)
    {
        if (k == n) return 1;
        if (k == n - 1) return Math.Pow(1 - Tail(deviations), 1.0 / n);
        if (k == 0) return 1 - Math.Pow(Tail(deviations), 1.0 / n);
        return 1 - InverseBeta(n - k, k + 1.0, deviations);
    }

    // The probability beyond a number of deviations of the normal distribution.
    static double Tail(double deviations) => 0.5 * (1 - Erf(deviations / Math.Sqrt(2)));

    static double Erf(double x)
    {
        var sum = 1 + x * (0.0705230784 + x * (0.0422820123 + x * (0.0092705272 + x * (0.0001520143 + x * (0.0002765672 + x * 0.0000430638)))));
        return 1 - 1 / Math.Pow(sum, 16);
    }

    static double InverseBeta(double a, double b, double deviations)
    {
        var inverseA = 1 / (2 * a - 1);
        var inverseB = 1 / (2 * b - 1);
        var lambda = (deviations * deviations - 3) / 6;
        var h = 2 / (inverseA + inverseB);
        var w = deviations * Math.Sqrt(h + lambda) / h - (inverseB - inverseA) * (lambda + 5.0 / 6 - 2 / (3 * h));
        return a / (a + b * Math.Exp(2 * w));
    }
}
