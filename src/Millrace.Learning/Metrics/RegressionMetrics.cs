using Millrace.Learning.Images;

namespace Millrace.Learning.Metrics;

/// <summary>How well a number is predicted: mean absolute error, root mean square error, share of variance explained. Metrics of no rows are NaN.</summary>
public sealed class RegressionMetrics : ILearner
{
    Horizon _horizon;
    RunningSums _sums; // rows, |e|, e², y, y², the last two from the first target
    double _origin = double.NaN;

    /// <summary>Metrics of no rows.</summary>
    /// <param name="horizon">Which rows count.</param>
    public RegressionMetrics(Horizon horizon) => (_horizon, _sums) = (horizon, new(5, horizon));

    internal RegressionMetrics() : this(Horizon.Total) { }

    /// <summary>Rows added, also those out of sight of the horizon.</summary>
    public long Rows => _sums.Rows;

    /// <summary>Counts a row.</summary>
    /// <param name="truth">The true number.</param>
    /// <param name="predicted">The predicted number.</param>
    public void Add(double truth, double predicted)
    {
        if (double.IsNaN(_origin)) _origin = truth; // squares of distances from it lose fewer digits
        var error = truth - predicted;
        var y = truth - _origin;
        _sums.Add(1, Math.Abs(error), error * error, y, y * y);
    }

    /// <summary>Mean absolute error, in the target's unit.</summary>
    public double MeanAbsoluteError => _sums[1] / _sums[0];

    /// <summary>Root of the mean squared error, in the target's unit.</summary>
    public double RootMeanSquareError => Math.Sqrt(_sums[2] / _sums[0]);

    /// <summary>1 less the squared error divided by that of the target's own mean: 1 is perfect, 0 as good as the mean; below 0 worse.</summary>
    public double R2
    {
        get
        {
            var spread = _sums[4] - _sums[3] * _sums[3] / _sums[0];
            return spread > 0 ? 1 - _sums[2] / spread : double.NaN;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _sums.Clear();
        _origin = double.NaN;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        Horizon.Transfer(archive, ref _horizon);
        if (archive.IsReading) _sums = new(5, _horizon);
        _sums.Transfer(archive);
        archive.Value(ref _origin);
    }
}
