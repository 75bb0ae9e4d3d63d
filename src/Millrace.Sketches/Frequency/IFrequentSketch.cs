namespace Millrace.Sketches.Frequency;

/// <summary>A sketch of the most frequent items of a stream with weights.</summary>
/// <typeparam name="TSelf">The sketch itself.</typeparam>
/// <typeparam name="T">Type of the items.</typeparam>
public interface IFrequentSketch<TSelf, T> : ISketch<TSelf, T> where TSelf : IFrequentSketch<TSelf, T>
{
    /// <summary>Creates an empty sketch.</summary>
    /// <param name="lgMaxMapSize">Binary logarithm of the greatest size of the table.</param>
    static abstract TSelf Create(int lgMaxMapSize);

    /// <summary>Binary logarithm of the greatest size of the table.</summary>
    int LgMaxMapSize { get; }

    /// <summary>Sum of all weights.</summary>
    long TotalWeight { get; }

    /// <summary>No estimate is further from the truth.</summary>
    long MaximumError { get; }

    /// <summary>Adds an item with a weight.</summary>
    void Update(T item, long weight);

    /// <summary>How often an item came, with bounds that always hold.</summary>
    Estimate Estimate(T item);

    /// <summary>The items above a threshold, most frequent first.</summary>
    List<FrequentRow<T>> Rows(FrequentError error, long threshold);

    /// <summary>Multiplies all weights by a factor of 0 to 1, rounded; the bounds hold for what the weights would be.</summary>
    void Scale(double factor);
}
