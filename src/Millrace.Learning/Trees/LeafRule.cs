namespace Millrace.Learning.Trees;

/// <summary>What a leaf of a tree answers.</summary>
public enum LeafRule
{
    /// <summary>The shares of the classes seen in it.</summary>
    Majority,

    /// <summary>Naive Bayes over what was seen in it.</summary>
    NaiveBayes,

    /// <summary>Whichever of the two was right more often in it so far.</summary>
    Adaptive,
}
