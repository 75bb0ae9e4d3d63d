using Millrace.Learning.Metrics;

namespace Millrace.Learning.Evaluation;

/// <summary>Test, then train, for numbers: see <see cref="PrequentialClassification"/>.</summary>
public sealed class PrequentialRegression
{
    readonly IRegressor _model;
    readonly long _delay;
    readonly PendingRows _pending;
    long _rows;

    /// <summary>An evaluation of no rows.</summary>
    /// <param name="model">What is tested and trained.</param>
    /// <param name="horizon">Which rows count.</param>
    /// <param name="delay">How long after a row its number comes, in the unit of the times given, rows if none are: 0 or more.</param>
    public PrequentialRegression(IRegressor model, Horizon horizon, long delay = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        _model = model;
        _delay = delay;
        _pending = new(model.Features.Count);
        Metrics = new(horizon);
    }

    /// <summary>The scores so far.</summary>
    public RegressionMetrics Metrics { get; }

    /// <summary>Takes the next row; its time is its number.</summary>
    /// <returns>What was predicted.</returns>
    public double Step(ReadOnlySpan<double> features, double target) => Step(features, target, _rows);

    /// <summary>Takes the next row.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="target">The row's number; the model does not see it before its time.</param>
    /// <param name="time">The row's time, no less than the row's before.</param>
    /// <returns>What was predicted.</returns>
    public double Step(ReadOnlySpan<double> features, double target, long time)
    {
        for (; _pending.Count > 0 && _pending.FirstDue <= time; _pending.RemoveFirst()) _model.Learn(_pending.FirstFeatures, _pending.FirstTarget);
        var predicted = _model.Predict(features);
        Metrics.Add(target, predicted);
        if (_delay == 0) _model.Learn(features, target);
        else _pending.Add(features, target, time + _delay);
        _rows++;
        return predicted;
    }
}
