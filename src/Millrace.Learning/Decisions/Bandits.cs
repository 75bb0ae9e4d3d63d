namespace Millrace.Learning.Decisions;

/// <summary>A line of the list of bandits.</summary>
/// <param name="Name">Its name in images.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings for a number of arms, numbers of a context and a seed.</param>
/// <param name="Blank">Makes one for an image to be read into.</param>
public sealed record BanditEntry(string Name, string Summary, Type Type, Func<int, int, ulong, IBandit> Create, Func<IBandit> Blank);

/// <summary>All bandits. A new one is a file and a line here.</summary>
public static class Bandits
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<BanditEntry> All { get; } =
    [
        new("epsilon_greedy", "The best arm so far, sometimes any.", typeof(EpsilonGreedy), (arms, _, seed) => new EpsilonGreedy(arms, seed: seed), () => new EpsilonGreedy(2)),
        new("ucb", "The arm whose reward may be highest.", typeof(UpperConfidence), (arms, _, _) => new UpperConfidence(arms), () => new UpperConfidence(2)),
        new("thompson", "An arm as often as it is likely to be the best.", typeof(ThompsonSampling), (arms, _, seed) => new ThompsonSampling(arms, seed), () => new ThompsonSampling(2)),
        new("lin_ucb", "The arm whose reward may be highest in this context.", typeof(LinearUcb), (arms, context, _) => new LinearUcb(arms, Math.Max(1, context)), () => new LinearUcb(2, 1)),
    ];
}
