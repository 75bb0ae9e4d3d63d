using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Millrace.Learning;

/// <summary>Checks of labels and weights, and what classifiers do with votes.</summary>
static class ClassLabels
{
    /// <summary>Throws unless a label is one that can be learned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int target)
    {
        if ((uint)target >= IClassifier.ClassesMax) ThrowTarget(target);
    }

    /// <summary>Throws unless a number of classes is one that can be begun with.</summary>
    public static void CheckCount(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, IClassifier.ClassesMax);
    }

    /// <summary>The largest; the first of equals.</summary>
    public static int Largest(ReadOnlySpan<double> votes)
    {
        var best = 0;
        for (var i = 1; i < votes.Length; i++)
            if (votes[i] > votes[best]) best = i;
        return best;
    }

    /// <summary>Makes votes sum to 1; all equal if there are none. What is beyond the classes becomes 0.</summary>
    public static void Normalise(Span<double> votes, int classes)
    {
        votes[classes..].Clear();
        votes = votes[..classes];
        var sum = 0.0;
        foreach (var vote in votes) sum += vote;
        if (!(sum > 0) || !double.IsFinite(sum))
        {
            votes.Fill(1.0 / classes);
            return;
        }
        var factor = 1 / sum;
        if (double.IsInfinity(factor)) for (var i = 0; i < classes; i++) votes[i] /= sum;
        else for (var i = 0; i < classes; i++) votes[i] *= factor;
    }

    /// <summary>Turns logarithms of shares into shares that sum to 1.</summary>
    public static void FromLogs(Span<double> logs, int classes)
    {
        var most = double.NegativeInfinity;
        for (var i = 0; i < classes; i++) most = Math.Max(most, logs[i]);
        if (double.IsFinite(most)) for (var i = 0; i < classes; i++) logs[i] = Math.Exp(logs[i] - most);
        else logs[..classes].Clear();
        Normalise(logs, classes);
    }

    /// <summary>The logistic function.</summary>
    public static double Sigmoid(double score) => 1 / (1 + Math.Exp(-score));

    [DoesNotReturn]
    static void ThrowTarget(int target) => throw new ArgumentOutOfRangeException(nameof(target), target, $"A label is 0 to {IClassifier.ClassesMax - 1}.");
}
