namespace Millrace.Sketches.Quantiles;

/// <summary>A sketch that answers which item stands at a share of the stream, and which share lies below an item.</summary>
/// <typeparam name="TSelf">The sketch itself.</typeparam>
/// <typeparam name="T">Type of the items.</typeparam>
public interface IQuantileSketch<TSelf, T> : ISketch<TSelf, T> where TSelf : IQuantileSketch<TSelf, T>
{
    /// <summary>Number of items added.</summary>
    long Count { get; }

    /// <summary>The item at a rank.</summary>
    /// <param name="rank">A share of the stream, 0 to 1.</param>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rank is not in 0 to 1.</exception>
    T Quantile(double rank);

    /// <summary>The share of the stream up to an item.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    double Rank(T item);
}
