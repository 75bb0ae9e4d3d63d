namespace Millrace.Sketches.Frequency;

/// <summary>On which side a list of frequent items errs.</summary>
public enum FrequentError
{
    /// <summary>Every item of the list is above the threshold; some that are may be missing.</summary>
    NoFalsePositives,

    /// <summary>Every item above the threshold is on the list; some of the list may be below.</summary>
    NoFalseNegatives,
}
