namespace Millrace.Sketches.Quantiles;

/// <summary>The items that a quantile sketch retains, sorted, with the weight up to each: what ranks and quantiles are read from.</summary>
/// <remarks>
/// A rank is a share of the items, 0 to 1. Inclusive, the rank of an item counts it and its equals; exclusive, only what lies below. A quantile is
/// the least item whose inclusive rank is at least the rank asked for, or whose exclusive end lies above it. The exact least and greatest item
/// stand at the ends, whether or not the sketch retained them. Never changes, so several threads may read it.
/// </remarks>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class QuantileView<T>
{
    readonly T[] _items;
    readonly long[] _weights; // up to and including the item

    /// <summary>Sorts items with their weights; takes over both arrays.</summary>
    internal QuantileView(T[] items, long[] weights, T min, T max)
    {
        if (Items<T>.AreNumbers) Array.Sort(items, weights);
        else items.AsSpan().Sort(weights.AsSpan(), static (a, b) => string.CompareOrdinal((string?)(object?)a, (string?)(object?)b));

        var total = 0L;
        for (var i = 0; i < weights.Length; i++) weights[i] = total += weights[i];
        _items = items;
        _weights = weights;
        Total = total;
        Min = min;
        Max = max;
    }

    /// <summary>Number of items that the sketch has seen.</summary>
    public long Total { get; }

    /// <summary>The least item, exactly.</summary>
    public T Min { get; }

    /// <summary>The greatest item, exactly.</summary>
    public T Max { get; }

    /// <summary>The retained items, ascending.</summary>
    public ReadOnlySpan<T> Items => _items;

    /// <summary>For each retained item the number of items of the stream up to it and including it.</summary>
    public ReadOnlySpan<long> CumulativeWeights => _weights;

    /// <summary>The item at a rank. Cost: a binary search.</summary>
    /// <param name="rank">0 to 1; 0 gives the least item, 1 the greatest.</param>
    /// <param name="inclusive">Whether an item's own weight counts for its rank.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rank is not in 0 to 1.</exception>
    public T Quantile(double rank, bool inclusive = true)
    {
        if (!(rank >= 0 && rank <= 1)) throw new ArgumentOutOfRangeException(nameof(rank), rank, "A rank is from 0 to 1.");
        if (rank == 0) return Min;
        if (rank == 1) return Max;
        var place = inclusive ? FirstAtLeast((long)Math.Ceiling(rank * Total)) : FirstAtLeast((long)(rank * Total) + 1);
        return place == _items.Length ? Max : _items[place];
    }

    /// <summary>The share of items up to an item. Cost: a binary search.</summary>
    /// <param name="item">Any item; NaN has no rank and gives NaN.</param>
    /// <param name="inclusive">Whether equal items count.</param>
    public double Rank(T item, bool inclusive = true)
    {
        if (!Items<T>.HasPlace(item)) return double.NaN;
        // The ends are known better than the retained items tell.
        if (Items<T>.Less(item, Min)) return 0;
        if (Items<T>.Less(Max, item)) return 1;
        int low = 0, high = _items.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var isBelow = inclusive ? !Items<T>.Less(item, _items[middle]) : Items<T>.Less(_items[middle], item);
            if (isBelow) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : (double)_weights[low - 1] / Total;
    }

    /// <summary>The rank of each split point, and 1 at the end.</summary>
    /// <param name="splitPoints">Strictly ascending.</param>
    /// <param name="inclusive">Whether items equal to a split point count below it.</param>
    /// <exception cref="ArgumentException">The split points are not strictly ascending.</exception>
    public double[] Cdf(ReadOnlySpan<T> splitPoints, bool inclusive = true)
    {
        var ranks = new double[splitPoints.Length + 1];
        for (var i = 0; i < splitPoints.Length; i++)
        {
            if (!Items<T>.HasPlace(splitPoints[i]) || i > 0 && !Items<T>.Less(splitPoints[i - 1], splitPoints[i]))
                throw new ArgumentException($"Split points ascend strictly; number {i} ({splitPoints[i]}) does not.", nameof(splitPoints));
            ranks[i] = Rank(splitPoints[i], inclusive);
        }
        ranks[^1] = 1;
        return ranks;
    }

    /// <summary>The share of items in each interval that the split points make.</summary>
    /// <param name="splitPoints">Strictly ascending; n points make n + 1 intervals.</param>
    /// <param name="inclusive">Whether items equal to a split point count below it.</param>
    /// <exception cref="ArgumentException">The split points are not strictly ascending.</exception>
    public double[] Pmf(ReadOnlySpan<T> splitPoints, bool inclusive = true)
    {
        var shares = Cdf(splitPoints, inclusive);
        for (var i = shares.Length - 1; i > 0; i--) shares[i] -= shares[i - 1];
        return shares;
    }

    int FirstAtLeast(long weight)
    {
        int low = 0, high = _weights.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_weights[middle] < weight) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
