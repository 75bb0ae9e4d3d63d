using Millrace.Learning.Images;

namespace Millrace.Learning.Decisions;

/// <summary>Takes the arm whose mean reward may be highest: arms that were seldom taken get the benefit of the doubt.</summary>
/// <remarks>
/// <para>Each arm once, then argmax of mean + √((2 variance + 1/1000 of the squared spread of the means) ln t / n). In the rewards' own deviations, so no unit matters. Cost: one pass over the arms.</para>
/// <para>Weakness: it forgets nothing; when rewards come late it takes the same arm until they do.</para>
/// <para>Auer, Cesa-Bianchi and Fischer (2002), Finite-time analysis of the multiarmed bandit problem, Machine Learning 47, 235-256 (UCB1-normal).</para>
/// </remarks>
public sealed class UpperConfidence : IBandit
{
    readonly ArmRewards _rewards;

    /// <summary>A bandit that has learned nothing.</summary>
    /// <param name="arms">How many arms, 1 to 65,536.</param>
    public UpperConfidence(int arms) => _rewards = new(ArmRewards.Checked(arms));

    /// <inheritdoc/>
    public int Arms => _rewards.Arms;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<double> context = default)
    {
        var untried = _rewards.Untried();
        if (untried >= 0) return untried;
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        for (var arm = 0; arm < Arms; arm++)
        {
            least = Math.Min(least, _rewards.Mean(arm));
            greatest = Math.Max(greatest, _rewards.Mean(arm));
        }
        var floor = (greatest - least) * (greatest - least) / 1000;
        var log = Math.Log(_rewards.Total);
        var (best, most) = (0, double.NegativeInfinity);
        for (var arm = 0; arm < Arms; arm++)
        {
            var bound = _rewards.Mean(arm) + Math.Sqrt((2 * _rewards.Variance(arm) + floor) * log / _rewards.Count(arm));
            if (bound > most) (best, most) = (arm, bound);
        }
        return best;
    }

    /// <inheritdoc/>
    public void Learn(int arm, double reward, ReadOnlySpan<double> context = default) => _rewards.Add(arm, reward);

    /// <inheritdoc/>
    public double Expected(int arm, ReadOnlySpan<double> context = default) => _rewards.Mean(arm);

    /// <inheritdoc/>
    public void Reset() => _rewards.Clear();

    /// <inheritdoc/>
    public void Transfer(Archive archive) => _rewards.Transfer(archive);
}
