using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Quantiles;

/// <summary>Quantiles from a few hundred means, interpolated: small, and very sharp in both tails, without a proven bound.</summary>
/// <remarks>
/// <para>
/// Values wait in a buffer; when it is full they are sorted and merged with the centroids. A centroid may take as much weight as q(1 − q) allows at
/// its place, so the ends keep single values. Deterministic: equal input in equal order gives equal bytes.
/// </para>
/// <para>
/// Measured for k = 200 and a million uniform values: rank error 0.017 % at p50, 0.002 % at p1 and p99, 4.9 kB. There is no guarantee: input that is
/// ordered against the sketch can do worse. Quantiles are interpolated and need not be values of the stream. Cost: some 35 ns an update. NaN and
/// infinities are left out.
/// </para>
/// <para>
/// Dunning and Ertl (2019), Computing Extremely Accurate Quantiles Using t-Digests, arXiv:1902.04023. Images as Apache DataSketches (family 20; double and
/// float) and the big-endian ones of the reference implementation are read; interpolation and tails are the corrected ones of August 2026.
/// </para>
/// </remarks>
public sealed partial class TDigest : IQuantileSketch<TDigest, double>
{
    /// <summary>The k that is used if none is given.</summary>
    public const int DefaultK = 200;

    const int BuffersPerCapacity = 4;
    double[] _means;
    double[] _weights; // whole numbers: exact up to 2^53
    int _centroids;
    double[] _buffer;
    int _buffered;
    long _centroidWeight;
    double _min = double.PositiveInfinity;
    double _max = double.NegativeInfinity;
    bool _mergesBackwards; // every other merge runs from the top, so that no side is favoured

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="k">Compression, 10 to 65,535: about 1.35 k centroids are kept, the error falls as 1/k².</param>
    /// <exception cref="ArgumentOutOfRangeException">k is out of its range.</exception>
    public TDigest(int k = DefaultK)
    {
        if (k is < 10 or > ushort.MaxValue) throw new ArgumentOutOfRangeException(nameof(k), k, "k is from 10 to 65535.");
        K = k;
        _means = [];
        _weights = [];
        _buffer = new double[16];
    }

    /// <summary>Compression.</summary>
    public int K { get; }

    /// <inheritdoc/>
    public long Count => _centroidWeight + _buffered;

    /// <inheritdoc/>
    public bool IsEmpty => Count == 0;

    /// <summary>Number of centroids, after the buffer has been merged into them.</summary>
    public int Centroids
    {
        get
        {
            Compress();
            return _centroids;
        }
    }

    /// <inheritdoc/>
    public long MemorySize => 120 + 24 * 3 + 8L * (_means.Length + _weights.Length + _buffer.Length);

    /// <summary>The least value.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Min
    {
        get
        {
            if (IsEmpty) Empty.Throw();
            return _min;
        }
    }

    /// <summary>The greatest value.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Max
    {
        get
        {
            if (IsEmpty) Empty.Throw();
            return _max;
        }
    }

    // As many centroids fit by the published formula; images of other languages rely on it.
    int Capacity => 2 * K + (K < 30 ? 30 : 10);

    int BufferCapacity => Capacity * BuffersPerCapacity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(double item)
    {
        if (!double.IsFinite(item)) return;
        if (_buffered == _buffer.Length) MakeRoom();
        _buffer[_buffered++] = item;
        if (item < _min) _min = item;
        if (item > _max) _max = item;
    }

    /// <summary>Adds values.</summary>
    public void Update(ReadOnlySpan<double> items)
    {
        while (!items.IsEmpty)
        {
            if (_buffered == _buffer.Length) MakeRoom();
            var some = items[..Math.Min(_buffer.Length - _buffered, items.Length)];
            var min = _min;
            var max = _max;
            if (Extremes<double>.TryWiden(some, ref min, ref max) && double.IsFinite(min) && double.IsFinite(max))
            {
                (_min, _max) = (min, max);
                some.CopyTo(_buffer.AsSpan(_buffered));
                _buffered += some.Length;
            }
            else
            {
                foreach (var item in some) Update(item);
            }
            items = items[some.Length..];
        }
    }

