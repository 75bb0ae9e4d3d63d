namespace Millrace.Learning.Metrics;

/// <summary>How well prediction intervals hold: the share of truths inside, and the mean width that it takes. Metrics of no rows are NaN.</summary>
/// <param name="horizon">Which rows count.</param>
public sealed class IntervalMetrics(Horizon horizon)
{
    readonly RunningSums _sums = new(3, horizon);

    /// <summary>Counts a row.</summary>
    /// <param name="truth">The true number.</param>
    /// <param name="lower">Lower bound.</param>
    /// <param name="upper">Upper bound.</param>
    public void Add(double truth, double lower, double upper) => _sums.Add(1, truth >= lower && truth <= upper ? 1 : 0, upper - lower);

    /// <summary>Share of truths between the bounds, the bounds included.</summary>
    public double Coverage => _sums[1] / _sums[0];

    /// <summary>Mean distance of the bounds.</summary>
    public double MeanWidth => _sums[2] / _sums[0];
}
