using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>Classes by a weighted sum of the features; for several classes one sum each (softmax).</summary>
/// <remarks>
/// <para>
/// p(class) = exp(w·x) / Σ exp(w·x); the weights follow the gradient of the log loss. Cost: one pass over the features per class. Missing features count as 0, the mean
/// after a <see cref="Preparation.StandardScaler"/>, which it needs before it: features of different sizes learn at different speed. Nominal codes must be one-hot.
/// </para>
/// <para>Weakness: it draws straight borders only (0.54 on the bananas set, no better than chance).</para>
/// <para>Cox (1958), The regression analysis of binary sequences, J. R. Stat. Soc. B 20, 215-242; Bottou (2010), Large-scale machine learning with stochastic gradient descent.</para>
/// </remarks>
public sealed class LogisticRegression : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    LinearOptions _options = new();
    int _classes;
    int _classesAtStart;
    WeightTable _table;
    double[] _learning = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Rate, method, regularisation; Sgd with 0.01 unless given.</param>
    public LogisticRegression(FeatureSet features, int classes = 2, LinearOptions? options = null)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart, _options) = (features, classes, (options ?? new()).Checked());
        _classes = classes;
        _table = new(_features, _options, classes == 2 ? 1 : classes);
    }

    internal LogisticRegression() => _table = new(_features, _options, 1);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <summary>Weights of a class, the bias behind those of the features: what speaks for it. With two classes those of class 1.</summary>
    /// <param name="ofClass">The class; 1 where there are two.</param>
    /// <returns>One number more than there are features.</returns>
    public ReadOnlySpan<double> Weights(int ofClass = 1) => _table.Weights(_classes == 2 ? 0 : ofClass)[..(_features.Count + 1)];

    /// <inheritdoc/>
    public void Reset()
    {
        _classes = _classesAtStart;
        _table = new(_features, _options, _classes == 2 ? 1 : _classes);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _table.Take(features);
        Infer(probabilities);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        ClassLabels.Check(target);
        if (target >= _classes) Grow(target + 1);
        _table.Take(features);
        if (_classes == 2)
        {
            _table.Step(0, (ClassLabels.Sigmoid(_table.Score(0)) - target) * weight, 0.25 * weight);
            return;
        }
        if (_learning.Length < _classes) _learning = new double[_classes];
        Infer(_learning);
        for (var c = 0; c < _classes; c++) _table.Step(c, (_learning[c] - (c == target ? 1 : 0)) * weight, 0.5 * weight);
    }

    /// <summary>Why a row is predicted as it is: what each feature adds to the score of a class; above 0 it speaks for the class, below against it.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="ofClass">The class, below <see cref="Classes"/>.</param>
    /// <param name="parts">Room for one number for each column.</param>
    public void Explain(ReadOnlySpan<double> features, int ofClass, Span<double> parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ofClass);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ofClass, _classes);
        _table.Take(features);
        var sign = _classes == 2 && ofClass == 0 ? -1 : 1; // one row of weights tells two classes apart
        for (var i = 0; i < _features.Count; i++) parts[i] = sign * _table.Weights(_classes == 2 ? 0 : ofClass)[i] * _table.Input[i];
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        LinearOptions.Transfer(archive, ref _options);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        if (archive.IsReading) _table = new(_features, _options, 1);
        _table.Transfer(archive);
        archive.Require(_table.Rows == (_classes == 2 ? 1 : _classes), "its weights do not fit its classes");
    }

    void Infer(Span<double> probabilities)
    {
        if (_classes == 2)
        {
            probabilities[2..].Clear();
            probabilities[1] = ClassLabels.Sigmoid(_table.Score(0));
            probabilities[0] = 1 - probabilities[1];
            return;
        }
        for (var c = 0; c < _classes; c++) probabilities[c] = _table.Score(c);
        ClassLabels.FromLogs(probabilities, _classes);
    }

    // One row of weights tells two classes apart; from the third on each has its own, and the first two share theirs between them.
    void Grow(int classes)
    {
        var wasBinary = _classes == 2;
        _table.Grow(classes);
        _classes = classes;
        if (!wasBinary) return;
        var zero = _table.Weights(0);
        var one = _table.Weights(1);
        for (var i = 0; i < zero.Length; i++) (zero[i], one[i]) = (-zero[i] / 2, zero[i] / 2);
    }
}