    /// <inheritdoc/>
    public void Merge(TDigest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsEmpty) return;
        var values = new double[_buffered + other._buffered + other._centroids];
        var weights = new double[values.Length];
        _buffer.AsSpan(0, _buffered).CopyTo(values);
        other._buffer.AsSpan(0, other._buffered).CopyTo(values.AsSpan(_buffered));
        other._means.AsSpan(0, other._centroids).CopyTo(values.AsSpan(_buffered + other._buffered));
        weights.AsSpan(0, _buffered + other._buffered).Fill(1);
        other._weights.AsSpan(0, other._centroids).CopyTo(weights.AsSpan(_buffered + other._buffered));
        // The ends are those of the values, not of the outermost centroids, which may be means.
        _min = Math.Min(_min, other._min);
        _max = Math.Max(_max, other._max);
        var added = _buffered + other.Count;
        SortStably(values, weights);
        _buffered = 0;
        MergeSorted(values, weights, added);
    }

    /// <inheritdoc/>
    public double Quantile(double rank)
    {
        if (!(rank >= 0 && rank <= 1)) throw new ArgumentOutOfRangeException(nameof(rank), rank, "A rank is from 0 to 1.");
        if (IsEmpty) Empty.Throw();
        Compress();
        if (_centroids == 1) return rank == 0 ? _min : rank == 1 ? _max : _means[0];

        double total = _centroidWeight;
        var weight = rank * total;
        if (weight < 1) return _min;
        if (weight > total - 1) return _max;
        var first = _weights[0];
        if (first > 1 && weight < first / 2) return _min + (weight - 1) / (first / 2 - 1) * (_means[0] - _min);
        var last = _weights[_centroids - 1];
        if (last > 1 && total - weight <= last / 2) return _max - (total - weight - 1) / (last / 2 - 1) * (_max - _means[_centroids - 1]);

        // A centroid stands at the middle of its weight; between two middles values are interpolated. Single values are not spread.
        var soFar = first / 2;
        for (var i = 0; i < _centroids - 1; i++)
        {
            var between = (_weights[i] + _weights[i + 1]) / 2;
            if (soFar + between > weight)
            {
                var left = 0.0;
                if (_weights[i] == 1)
                {
                    if (weight - soFar < 0.5) return _means[i];
                    left = 0.5;
                }
                var right = 0.0;
                if (_weights[i + 1] == 1)
                {
                    if (soFar + between - weight <= 0.5) return _means[i + 1];
                    right = 0.5;
                }
                var fromLeft = weight - soFar - left;
                var toRight = soFar + between - weight - right;
                var value = (_means[i] * toRight + _means[i + 1] * fromLeft) / (fromLeft + toRight);
                return Math.Clamp(value, _means[i], _means[i + 1]);
            }
            soFar += between;
        }
        return _max;
    }

    /// <inheritdoc/>
    /// <remarks>An item's own weight counts by half, as is the custom of t-digests. NaN gives NaN.</remarks>
    public double Rank(double item)
    {
        if (IsEmpty) Empty.Throw();
        if (double.IsNaN(item)) return double.NaN;
        if (item < _min) return 0;
        if (item > _max) return 1;
        if (Count == 1) return 0.5;
        Compress();

        double total = _centroidWeight;
        var firstMean = _means[0];
        if (item < firstMean)
            return item == _min ? 0.5 / total : (1 + (item - _min) / (firstMean - _min) * (_weights[0] / 2 - 1)) / total;
        var lastMean = _means[_centroids - 1];
        if (item > lastMean)
            return item == _max ? 1 - 0.5 / total : 1 - (1 + (_max - item) / (_max - lastMean) * (_weights[_centroids - 1] / 2 - 1)) / total;

        ReadOnlySpan<double> means = _means.AsSpan(0, _centroids);
        var lower = Runs.CountBelow(means, item);
        var upper = Runs.CountUpTo(means, item);
        // Equal means: from the middle of the first of them to the middle of the last; else between the two neighbours.
        if (item < _means[lower]) lower--;
        if (upper == _centroids || !(_means[upper - 1] < item)) upper--;
        var below = 0.0;
        for (var i = 0; i < lower; i++) below += _weights[i];
        below += _weights[lower] / 2;
        var between = 0.0;
        for (var i = lower; i < upper; i++) between += _weights[i];
        between += (_weights[upper] - _weights[lower]) / 2;
        var distance = _means[upper] - _means[lower];
        return (below + (distance > 0 ? between * (item - _means[lower]) / distance : between / 2)) / total;
    }

    void MakeRoom()
    {
        if (_buffer.Length < BufferCapacity) Array.Resize(ref _buffer, Math.Min(BufferCapacity, 2 * _buffer.Length));
        else Compress();
    }

    /// <summary>Merges the buffer into the centroids, as every question does: what follows is as if more had come.</summary>
    public void Compress()
    {
        if (_buffered == 0) return;
        var values = _buffer.AsSpan(0, _buffered);
        Runs.Sort(values, Scratch<double>.Of(_buffered));
        var added = _buffered;
        _buffered = 0;
        MergeSorted(values, default, added);
    }

    // Sorted values, each of weight 1 if no weights are given, and the centroids become new centroids.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void MergeSorted(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, long added)
    {
        var oldCount = _centroids;
        var room = Scratch<double>.Of(2 * (oldCount + values.Length));
        var means = room[..oldCount];
        var oldWeights = room.Slice(oldCount, oldCount);
        _means.AsSpan(0, oldCount).CopyTo(means);
        _weights.AsSpan(0, oldCount).CopyTo(oldWeights);
        if (_means.Length < Math.Min(Capacity, oldCount + values.Length))
        {
            _means = new double[Math.Min(Capacity, Math.Max(2 * _means.Length, oldCount + values.Length))];
            _weights = new double[_means.Length];
        }

        _centroidWeight += added;
        double total = _centroidWeight;
        var normalizer = Normalizer(2 * K, total);
        var backwards = _mergesBackwards;
        var count = 0;
        double soFar = 0, mean = 0, weight = 0, limit = 0;
        var fromValues = backwards ? values.Length - 1 : 0;
        var fromOld = backwards ? oldCount - 1 : 0;
        var left = values.Length + oldCount;
        for (var n = 0; n < left; n++)
        {
            // Of equal ones values stand before centroids; backwards everything is mirrored.
            bool takesValue;
            if (backwards) takesValue = fromOld < 0 || fromValues >= 0 && values[fromValues] > means[fromOld];
            else takesValue = fromOld == oldCount || fromValues < values.Length && values[fromValues] <= means[fromOld];
            double nextMean, nextWeight;
            if (takesValue)
            {
                nextMean = values[fromValues];
                nextWeight = weights.IsEmpty ? 1 : weights[fromValues];
                fromValues += backwards ? -1 : 1;
            }
            else
            {
                nextMean = means[fromOld];
                nextWeight = oldWeights[fromOld];
                fromOld += backwards ? -1 : 1;
            }

            if (n == 0)
            {
                (mean, weight) = (nextMean, nextWeight);
                limit = total * MaxShare(0, normalizer);
                continue;
            }
            var proposed = weight + nextWeight;
            if (n != 1 && proposed <= limit && proposed <= total * MaxShare((soFar + proposed) / total, normalizer))
            {
                weight = proposed;
                mean += (nextMean - mean) * nextWeight / weight;
                continue;
            }
            Keep(ref count, mean, weight);
            soFar += weight;
            (mean, weight) = (nextMean, nextWeight);
            limit = total * MaxShare(soFar / total, normalizer);
        }
        Keep(ref count, mean, weight);
        _centroids = count;
        if (backwards)
        {
            _means.AsSpan(0, count).Reverse();
            _weights.AsSpan(0, count).Reverse();
        }
        _mergesBackwards = !backwards;
    }

    void Keep(ref int count, double mean, double weight)
    {
        if (count == _means.Length)
        {
            // Images of other implementations, with many centroids of weight 1, may need more than the formula says.
            Array.Resize(ref _means, 2 * count + 16);
            Array.Resize(ref _weights, _means.Length);
        }
        _means[count] = mean;
        _weights[count++] = weight;
    }

    // Scale function k2: a centroid at q may hold q(1 − q) / normalizer of the whole.
    static double MaxShare(double q, double normalizer) => q * (1 - q) / normalizer;

    static double Normalizer(double compression, double n) => compression / Z(compression, n);

    static double Z(double compression, double n) => 4 * Math.Log(n / compression) + 24;

    static void SortStably(double[] values, double[] weights)
    {
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var keys = (double[])values.Clone();
        var old = (double[])weights.Clone();
        Array.Sort(order, (a, b) => keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b);
        for (var i = 0; i < order.Length; i++)
        {
            values[i] = keys[order[i]];
            weights[i] = old[order[i]];
        }
    }
}
