using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Linear;

/// <summary>A number as a weighted sum of the features, with the weights that fit all rows best; older rows may fade.</summary>
/// <remarks>
/// <para>
/// Keeps the covariance P of the weights: k = P x / (λ + x·P x), w += k (y - w·x), P = (P - k (P x)ᵀ) / λ. Equal to ridge regression over the rows, each row's share shrinking by λ with
/// each that follows. Cost: d² per row, 8 d² bytes. Missing features count as 0. Where P grows too large (features that stand still while λ is below 1) it is made small again.
/// Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: more than a few hundred features; outliers pull by their square.</para>
/// <para>Bishop (2006), Pattern recognition and machine learning, 3.3; Haykin (2002), Adaptive filter theory, on recursive least squares with forgetting.</para>
/// </remarks>
public sealed class BayesianLinearRegression : IRegressor
{
    const double VarianceMax = 1e4;

    FeatureSet _features = FeatureSet.Numeric(1);
    double _prior = 1, _memory = 1;
    TargetScale _scale = new(true);
    int _width;
    double[] _input = [], _weights = [], _covariance = [], _gain = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="prior">Variance of the weights before any row, in deviations of the target: larger believes the first rows more. Above 0.</param>
    /// <param name="memory">λ: what a row's share is multiplied by with each following one; 1 never forgets.</param>
    public BayesianLinearRegression(FeatureSet features, double prior = 1, double memory = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prior);
        if (!(memory > 0.5 && memory <= 1)) throw new ArgumentOutOfRangeException(nameof(memory), memory, "The memory is above 0.5 and at most 1.");
        (_features, _prior, _memory) = (features, prior, memory);
        Begin();
    }

    internal BayesianLinearRegression() => Begin();

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <summary>The weights, the bias behind those of the features; in deviations of the target.</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, _features.Count + 1);

    /// <inheritdoc/>
    public void Reset()
    {
        Begin();
        _scale.Clear();
    }

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features)
    {
        Take(features);
        return _scale.Unscaled(Score());
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
    {
        target = TargetScale.Usable(target);
        if (double.IsNaN(target)) return;
        _scale.Learn(target);
        Take(features);
        var error = _scale.Scaled(target) - Score();
        for (var i = 0; i < _gain.Length; i++) _gain[i] = i <= _features.Count ? Lanes.Dot(Row(i), _input) : 0;
        var scatter = Lanes.Dot(_gain, _input);
        if (!double.IsFinite(scatter) || scatter < 0)
        {
            Spread();
            return;
        }
        var share = 1 / (_memory / weight + scatter);
        Lanes.AddMultiple(_weights, _gain, error * share);
        var most = 0.0;
        for (var i = 0; i <= _features.Count; i++)
        {
            var row = Row(i);
            Lanes.AddMultiple(row, _gain, -_gain[i] * share);
            if (_memory < 1) foreach (ref var c in row) c /= _memory;
            most = Math.Max(most, row[i]);
            if (!double.IsFinite(_weights[i])) _weights[i] = 0;
        }
        if (!(most < VarianceMax * _prior)) Spread();
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _prior);
        archive.Value(ref _memory);
        archive.Require(_prior > 0 && _memory is > 0.5 and <= 1, "its settings are out of range");
        _scale.Transfer(archive);
        if (archive.IsReading)
        {
            // Its square must be in the image before so much is made room for.
            _width = Lanes.Padded(_features.Count + 1);
            (_input, _gain) = (new double[_width], new double[_width]);
            _input[_features.Count] = 1;
        }
        archive.Array(ref _weights, _width);
        archive.Array(ref _covariance, (_features.Count + 1) * _width);
    }

    void Begin()
    {
        _width = Lanes.Padded(_features.Count + 1);
        (_input, _weights, _gain) = (new double[_width], new double[_width], new double[_width]);
        _covariance = new double[(_features.Count + 1) * _width];
        _input[_features.Count] = 1;
        Spread();
    }

    void Spread()
    {
        Array.Clear(_covariance);
        for (var i = 0; i <= _features.Count; i++) Row(i)[i] = _prior;
    }

    void Take(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _input);
    }

    double Score()
    {
        var score = Lanes.Dot(_weights, _input);
        return double.IsFinite(score) ? score : 0;
    }

    Span<double> Row(int i) => _covariance.AsSpan(i * _width, _width);
}
