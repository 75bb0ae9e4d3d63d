using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>A line between classes that moves just enough to bring each row to its right side, one unit away, but not further than it may.</summary>
/// <remarks>
/// <para>
/// With loss ℓ = max(0, 1 - y w·x) the weights move by τ y x, τ = min(C, ℓ / ‖x‖²) (PA-I) or ℓ / (‖x‖² + 1 / 2C) (PA-II). Cost: one pass over the features per class.
/// Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: every row that is labelled wrongly is obeyed as far as C lets it.</para>
/// <para>Crammer et al. (2006), Online passive-aggressive algorithms, JMLR 7, 551-585.</para>
/// </remarks>
public sealed class PassiveAggressiveClassifier : MarginClassifier
{
    double _aggressiveness;
    bool _isSecond;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="aggressiveness">C: the longest step, above 0. Smaller is steadier.</param>
    /// <param name="isSecond">Whether steps are made shorter smoothly (PA-II) in place of being cut (PA-I).</param>
    public PassiveAggressiveClassifier(FeatureSet features, int classes = 2, double aggressiveness = 0.01, bool isSecond = false) : base(features, classes, biasInput: 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(aggressiveness);
        (_aggressiveness, _isSecond) = (aggressiveness, isSecond);
    }

    internal PassiveAggressiveClassifier() : base(biasInput: 1) { }

    private protected override void Learn(WeightTable table, int row, int side, double squared, double weight)
    {
        var loss = 1 - side * table.Score(row);
        if (loss <= 0) return;
        var step = _isSecond ? loss / (squared + 1 / (2 * _aggressiveness)) : Math.Min(_aggressiveness, squared > 0 ? loss / squared : 0);
        table.Move(row, side * step * Math.Min(weight, 1));
    }

    /// <inheritdoc/>
    public override void Transfer(Archive archive)
    {
        base.Transfer(archive);
        archive.Value(ref _aggressiveness);
        archive.Value(ref _isSecond);
    }
}
