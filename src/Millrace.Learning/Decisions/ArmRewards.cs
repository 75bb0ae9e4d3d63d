using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Decisions;

/// <summary>Count, mean and spread of the rewards of each arm.</summary>
sealed class ArmRewards(int arms)
{
    public const int ArmsMax = 65_536;

    double[] _counts = new double[arms], _means = new double[arms], _squares = new double[arms];

    public int Arms => _counts.Length;

    public double Total { get; private set; }

    public double Count(int arm) => _counts[arm];

    public double Mean(int arm) => _means[arm];

    /// <summary>The variance of an arm's rewards; 0 of fewer than two.</summary>
    public double Variance(int arm) => _counts[arm] > 1 ? _squares[arm] / (_counts[arm] - 1) : 0;

    public static int Checked(int arms)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arms, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arms, ArmsMax);
        return arms;
    }

    public void Add(int arm, double reward)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arm);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(arm, Arms);
        if (!double.IsFinite(reward)) return;
        var distance = Lanes.Bounded(reward) - _means[arm];
        _means[arm] += distance / ++_counts[arm];
        _squares[arm] += distance * (Lanes.Bounded(reward) - _means[arm]);
        Total++;
    }

    /// <summary>The arm with the highest mean; the first of equals.</summary>
    public int Best() => ClassLabels.Largest(_means);

    /// <summary>The first arm that was never taken, or -1.</summary>
    public int Untried() => Array.IndexOf(_counts, 0);

    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_means);
        Array.Clear(_squares);
        Total = 0;
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _counts);
        archive.Require(_counts.Length is >= 1 and <= ArmsMax, "it has no arms");
        archive.Array(ref _means, _counts.Length);
        archive.Array(ref _squares, _counts.Length);
        var total = Total;
        archive.Value(ref total);
        Total = total;
        for (var i = 0; i < Arms; i++) archive.Require(_counts[i] >= 0 && double.IsFinite(_means[i]) && _squares[i] >= 0, "an arm's rewards are none");
    }
}
