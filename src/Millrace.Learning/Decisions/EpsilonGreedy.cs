using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Decisions;

/// <summary>Takes the arm with the best mean reward so far, and in a small share of the choices any arm.</summary>
/// <remarks>
/// <para>Each arm once, then argmax of the means with chance 1 - ε, any arm with ε. Cost: one pass over the arms; 24 bytes an arm.</para>
/// <para>Weakness: it goes on trying poor arms for ever, and forgets nothing.</para>
/// <para>Sutton and Barto (2018), Reinforcement learning: an introduction, 2.2.</para>
/// </remarks>
public sealed class EpsilonGreedy : IBandit
{
    readonly ArmRewards _rewards;
    double _share;
    ulong _seed;
    SeededRandom _random;

    /// <summary>A bandit that has learned nothing.</summary>
    /// <param name="arms">How many arms, 1 to 65,536.</param>
    /// <param name="share">ε: the share of choices that may fall on any arm, 0 to 1.</param>
    /// <param name="seed">For the choices.</param>
    public EpsilonGreedy(int arms, double share = 0.1, ulong seed = 42)
    {
        if (!(share >= 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share is 0 to 1.");
        (_rewards, _share, _seed, _random) = (new(ArmRewards.Checked(arms)), share, seed, new(seed));
    }

    /// <inheritdoc/>
    public int Arms => _rewards.Arms;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<double> context = default)
    {
        var untried = _rewards.Untried();
        if (untried >= 0) return untried;
        return _random.NextDouble() < _share ? _random.Next(Arms) : _rewards.Best();
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
        archive.Value(ref _share);
        archive.Require(_share is >= 0 and <= 1, "its settings are out of range");
        archive.Value(ref _seed);
        _random.Transfer(archive);
        _rewards.Transfer(archive);
    }
}
