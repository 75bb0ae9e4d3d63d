using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>How often a row counts in a tree: drawn from a Poisson distribution, as drawing rows with repetition does where there are many.</summary>
/// <remarks>Oza and Russell (2001), Online bagging and boosting. One random number and a walk along a table.</remarks>
sealed class Poisson
{
    readonly double[] _cumulative;

    /// <param name="mean">The mean, above 0 and below 20.</param>
    public Poisson(double mean)
    {
        _cumulative = new double[64];
        double share = Math.Exp(-mean), sum = 0;
        for (var k = 0; k < _cumulative.Length; k++)
        {
            _cumulative[k] = sum += share;
            share *= mean / (k + 1);
        }
    }

    public int Draw(ref SeededRandom random)
    {
        var u = random.NextDouble();
        var k = 0;
        while (k < _cumulative.Length - 1 && u > _cumulative[k]) k++;
        return k;
    }
}
