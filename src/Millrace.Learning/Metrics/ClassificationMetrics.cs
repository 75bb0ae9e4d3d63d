using Millrace.Learning.Images;

namespace Millrace.Learning.Metrics;

/// <summary>How well classes are predicted: accuracy with the baselines that it must be compared with, kappa, F1, log loss.</summary>
/// <remarks>
/// Accuracy alone says little on streams: where labels come in runs, repeating the last one is hard to beat. So <see cref="KappaTemporal"/> and <see cref="NoChangeAccuracy"/>
/// stand beside it (Žliobaitė et al. 2015, Evaluation methods and decision theory for classification of streaming data with temporal dependence).
/// Metrics of no rows are NaN.
/// </remarks>
public sealed class ClassificationMetrics : ILearner
{
    const double LeastProbability = 1e-15;

    int _classesAtStart;
    Horizon _horizon;
    RunningSums _sums; // rows, hits, hits of no change, log loss
    int _last = -1;

    /// <summary>Metrics of no rows.</summary>
    /// <param name="classes">Classes to begin with; more are taken.</param>
    /// <param name="horizon">Which rows count.</param>
    public ClassificationMetrics(int classes, Horizon horizon)
    {
        (_classesAtStart, _horizon) = (classes, horizon);
        Confusion = new(classes, horizon);
        _sums = new(4, horizon);
    }

    internal ClassificationMetrics() : this(1, Horizon.Total) { }

    /// <summary>True and predicted classes.</summary>
    public ConfusionMatrix Confusion { get; private set; }

    /// <summary>Rows added, also those out of sight of the horizon.</summary>
    public long Rows => _sums.Rows;

    /// <summary>Counts a row.</summary>
    /// <param name="truth">The true class.</param>
    /// <param name="predicted">The predicted class.</param>
    /// <param name="probability">What was said of the true class, 0 to 1; for the log loss.</param>
    public void Add(int truth, int predicted, double probability)
    {
        Confusion.Add(truth, predicted);
        var loss = -Math.Log(Math.Clamp(probability, LeastProbability, 1));
        _sums.Add(1, truth == predicted ? 1 : 0, truth == _last ? 1 : 0, loss);
        _last = truth;
    }

    /// <summary>Share of rows that were predicted rightly.</summary>
    public double Accuracy => _sums[1] / _sums[0];

    /// <summary>Accuracy of always predicting the label before.</summary>
    public double NoChangeAccuracy => _sums[2] / _sums[0];

    /// <summary>Mean of -ln p of the true class; p is taken as at least 1e-15.</summary>
    public double LogLoss => _sums[3] / _sums[0];

    /// <summary>Accuracy beyond that of guessing with the right shares of classes: 1 is perfect, 0 no better (Cohen 1960).</summary>
    public double Kappa
    {
        get
        {
            double total = 0, chance = 0;
            for (var c = 0; c < Confusion.Classes; c++)
            {
                var actual = Confusion.Actual(c);
                total += actual;
                chance += actual * Confusion.Predicted(c);
            }
            chance /= total * total;
            return Relative(chance);
        }
    }

    /// <summary>Accuracy beyond that of predicting the label before: 1 is perfect, 0 no better, below 0 worse.</summary>
    public double KappaTemporal => Relative(NoChangeAccuracy);

    /// <summary>Harmonic mean of precision and recall of a class; 0 if it was neither true nor predicted.</summary>
    /// <param name="positive">The class.</param>
    public double F1(int positive = 1)
    {
        var sum = Confusion.Actual(positive) + Confusion.Predicted(positive);
        return sum == 0 ? 0 : 2 * Confusion[positive, positive] / sum;
    }

    /// <summary>Mean F1 of the classes that were true or predicted.</summary>
    public double MacroF1
    {
        get
        {
            double sum = 0;
            var seen = 0;
            for (var c = 0; c < Confusion.Classes; c++)
            {
                if (Confusion.Actual(c) + Confusion.Predicted(c) <= 0) continue;
                sum += F1(c);
                seen++;
            }
            return sum / seen;
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        Confusion = new(_classesAtStart, _horizon);
        _sums.Clear();
        _last = -1;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        Horizon.Transfer(archive, ref _horizon);
        archive.Value(ref _classesAtStart, 1, IClassifier.ClassesMax);
        if (archive.IsReading) (Confusion, _sums) = (new(1, _horizon), new(4, _horizon));
        Confusion.Transfer(archive);
        _sums.Transfer(archive);
        archive.Value(ref _last, -1, IClassifier.ClassesMax - 1);
    }

    double Relative(double baseline) => baseline >= 1 ? Accuracy >= 1 ? 0 : -1 : (Accuracy - baseline) / (1 - baseline);
}
