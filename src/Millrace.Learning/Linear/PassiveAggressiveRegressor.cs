using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>A number as a weighted sum that moves just enough to bring each row inside a tolerance.</summary>
/// <remarks>
/// <para>
/// With loss ℓ = max(0, |y - w·x| - ε) the weights move by ±τ x, τ = min(C, ℓ / ‖x‖²) (PA-I) or ℓ / (‖x‖² + 1 / 2C) (PA-II), the bias counted as a feature of 1. Tolerance and C
/// are in deviations of the target. Cost: one pass over the features. Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: it believes every row; on noisy targets it is worse than <see cref="LinearRegression"/>.</para>
/// <para>Crammer et al. (2006), Online passive-aggressive algorithms, JMLR 7, 551-585.</para>
/// </remarks>
public sealed class PassiveAggressiveRegressor : IRegressor
{
    static readonly LinearOptions s_options = new();

    FeatureSet _features = FeatureSet.Numeric(1);
    double _tolerance, _aggressiveness = 1;
    bool _isSecond;
    TargetScale _scale = new(true);
    WeightTable _table;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="tolerance">ε: errors up to this size change nothing; in deviations of the target, 0 or more.</param>
    /// <param name="aggressiveness">C: the longest step, above 0. Smaller is steadier.</param>
    /// <param name="isSecond">Whether steps are made shorter smoothly (PA-II) in place of being cut (PA-I).</param>
    public PassiveAggressiveRegressor(FeatureSet features, double tolerance = 0.05, double aggressiveness = 0.1, bool isSecond = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(aggressiveness);
        (_features, _tolerance, _aggressiveness, _isSecond) = (features, tolerance, aggressiveness, isSecond);
        _table = new(features, s_options, 1);
    }

    internal PassiveAggressiveRegressor() => _table = new(_features, s_options, 1);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

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
        var error = _scale.Scaled(target) - _table.Score(0);
        var loss = Math.Abs(error) - _tolerance;
        if (loss <= 0) return;
        var squared = _table.SquaredNorm() + 1;
        var step = _isSecond ? loss / (squared + 1 / (2 * _aggressiveness)) : Math.Min(_aggressiveness, loss / squared);
        _table.Move(0, Math.CopySign(step * Math.Min(weight, 1), error));
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _tolerance);
        archive.Value(ref _aggressiveness);
        archive.Value(ref _isSecond);
        _scale.Transfer(archive);
        if (archive.IsReading) _table = new(_features, s_options, 1);
        _table.Transfer(archive, rowsMax: 1);
    }
}
