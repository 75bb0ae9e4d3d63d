namespace Millrace.Learning.Metrics;

/// <summary>How well a quantile is predicted: errors below it cost 1 - level, errors above it level (Koenker and Bassett 1978). NaN of no rows.</summary>
/// <param name="level">The quantile's level, 0 to 1.</param>
/// <param name="horizon">Which rows count.</param>
public sealed class PinballLoss(double level, Horizon horizon)
{
    readonly RunningSums _sums = new(2, horizon);

    /// <summary>Counts a row.</summary>
    /// <param name="truth">The true number.</param>
    /// <param name="predicted">The predicted quantile.</param>
    public void Add(double truth, double predicted)
    {
        var error = truth - predicted;
        _sums.Add(1, error >= 0 ? level * error : (level - 1) * error);
    }

    /// <summary>The mean loss, in the target's unit.</summary>
    public double Mean => _sums[1] / _sums[0];
}
