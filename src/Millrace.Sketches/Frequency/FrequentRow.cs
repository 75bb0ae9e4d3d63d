namespace Millrace.Sketches.Frequency;

/// <summary>A frequent item with how often it came.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="Estimate">Its weight, never too small; the upper bound.</param>
/// <param name="LowerBound">A weight that it has at least.</param>
/// <param name="UpperBound">A weight that it has at most.</param>
public readonly record struct FrequentRow<T>(T Item, long Estimate, long LowerBound, long UpperBound);
