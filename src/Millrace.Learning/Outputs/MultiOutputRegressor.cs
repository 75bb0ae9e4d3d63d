using Millrace.Learning.Images;

namespace Millrace.Learning.Outputs;

/// <summary>Several numbers predicted from one row: a regressor for each, and each may look at what those before it said.</summary>
/// <remarks>
/// Unchained, each output is learned by itself. Chained, regressor k takes the row and the first k targets behind it: the true ones where it learns, the predicted ones where it predicts; outputs that
/// depend on each other are then told consistently. Cost: that of its regressors. Read et al. (2011), Classifier chains for multi-label classification, Machine Learning 85; Spyromitros-Xioufis et al. (2016), Multi-target regression via input space expansion.
/// </remarks>
public sealed class MultiOutputRegressor : ILearner
{
    FeatureSet _features = FeatureSet.Numeric(1);
    IRegressor[] _models = [];
    bool _isChained;
    double[] _row = [];

    /// <summary>Regressors that have learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="outputs">How many numbers, 1 to 4,096.</param>
    /// <param name="create">Makes a regressor for given columns.</param>
    /// <param name="isChained">Whether each looks at the outputs before it.</param>
    public MultiOutputRegressor(FeatureSet features, int outputs, Func<FeatureSet, IRegressor> create, bool isChained = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs, 4096);
        (_features, _isChained) = (features, isChained);
        _models = [.. Enumerable.Range(0, outputs).Select(k => create(ColumnsOf(k)))];
        _row = new double[features.Count + outputs];
    }

    internal MultiOutputRegressor() { }

    /// <summary>The columns of the rows that it takes.</summary>
    public FeatureSet Features => _features;

    /// <summary>How many numbers it predicts.</summary>
    public int Outputs => _models.Length;

    /// <summary>Learns one row; a target that is not finite is passed over.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="targets">One number for each output.</param>
    public void Learn(ReadOnlySpan<double> features, ReadOnlySpan<double> targets)
    {
        if (targets.Length != _models.Length) throw new ArgumentException($"A row has {targets.Length} targets; the model was made for {_models.Length}.", nameof(targets));
        Take(features);
        targets.CopyTo(_row.AsSpan(_features.Count));
        for (var k = 0; k < _models.Length; k++) _models[k].Learn(RowOf(k), targets[k]);
    }

    /// <summary>Predicts the numbers of a row.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="answers">Room for one number for each output.</param>
    public void Predict(ReadOnlySpan<double> features, Span<double> answers)
    {
        Take(features);
        for (var k = 0; k < _models.Length; k++) answers[k] = _row[_features.Count + k] = _models[k].Predict(RowOf(k));
    }

    /// <inheritdoc/>
    public void Reset()
    {
        foreach (var model in _models) model.Reset();
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _isChained);
        var count = _models.Length;
        archive.Value(ref count, 1, 4096);
        if (archive.IsReading) (_models, _row) = (new IRegressor[count], new double[_features.Count + count]);
        for (var k = 0; k < count; k++)
        {
            archive.Learner(ref _models[k]);
            archive.Require(_models[k].Features.Count == RowOf(k).Length, "a regressor does not fit its columns");
        }
    }

    void Take(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        features.CopyTo(_row);
    }

    ReadOnlySpan<double> RowOf(int output) => _row.AsSpan(0, _features.Count + (_isChained ? output : 0));

    FeatureSet ColumnsOf(int output)
    {
        if (!_isChained) return _features;
        var kinds = new FeatureKind[_features.Count + output];
        foreach (var column in _features.NominalColumns) kinds[column] = FeatureKind.Nominal;
        return new(kinds);
    }
}
