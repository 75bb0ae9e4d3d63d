using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>What the classifiers that are trained on kept rows share: the rows, when to train, and the shares of the classes until then.</summary>
public abstract class TrainedClassifier : IClassifier, IBatchModel
{
    FeatureSet _features;
    RowHistory _history;
    BinForest? _forest;
    int _classes, _classesAtStart, _classesTrained, _trained;
    long _trainedAt;
    double[] _counts;

    private protected TrainedClassifier(FeatureSet features, int classes, int rowsMax)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _classes, _history) = (features, classes, classes, new(features.Count, rowsMax));
        _counts = new double[classes];
    }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <inheritdoc/>
    public int RowsKept => _history.Count;

    /// <inheritdoc/>
    public int RowsTrained => _trained;

    private protected abstract int RowsMax { get; }

    private protected abstract bool TrainsItself { get; }

    /// <summary>The forest of the kept rows.</summary>
    private protected abstract BinForest Train(RowHistory history, double[] targets, int classes, int threads);

    /// <summary>Turns the sums of the trees into shares of the classes.</summary>
    private protected abstract void ToShares(ReadOnlySpan<double> sums, Span<double> shares, int trees);

    private protected abstract void TransferOptions(Archive archive);

    /// <inheritdoc/>
    public void Reset()
    {
        _history.Clear();
        (_forest, _classes, _classesTrained, _trained, _trainedAt) = (null, _classesAtStart, 0, 0, 0);
        _counts = new double[_classes];
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes) Array.Resize(ref _counts, _classes = target + 1);
        _counts[target] += weight;
        _history.Add(features, target, weight);
        if (TrainsItself && TrainingTimes.IsDue(_history.Seen, _trainedAt, RowsMax)) Train();
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        if (_forest is null) _counts.CopyTo(probabilities);
        else
        {
            // Room for the sums is room for the shares: two classes have one sum.
            var sums = probabilities[.._forest.Sums];
            _forest.Sum(features, sums);
            ToShares(sums, probabilities[.._classesTrained], _forest.Trees);
            probabilities[_classesTrained.._classes].Clear();
        }
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <summary>Predicts many rows at once, which is some times faster than one after the other.</summary>
    /// <param name="rows">Their numbers, row behind row.</param>
    /// <param name="threads">How many threads may work; 0 for one a core.</param>
    /// <returns>A share for each class of each row, row behind row.</returns>
    public double[] PredictAll(double[] rows, int threads = 1)
    {
        if (rows.Length % _features.Count != 0) _features.Check(rows);
        var count = rows.Length / _features.Count;
        var answers = new double[count * _classes];
        var sums = new double[count * (_forest?.Sums ?? 0)];
        _forest?.Sum(rows, sums, threads);
        for (var i = 0; i < count; i++)
        {
            var shares = answers.AsSpan(i * _classes, _classes);
            if (_forest is null) _counts.CopyTo(shares);
            else ToShares(sums.AsSpan(i * _forest.Sums, _forest.Sums), shares[.._classesTrained], _forest.Trees);
            ClassLabels.Normalise(shares, _classes);
        }
        return answers;
    }

    /// <inheritdoc/>
    public void Train(int threads = 0)
    {
        if (_history.Count == 0) return;
        _forest = Train(_history, _history.Targets.ToArray(), _classes, threads);
        (_classesTrained, _trained, _trainedAt) = (_classes, _history.Count, _history.Seen);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        TransferOptions(archive);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _classesTrained, 0, _classes);
        archive.Array(ref _counts, _classes);
        if (archive.IsReading) _history = new(_features.Count, RowsMax);
        _history.Transfer(archive);
        foreach (var target in _history.Targets) archive.Require(target >= 0 && target < _classes && target == (int)target, "a label is none");
        archive.Optional(ref _forest, () => new(), forest => forest.Transfer(archive, _features.Count));
        archive.Require(_forest is null || _classesTrained >= 2 && _forest.Sums == (_classesTrained > 2 ? _classesTrained : 1), "its trees do not fit its classes");
        archive.Value(ref _trained, 0, int.MaxValue);
        archive.Value(ref _trainedAt);
        archive.Require(_trainedAt >= 0, "a count is negative");
    }
}
