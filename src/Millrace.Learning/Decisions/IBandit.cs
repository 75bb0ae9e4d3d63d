namespace Millrace.Learning.Decisions;

/// <summary>Chooses one of some arms again and again, and learns from the reward of the one that was chosen which is best.</summary>
/// <remarks>Rewards beyond ±1e100 count as that; those that are not finite are passed over. Nothing is allocated per choice. The same seed and rewards give the same choices.</remarks>
public interface IBandit : ILearner
{
    /// <summary>Number of arms.</summary>
    int Arms { get; }

    /// <summary>The arm to take now.</summary>
    /// <param name="context">What is known about the moment, for bandits that look at it; others take an empty one too.</param>
    int Choose(ReadOnlySpan<double> context = default);

    /// <summary>Takes the reward of an arm.</summary>
    /// <param name="arm">The arm, below <see cref="Arms"/>.</param>
    /// <param name="reward">More is better.</param>
    /// <param name="context">What was known when the arm was chosen.</param>
    void Learn(int arm, double reward, ReadOnlySpan<double> context = default);

    /// <summary>The reward that is expected of an arm: 0 before it was taken.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="context">What is known about the moment.</param>
    double Expected(int arm, ReadOnlySpan<double> context = default);
}
