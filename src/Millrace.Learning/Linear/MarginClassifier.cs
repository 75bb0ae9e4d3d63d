using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>What the perceptron and its kin share: a line between two classes that moves when a row lies on its wrong side or too close; one line for each class where there are more than two.</summary>
public abstract class MarginClassifier : IClassifier
{
    static readonly LinearOptions s_options = new();

    FeatureSet _features = FeatureSet.Numeric(1);
    int _classes;
    int _classesAtStart;
    readonly double _biasInput;
    WeightTable _table;

    private protected MarginClassifier(FeatureSet features, int classes, double biasInput)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _biasInput) = (features, classes, biasInput);
        _classes = classes;
        _table = new(features, s_options, classes == 2 ? 1 : classes, biasInput);
    }

    private protected MarginClassifier(double biasInput)
    {
        _biasInput = biasInput;
        _table = new(_features, s_options, 1, biasInput);
    }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <inheritdoc/>
    public virtual void Reset()
    {
        _classes = _classesAtStart;
        _table = new(_features, s_options, _classes == 2 ? 1 : _classes, _biasInput);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _table.Take(features);
        if (_classes == 2)
        {
            probabilities[2..].Clear();
            probabilities[1] = ClassLabels.Sigmoid(_table.Score(0));
            probabilities[0] = 1 - probabilities[1];
            return;
        }
        for (var c = 0; c < _classes; c++) probabilities[c] = ClassLabels.Sigmoid(_table.Score(c));
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        ClassLabels.Check(target);
        if (target >= _classes) Grow(target + 1);
        _table.Take(features);
        var squared = _table.SquaredNorm();
        if (_classes == 2) Learn(_table, 0, target == 1 ? 1 : -1, squared, weight);
        else for (var c = 0; c < _classes; c++) Learn(_table, c, target == c ? 1 : -1, squared, weight);
    }

    /// <summary>Learns the row that the table has taken.</summary>
    /// <param name="table">The weights.</param>
    /// <param name="row">Which line.</param>
    /// <param name="side">1 or -1: where the row belongs.</param>
    /// <param name="squared">The features' squares.</param>
    /// <param name="weight">How many rows it counts for.</param>
    private protected abstract void Learn(WeightTable table, int row, int side, double squared, double weight);

    private protected virtual void Grow(int classes)
    {
        var wasBinary = _classes == 2;
        _table.Grow(classes);
        _classes = classes;
        if (!wasBinary) return;
        var zero = _table.Weights(0);
        var one = _table.Weights(1);
        for (var i = 0; i < zero.Length; i++) (zero[i], one[i]) = (-zero[i], zero[i]);
    }

    /// <inheritdoc/>
    public virtual void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        if (archive.IsReading) _table = new(_features, s_options, 1, _biasInput);
        _table.Transfer(archive);
        archive.Require(_table.Rows == (_classes == 2 ? 1 : _classes), "its weights do not fit its classes");
    }
}
