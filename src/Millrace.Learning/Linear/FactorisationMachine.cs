using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Linear;

/// <summary>A weighted sum of the features and of their products, the weight of a product being that of two short vectors: pairs are learned from few rows.</summary>
/// <remarks>
/// <para>
/// ŷ = w₀ + Σ wᵢ xᵢ + Σ ⟨vᵢ, vⱼ⟩ xᵢ xⱼ over all pairs, computed as ½ Σ ((Σ vᵢ xᵢ)² - Σ vᵢ² xᵢ²), so one pass for each of the k numbers of a vector. Follows the gradient of the squared error; a step is never longer than the one that brings the row's own error to 0.
/// Targets are scaled, and no prediction leaves their range by more than its width. Missing features count as 0. Put a <see cref="Preparation.StandardScaler"/> and <see cref="Preparation.OneHot"/> before it.
/// </para>
/// <para>Weakness: products of two only; slow to learn without pairs that matter: take <see cref="LinearRegression"/> then.</para>
/// <para>Rendle (2010), Factorization machines, ICDM.</para>
/// </remarks>
public sealed class FactorisationMachine : IRegressor
{
    const double FirstSpread = 0.05, WeightMax = 1e6;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _factors = 8;
    double _rate = 0.01, _l2 = 1e-4;
    ulong _seed;
    TargetScale _scale = new(true);
    double[] _weights = [], _vectors = [], _row = [], _sums = [];
    double _bias;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="factors">k: numbers of a vector, 1 to 256.</param>
    /// <param name="rate">The share of the gradient that a step goes, above 0, at most 1.</param>
    /// <param name="l2">Pull of weights and vectors towards 0, 0 or more.</param>
    /// <param name="seed">For the first vectors.</param>
    public FactorisationMachine(FeatureSet features, int factors = 8, double rate = 0.02, double l2 = 1e-4, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(factors, 256);
        if (!(rate > 0 && rate <= 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate is above 0 and at most 1.");
        if (!(l2 >= 0 && l2 < 1)) throw new ArgumentOutOfRangeException(nameof(l2), l2, "L2 is 0 or more, below 1.");
        (_features, _factors, _rate, _l2, _seed) = (features, factors, rate, l2, seed);
        Reset();
    }

    internal FactorisationMachine() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset()
    {
        Begin();
        (_weights, _vectors, _bias) = (new double[_features.Count], new double[_features.Count * _factors], 0);
        var random = new SeededRandom(_seed);
        foreach (ref var number in _vectors.AsSpan()) number = FirstSpread * random.NextNormal();
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
        Take(features);
        target = TargetScale.Usable(target);
        if (double.IsNaN(target)) return;
        _scale.Learn(target);
        var error = Math.Clamp(Score() - _scale.Scaled(target), -1e3, 1e3);
        // The squared gradient of the score by all weights: beyond 1 over it a step would overshoot.
        var square = 1.0;
        for (var i = 0; i < _row.Length; i++)
        {
            square += _row[i] * _row[i];
            for (var f = 0; f < _factors; f++)
            {
                var slope = _row[i] * (_sums[f] - _vectors[i * _factors + f] * _row[i]);
                square += slope * slope;
            }
        }
        var step = Math.Min(_rate * Math.Min(weight, 10), 0.5 / square) * 2 * error;
        if (!double.IsFinite(step)) return;
        _bias = Math.Clamp(_bias - step, -WeightMax, WeightMax);
        for (var i = 0; i < _row.Length; i++)
        {
            if (_row[i] == 0) continue;
            _weights[i] = Math.Clamp(_weights[i] * (1 - _rate * _l2) - step * _row[i], -WeightMax, WeightMax);
            for (var f = 0; f < _factors; f++)
            {
                ref var number = ref _vectors[i * _factors + f];
                number = Math.Clamp(number * (1 - _rate * _l2) - step * _row[i] * (_sums[f] - number * _row[i]), -WeightMax, WeightMax);
            }
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _factors, 1, 256);
        archive.Value(ref _rate);
        archive.Value(ref _l2);
        archive.Value(ref _seed);
        archive.Require(_rate is > 0 and <= 1 && _l2 is >= 0 and < 1, "its settings are out of range");
        if (archive.IsReading) Begin();
        _scale.Transfer(archive);
        archive.Value(ref _bias);
        archive.Array(ref _weights, _features.Count);
        archive.Array(ref _vectors, _features.Count * _factors);
        archive.Require(double.IsFinite(_bias) && Array.TrueForAll(_weights, double.IsFinite) && Array.TrueForAll(_vectors, double.IsFinite), "a weight is not finite");
    }

    void Begin() => (_row, _sums) = (new double[_features.Count], new double[_factors]);

    // Squares of products stay finite.
    void Take(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        for (var i = 0; i < _row.Length; i++) _row[i] = double.IsNaN(features[i]) ? 0 : Math.Clamp(features[i], -1e30, 1e30);
    }

    double Score()
    {
        var score = _bias;
        Array.Clear(_sums);
        for (var i = 0; i < _row.Length; i++)
        {
            if (_row[i] == 0) continue;
            score += _weights[i] * _row[i];
            for (var f = 0; f < _factors; f++)
            {
                var part = _vectors[i * _factors + f] * _row[i];
                _sums[f] += part;
                score -= part * part / 2;
            }
        }
        foreach (var sum in _sums) score += sum * sum / 2;
        return double.IsFinite(score) ? score : 0;
    }
}
