using Millrace.Learning.Bayes;
using Millrace.Learning.Images;

namespace Millrace.Learning.Trees;

/// <summary>What was seen at the end of a path, and which of its two rules was right more often.</summary>
sealed class Leaf(int[] numeric, int[] nominal, int classes)
{
    double _majorityHits, _bayesHits;

    public ClassStatistics Statistics { get; } = new(numeric, nominal, classes);

    /// <summary>Weight at the last try to split.</summary>
    public double TriedAt { get; set; }

    /// <summary>Whether the most frequent class was right more often than naive Bayes.</summary>
    public bool MajorityIsBetter => _majorityHits > _bayesHits;

    /// <summary>Takes a row whose numbers were gathered, after scoring both rules with it.</summary>
    /// <param name="features">The row.</param>
    /// <param name="gathered">Its numbers.</param>
    /// <param name="logs">What naive Bayes says of it; empty if the rules are not compared.</param>
    /// <param name="target">Its class.</param>
    /// <param name="weight">How many rows it counts for.</param>
    public void Learn(ReadOnlySpan<double> features, ReadOnlySpan<double> gathered, ReadOnlySpan<double> logs, int target, double weight)
    {
        if (logs.Length > 0)
        {
            if (ClassLabels.Largest(Statistics.Weights) == target) _majorityHits += weight;
            if (ClassLabels.Largest(logs) == target) _bayesHits += weight;
        }
        Statistics.Learn(features, gathered, target, weight);
    }

    /// <summary>Whether there is more than one class, so that a split could part them.</summary>
    public bool IsMixed
    {
        get
        {
            var seen = 0;
            foreach (var weight in Statistics.Weights)
                if (weight > 0) seen++;
            return seen > 1;
        }
    }

    public void Transfer(Archive archive)
    {
        archive.Value(ref _majorityHits);
        archive.Value(ref _bayesHits);
        var tried = TriedAt;
        archive.Value(ref tried);
        TriedAt = tried;
        Statistics.Transfer(archive);
    }
}
