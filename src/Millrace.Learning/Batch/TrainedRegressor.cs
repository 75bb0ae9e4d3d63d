using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Batch;

/// <summary>What the regressors that are trained on kept rows share: the rows, when to train, and the way from a target to a number of size 1 and back.</summary>
public abstract class TrainedRegressor : IRegressor, IBatchModel
{
    FeatureSet _features;
    RowHistory _history;
    BinForest? _forest;
    double _origin, _width, _mean;
    int _trained;
    long _trainedAt;
    readonly double[] _sum = new double[1];

    private protected TrainedRegressor(FeatureSet features, int rowsMax) => (_features, _history) = (features, new(features.Count, rowsMax));

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int RowsKept => _history.Count;

    /// <inheritdoc/>
    public int RowsTrained => _trained;

    private protected abstract int RowsMax { get; }

    private protected abstract bool TrainsItself { get; }

    /// <summary>The forest of the kept rows, and what its sum is multiplied by.</summary>
    private protected abstract (BinForest Forest, double Factor) Train(RowHistory history, double[] targets, int threads);

    private protected abstract void TransferOptions(Archive archive);

    /// <inheritdoc/>
    public void Reset()
    {
        _history.Clear();
        (_forest, _origin, _width, _mean, _trained, _trainedAt) = (null, 0, 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
    {
        _features.Check(features);
        if (!double.IsFinite(target)) return;
        target = Lanes.Bounded(target);
        _history.Add(features, target, weight);
        if (_forest is null) _mean += (target - _mean) / _history.Seen;
        if (TrainsItself && TrainingTimes.IsDue(_history.Seen, _trainedAt, RowsMax)) Train();
    }

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (_forest is null) return _mean;
        _forest.Sum(features, _sum);
        return Unscaled(_sum[0]);
    }

    /// <summary>Predicts many rows at once, which is some times faster than one after the other.</summary>
    /// <param name="rows">Their numbers, row behind row.</param>
    /// <param name="threads">How many threads may work; 0 for one a core.</param>
    /// <returns>A number for each row.</returns>
    public double[] PredictAll(double[] rows, int threads = 1)
    {
        if (rows.Length % _features.Count != 0) _features.Check(rows);
        var answers = new double[rows.Length / _features.Count];
        if (_forest is null) Array.Fill(answers, _mean);
        else
        {
            _forest.Sum(rows, answers, threads);
            foreach (ref var answer in answers.AsSpan()) answer = Unscaled(answer);
        }
        return answers;
    }

    /// <inheritdoc/>
    public void Train(int threads = 0)
    {
        if (_history.Count == 0) return;
        var targets = _history.Targets.ToArray();
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity, mean = 0;
        foreach (var target in targets)
        {
            least = Math.Min(least, target);
            greatest = Math.Max(greatest, target);
        }
        var width = greatest - least;
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = width > 0 ? (targets[i] - least) / width : 0;
            mean += (targets[i] - mean) / (i + 1);
        }
        for (var i = 0; i < targets.Length; i++) targets[i] -= mean;
        (_forest, var factor) = Train(_history, targets, threads);
        (_origin, _width, _mean) = (least, width, mean);
        _factor = factor;
        (_trained, _trainedAt) = (targets.Length, _history.Seen);
    }

    double _factor = 1;

    // No prediction leaves the range of the targets by more than its width.
    double Unscaled(double sum) => _origin + _width * Math.Clamp(_mean + sum * _factor, -1, 2);

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        TransferOptions(archive);
        if (archive.IsReading) _history = new(_features.Count, RowsMax);
        _history.Transfer(archive);
        archive.Optional(ref _forest, () => new(), forest => forest.Transfer(archive, _features.Count));
        archive.Require(_forest is null or { Sums: 1 }, "its trees answer no number");
        archive.Value(ref _origin);
        archive.Value(ref _width);
        archive.Value(ref _mean);
        archive.Value(ref _factor);
        archive.Value(ref _trained, 0, int.MaxValue);
        archive.Value(ref _trainedAt);
        archive.Require(double.IsFinite(_origin) && _width >= 0 && double.IsFinite(_width) && double.IsFinite(_mean) && double.IsFinite(_factor) && _trainedAt >= 0, "its targets have no range");
    }
}
