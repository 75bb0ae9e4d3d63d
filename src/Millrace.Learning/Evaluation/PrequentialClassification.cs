using Millrace.Learning.Metrics;

namespace Millrace.Learning.Evaluation;

/// <summary>Test, then train: every row is predicted first, scored, and learned when its label is known.</summary>
/// <remarks>
/// Labels that come later are learned later: a row of time t is learned before the first row of time t + delay or more is predicted. With a delay of 0
/// each row is learned before the next one. Dawid (1984), The prequential approach; Gama, Sebastião and Rodrigues (2013). Nothing is allocated per row.
/// </remarks>
public sealed class PrequentialClassification
{
    readonly IClassifier _model;
    readonly long _delay;
    readonly PendingRows _pending;
    double[] _probabilities;
    long _rows;

    /// <summary>An evaluation of no rows.</summary>
    /// <param name="model">What is tested and trained.</param>
    /// <param name="horizon">Which rows count.</param>
    /// <param name="delay">How long after a row its label comes, in the unit of the times given, rows if none are: 0 or more.</param>
    public PrequentialClassification(IClassifier model, Horizon horizon, long delay = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        _model = model;
        _delay = delay;
        _pending = new(model.Features.Count);
        _probabilities = new double[model.Classes];
        Metrics = new(model.Classes, horizon);
    }

    /// <summary>The scores so far.</summary>
    public ClassificationMetrics Metrics { get; }

    /// <summary>Takes the next row; its time is its number.</summary>
    /// <returns>The class that was predicted.</returns>
    public int Step(ReadOnlySpan<double> features, int target) => Step(features, target, _rows);

    /// <summary>Takes the next row.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="target">The row's class; the model does not see it before its time.</param>
    /// <param name="time">The row's time, no less than the row's before.</param>
    /// <returns>The class that was predicted.</returns>
    public int Step(ReadOnlySpan<double> features, int target, long time)
    {
        for (; _pending.Count > 0 && _pending.FirstDue <= time; _pending.RemoveFirst()) _model.Learn(_pending.FirstFeatures, (int)_pending.FirstTarget);
        if (_probabilities.Length < _model.Classes) _probabilities = new double[_model.Classes];
        _model.Predict(features, _probabilities);
        var predicted = Likeliest(_probabilities);
        Metrics.Add(target, predicted, (uint)target < (uint)_probabilities.Length ? _probabilities[target] : 0);
        if (_delay == 0) _model.Learn(features, target);
        else _pending.Add(features, target, time + _delay);
        _rows++;
        return predicted;
    }

    static int Likeliest(ReadOnlySpan<double> probabilities)
    {
        var best = 0;
        for (var i = 1; i < probabilities.Length; i++)
            if (probabilities[i] > probabilities[best]) best = i;
        return best;
    }
}
