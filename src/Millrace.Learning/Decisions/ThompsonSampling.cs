using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Decisions;

/// <summary>Takes each arm as often as it is likely to be the best one: draws a mean for each from what is known of it, and takes the highest.</summary>
/// <remarks>
/// <para>Each arm twice, then argmax of draws from the normal distribution with the arm's mean and its variance / n. Cost: a normal random number an arm.</para>
/// <para>Weakness: it forgets nothing; rewards that are nearly always 0 need many trials before their mean is close to normal.</para>
/// <para>Thompson (1933), On the likelihood that one unknown probability exceeds another; Chapelle and Li (2011), An empirical evaluation of Thompson sampling, NIPS.</para>
/// </remarks>
public sealed class ThompsonSampling : IBandit
{
    readonly ArmRewards _rewards;
    ulong _seed;
    SeededRandom _random;

    /// <summary>A bandit that has learned nothing.</summary>
    /// <param name="arms">How many arms, 1 to 65,536.</param>
    /// <param name="seed">For the draws.</param>
    public ThompsonSampling(int arms, ulong seed = 42) => (_rewards, _seed, _random) = (new(ArmRewards.Checked(arms)), seed, new(seed));

    /// <inheritdoc/>
    public int Arms => _rewards.Arms;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<double> context = default)
    {
        double pooled = 0, tried = 0;
        for (var arm = 0; arm < Arms; arm++)
        {
            if (_rewards.Count(arm) < 2) return arm;
            pooled += _rewards.Variance(arm) * (_rewards.Count(arm) - 1);
            tried += _rewards.Count(arm) - 1;
        }
        // Two equal rewards by chance do not make an arm certain: each borrows one row of the common variance.
        pooled /= tried;
        var (best, most) = (0, double.NegativeInfinity);
        for (var arm = 0; arm < Arms; arm++)
        {
            var count = _rewards.Count(arm);
            var variance = (_rewards.Variance(arm) * (count - 1) + pooled) / count;
            var drawn = _rewards.Mean(arm) + _random.NextNormal() * Math.Sqrt(variance / count);
            if (drawn > most) (best, most) = (arm, drawn);
        }
        return best;
    }

    /// <inheritdoc/>
    public void Learn(int arm, double reward, ReadOnlySpan<double> context = default) => _rewards.Add(arm, reward);

    /// <inheritdoc/>
    public double Expected(int arm, ReadOnlySpan<double> context = default) => _rewards.Mean(arm);

    /// <inheritdoc/>
    public void Reset()
    {
        _rewards.Clear();
        _random = new(_seed);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _seed);
        _random.Transfer(archive);
        _rewards.Transfer(archive);
    }
}
