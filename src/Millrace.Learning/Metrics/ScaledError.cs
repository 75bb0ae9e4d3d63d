namespace Millrace.Learning.Metrics;

/// <summary>Mean absolute error divided by that of repeating the value one season ago: below 1 is better than that (Hyndman and Koehler 2006, MASE). NaN of no rows.</summary>
/// <remarks>Both errors are taken over the same rows, those that have a value one season before.</remarks>
/// <param name="season">Rows in a season; 1 compares with the last value.</param>
/// <param name="horizon">Which rows count.</param>
public sealed class ScaledError(int season, Horizon horizon)
{
    readonly RunningSums _sums = new(2, horizon);
    readonly double[] _past = new double[season];
    long _rows;

    /// <summary>Counts a row, in the order of time.</summary>
    /// <param name="truth">The true number.</param>
    /// <param name="predicted">The predicted number.</param>
    public void Add(double truth, double predicted)
    {
        ref var before = ref _past[_rows++ % season];
        if (_rows > season) _sums.Add(Math.Abs(truth - predicted), Math.Abs(truth - before));
        before = truth;
    }

    /// <summary>The ratio of the errors.</summary>
    public double Value => _sums[0] / _sums[1];
}
