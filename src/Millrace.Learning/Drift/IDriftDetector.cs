namespace Millrace.Learning.Drift;

/// <summary>Watches a stream of numbers, often a model's errors, and tells when they are no longer what they were.</summary>
/// <remarks>Values beyond ±1e100 count as that; NaN is passed over. After a change is told the detector begins anew with what follows. Nothing is allocated per value.</remarks>
public interface IDriftDetector : ILearner
{
    /// <summary>Takes the next value.</summary>
    /// <param name="value">An error (0 or 1), a loss, or any number; what a detector expects is said there.</param>
    /// <returns>Whether a change is told at this value.</returns>
    bool Update(double value);

    /// <summary>Whether the last value made a change likely, but not sure. Always false for detectors that do not warn.</summary>
    bool IsWarning { get; }
}
