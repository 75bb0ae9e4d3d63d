using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>A number as a weighted sum of the features.</summary>
/// <remarks>
/// <para>
/// The weights follow the gradient of the loss. Targets are scaled to mean 0 and deviation 1 unless turned off, so that one rate fits all units, and no prediction leaves the range
/// of the targets by more than its width: it cannot diverge. Cost: one pass over the features. Missing features count as 0. Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: straight dependence only; features that depend on each other are learned slowly (then take <see cref="BayesianLinearRegression"/>).</para>
/// <para>Widrow and Hoff (1960), Adaptive switching circuits; Bottou (2010), Large-scale machine learning with stochastic gradient descent.</para>
/// </remarks>
public sealed class LinearRegression : IRegressor
{
    FeatureSet _features = FeatureSet.Numeric(1);
    LinearOptions _options = new();
    RegressionLoss _loss;
    double _level = 0.5;
    TargetScale _scale;
    WeightTable _table;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="options">Rate, method, regularisation; Sgd with 0.01 unless given.</param>
    /// <param name="loss">What is made small.</param>
    /// <param name="level">The quantile that is predicted with <see cref="RegressionLoss.Quantile"/>, above 0, below 1.</param>
    /// <param name="scalesTarget">Whether targets are scaled; turn it off only if they are of size 1 already.</param>
    public LinearRegression(FeatureSet features, LinearOptions? options = null, RegressionLoss loss = RegressionLoss.Squared, double level = 0.5, bool scalesTarget = true)
    {
        if (!(level > 0 && level < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "A quantile's level is above 0 and below 1.");
        (_features, _options, _loss, _level, _scale) = (features, (options ?? new()).Checked(), loss, level, new(scalesTarget));
        _table = new(_features, _options, 1);
    }

    internal LinearRegression() => _table = new(_features, _options, 1);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <summary>The weights, the bias behind those of the features; in deviations of the target where it is scaled.</summary>
    public ReadOnlySpan<double> Weights => _table.Weights(0)[..(_features.Count + 1)];

    /// <inheritdoc/>
    public void Reset()
    {
        _table.Clear();
        _scale.Clear();
    }

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features)
    {
        _table.Take(features);
        return _scale.Unscaled(_table.Score(0));
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
    {
        target = TargetScale.Usable(target);
        if (double.IsNaN(target)) return;
        _scale.Learn(target);
        _table.Take(features);
        var error = _scale.Scaled(_scale.Unscaled(_table.Score(0))) - _scale.Scaled(target);
        var gradient = _loss switch
        {
            RegressionLoss.Squared => 2 * error,
            RegressionLoss.Huber => 2 * Math.Clamp(error, -1, 1),
            _ => error > 0 ? 1 - _level : error < 0 ? -_level : 0,
        };
        _table.Step(0, gradient * weight, 2 * weight);
    }

    /// <summary>Why a row is predicted as it is: what each feature adds to the prediction, in the target's unit. The rest is what a row of zeros is predicted as.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="parts">Room for one number for each column.</param>
    public void Explain(ReadOnlySpan<double> features, Span<double> parts)
    {
        _table.Take(features);
        for (var i = 0; i < _features.Count; i++) parts[i] = _table.Weights(0)[i] * _table.Input[i] * _scale.Factor;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        LinearOptions.Transfer(archive, ref _options);
        archive.Choice(ref _loss);
        archive.Value(ref _level);
        _scale.Transfer(archive);
        if (archive.IsReading) _table = new(_features, _options, 1);
        _table.Transfer(archive, rowsMax: 1);
    }
}
