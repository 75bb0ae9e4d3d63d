using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

/// <summary>Quantiles whose error shrinks towards one end of the ranks: p99.99 is as sure as p50.</summary>
/// <remarks>
/// <para>
/// Relative error: at rank r it is proportional to 1 − r (high ranks accurate, the default) or to r (low ranks). For k = 12: one standard deviation
/// is 0.54 % of the stream at p50, 0.011 % at p99. About 2,700 items are kept of 10 million (it grows with log^1.5 of the length). Some 30 ns an update.
/// </para>
/// <para>
/// Each level keeps the items near the accurate end and halves only the far end of its buffer. NaN and null are left out. Two sketches merge if
/// both have the same k and the same accurate end.
/// </para>
/// <para>Cormode, Karnin, Liberty, Thaler and Veselý (2021), Relative Error Streaming Quantiles, PODS. Images as Apache DataSketches (family 17).</para>
/// </remarks>
/// <typeparam name="T">double, float, long, or string (ordered by UTF-16 code units).</typeparam>
public sealed class ReqSketch<T> : IQuantileSketch<ReqSketch<T>, T>
{
    /// <summary>The k that is used if none is given.</summary>
    public const int DefaultK = 12;

    const int LeastK = 4, GreatestK = 1024;
    const int FirstSections = 3;
    const int EmptyFlag = 4, HighFlag = 8, RawFlag = 16, SortedFlag = 32;

    readonly List<ReqLevel<T>> _levels = [];
    ReqLevel<T> _lowest;
    int _retained;
    int _capacity;
    long _count;
    T _min = default!;
    T _max = default!;
    Coin _coin;
    QuantileView<T>? _view;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="k">Size of a section, even, 4 to 1,024; the error falls as 1/k, the size grows with it.</param>
    /// <param name="isHighRankAccurate">Whether the high ranks are the accurate ones, else the low ones.</param>
    /// <param name="seed">Seed of the coin.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is odd or out of its range.</exception>
    /// <exception cref="NotSupportedException">The items are of another type.</exception>
    public ReqSketch(int k = DefaultK, bool isHighRankAccurate = true, ulong seed = 0)
    {
        Items<T>.RequireSupported();
        if (k is < LeastK or > GreatestK || k % 2 != 0) throw new ArgumentOutOfRangeException(nameof(k), k, $"k is even, from {LeastK} to {GreatestK}.");
        K = k;
        IsHighRankAccurate = isHighRankAccurate;
        _coin = new Coin(seed);
        _lowest = AddLevel();
    }

    /// <summary>Size of a section.</summary>
    public int K { get; }

    /// <summary>Whether high ranks are the accurate ones, else the low ones.</summary>
    public bool IsHighRankAccurate { get; }

    /// <summary>What decides the next halvings beside the items; images do not hold it. A sketch loaded from an image goes on exactly as the saved one does if it is given this too.</summary>
    public UInt128 Randomness
    {
        get
        {
            var coins = 0UL;
            for (var l = 0; l < _levels.Count; l++) coins |= (_levels[l].Coin ? 1UL : 0) << l;
            return new(coins, _coin.State);
        }
        set
        {
            _coin = new Coin((ulong)value);
            for (var l = 0; l < _levels.Count; l++) _levels[l].Coin = ((ulong)(value >> 64) >> l & 1) != 0;
        }
    }

    /// <inheritdoc/>
    public long Count => _count;

    /// <inheritdoc/>
    public bool IsEmpty => _count == 0;

    /// <summary>Number of items that are kept.</summary>
    public int Retained => _retained;

    /// <summary>Whether answers are estimates: some items have been left out.</summary>
    public bool IsEstimating => _levels.Count > 1;

    /// <inheritdoc/>
    public long MemorySize
    {
        get
        {
            var size = 150L;
            foreach (var level in _levels) size += level.MemorySize;
            return size;
        }
    }

    /// <summary>The least item.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public T Min
    {
        get
        {
            if (_count == 0) Empty.Throw();
            return _min;
        }
    }

    /// <summary>The greatest item.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public T Max
    {
        get
        {
            if (_count == 0) Empty.Throw();
            return _max;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(T item)
    {
        if (!Items<T>.HasPlace(item)) return;
        if (_count == 0) _min = _max = item;
        else if (Items<T>.Less(item, _min)) _min = item;
        else if (Items<T>.Less(_max, item)) _max = item;

        _lowest.Add(item);
        _count++;
        if (++_retained >= _capacity) Compress();
    }

    /// <summary>Adds items, faster than one at a time.</summary>
    public void Update(ReadOnlySpan<T> items)
    {
        while (!items.IsEmpty)
        {
            var some = items[..Math.Min(Math.Max(1, _capacity - _retained), items.Length)];
            if (_count == 0 || !Extremes<T>.TryWiden(some, ref _min, ref _max))
            {
                foreach (var item in some) Update(item);
            }
            else
            {
                _lowest.Add(some);
                _count += some.Length;
                _retained += some.Length;
                if (_retained >= _capacity) Compress();
            }
            items = items[some.Length..];
        }
    }

    /// <inheritdoc/>
    public void Merge(ReqSketch<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsHighRankAccurate != IsHighRankAccurate || other.K != K)
            throw new ArgumentException($"Sketches merge if their k and their accurate end are equal: k is {K} and {other.K}, high ranks accurate {IsHighRankAccurate} and {other.IsHighRankAccurate}.", nameof(other));
        if (other._count == 0) return;
        if (_count == 0)
        {
            _min = other._min;
            _max = other._max;
        }
        else
        {
            if (Items<T>.Less(other._min, _min)) _min = other._min;
            if (Items<T>.Less(_max, other._max)) _max = other._max;
        }
        _count += other._count;
        while (_levels.Count < other._levels.Count) AddLevel();
        for (var l = 0; l < other._levels.Count; l++) _levels[l].Merge(other._levels[l]);
        Recount();
        while (_retained >= _capacity) Compress();
    }

    /// <inheritdoc/>
    public T Quantile(double rank) => View().Quantile(rank);

    /// <inheritdoc/>
    public double Rank(T item) => View().Rank(item);

    /// <summary>A rank with its bounds.</summary>
    /// <param name="item">The item whose rank is asked for.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public Estimate RankBounds(T item, int deviations = 2)
    {
        var rank = Rank(item);
        return new(rank, Math.Max(0, RankLowerBound(rank, deviations)), Math.Min(1, RankUpperBound(rank, deviations)));
    }

    /// <summary>A quantile with the items between which the true one lies.</summary>
    /// <param name="rank">A share of the stream, 0 to 1.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public QuantileBounds<T> QuantileBounds(double rank, int deviations = 2)
    {
        var view = View();
        return new(view.Quantile(rank), view.Quantile(Math.Max(0, RankLowerBound(rank, deviations))), view.Quantile(Math.Min(1, RankUpperBound(rank, deviations))));
    }

    /// <summary>Lower bound of the true rank of an item whose estimated rank is given; may be below 0.</summary>
    /// <param name="rank">Estimated rank, 0 to 1.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public double RankLowerBound(double rank, int deviations) => rank - deviations * Deviation(rank, deviations);

    /// <summary>Upper bound of the true rank of an item whose estimated rank is given; may be above 1.</summary>
    /// <param name="rank">Estimated rank, 0 to 1.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public double RankUpperBound(double rank, int deviations) => rank + deviations * Deviation(rank, deviations);

    /// <summary>The retained items in order: for many questions at once, and for the exclusive criterion.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public QuantileView<T> View()
    {
        if (_count == 0) Empty.Throw();
        if (_view is not null && _view.Total == _count) return _view;
        var items = new T[_retained];
        var weights = new long[_retained];
        var at = 0;
        foreach (var level in _levels)
        {
            level.Items.CopyTo(items.AsSpan(at));
            weights.AsSpan(at, level.Length).Fill(level.Weight);
            at += level.Length;
        }
        return _view = new QuantileView<T>(items, weights, _min, _max);
    }

    // Measured by the authors: the lesser of an error relative to the distance from the accurate end and a fixed one; none at all where nothing was halved.
    double Deviation(double rank, int deviations)
    {
        Deviations.Require(deviations);
        var exact = FirstSections * K;
        if (!IsEstimating || _count <= exact) return 0;
        var distance = IsHighRankAccurate ? 1 - rank : rank;
        if (IsHighRankAccurate ? rank >= 1 - (double)exact / _count : rank <= (double)exact / _count) return 0;
        return Math.Min(Math.Sqrt(0.0512 / FirstSections) / K * distance, 0.084 / K);
    }

    ReqLevel<T> AddLevel()
    {
        var level = new ReqLevel<T>(K, IsHighRankAccurate, _levels.Count);
        _levels.Add(level);
        _capacity += level.Capacity;
        return level;
    }

    void Recount()
    {
        _retained = 0;
        _capacity = 0;
        foreach (var level in _levels)
        {
            _retained += level.Length;
            _capacity += level.Capacity;
        }
    }

    // Levels are halved from the lowest until there is room again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compress()
    {
        for (var l = 0; l < _levels.Count && _retained >= _capacity; l++)
        {
            var level = _levels[l];
            if (level.Length < level.Capacity) continue;
            if (l == _levels.Count - 1) AddLevel();
            var capacity = level.Capacity;
            var length = level.Length;
            level.Halve(_levels[l + 1], ref _coin);
            _capacity += level.Capacity - capacity;
            _retained -= (length - level.Length) / 2;
        }
    }

    // Image: 0 preamble in ints (2 or 4), 1 version 1, 2 family, 3 flags, 4 k (16), 6 number of levels, 7 number of raw items; with several levels n (64),
    // min and max; then the levels, or with up to four items these alone.

    /// <inheritdoc/>
    public byte[] Save()
    {
        var isRaw = _count <= LeastK && !IsEstimating;
        var size = 8 + (IsEstimating ? 8 + Items<T>.ImageSize(_min) + Items<T>.ImageSize(_max) : 0);
        if (isRaw) size += Items<T>.ImageSize(_lowest.Items);
        else foreach (var level in _levels) size += level.ImageSize;

        var writer = new ImageWriter(size);
        Preamble.Write(ref writer, IsEstimating ? 4 : 2, 1, Family.Req);
        writer.Byte((IsEmpty ? EmptyFlag : 0) | (IsHighRankAccurate ? HighFlag : 0) | (isRaw ? RawFlag : 0) | SortedFlag);
        writer.UInt16(K);
        writer.Byte(IsEmpty ? 0 : _levels.Count);
        writer.Byte(isRaw ? (int)_count : 0);
        if (IsEstimating)
        {
            writer.Int64(_count);
            Items<T>.Write(ref writer, _min);
            Items<T>.Write(ref writer, _max);
        }
        if (isRaw) Items<T>.Write(ref writer, _lowest.Items);
        else foreach (var level in _levels) level.Save(ref writer);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static ReqSketch<T> Load(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Req);
        preamble.RequireVersion(1, 1);
        var flags = reader.Byte();
        var k = reader.UInt16();
        var levelCount = reader.Byte();
        var rawCount = reader.Byte();
        SketchFormatException.ThrowUnless(k is >= LeastK and <= GreatestK && k % 2 == 0, $"k is {k} at byte 4; an even number from {LeastK} to {GreatestK} is expected.");
        SketchFormatException.ThrowUnless(preamble.Length == (levelCount > 1 ? 4 : 2), $"The preamble has {preamble.Length} ints with {levelCount} levels; 2 are expected with one level, 4 with more.");

        var sketch = new ReqSketch<T>(k, (flags & HighFlag) != 0);
        if ((flags & EmptyFlag) != 0) return sketch;
        SketchFormatException.ThrowUnless(levelCount is >= 1 and <= 60, $"There are {levelCount} levels at byte 6; 1 to 60 are expected.");
        sketch.LoadLevels(ref reader, levelCount, (flags & RawFlag) != 0 ? rawCount : -1);
        return sketch;
    }

    void LoadLevels(ref ImageReader reader, int levelCount, int rawCount)
    {
        if (levelCount > 1)
        {
            _count = reader.Int64();
            _min = Items<T>.Read(ref reader);
            _max = Items<T>.Read(ref reader);
        }
        SketchFormatException.ThrowUnless(rawCount < 0 || levelCount == 1, "The image has raw items and several levels.");
        _levels.Clear();
        if (rawCount >= 0)
        {
            AddLevel().LoadItems(ref reader, rawCount);
        }
        else
        {
            for (var l = 0; l < levelCount; l++) _levels.Add(ReqLevel<T>.Load(ref reader, K, IsHighRankAccurate, l));
        }
        _lowest = _levels[0];
        Recount();

        UInt128 weight = 0;
        foreach (var level in _levels) weight += (UInt128)(ulong)level.Length * (ulong)level.Weight;
        if (levelCount == 1)
        {
            SketchFormatException.ThrowUnless(_retained > 0, "The image is not empty but has no items.");
            _count = _retained;
            _min = _max = _lowest.Items[0];
            foreach (var item in _lowest.Items)
            {
                if (Items<T>.Less(item, _min)) _min = item;
                if (Items<T>.Less(_max, item)) _max = item;
            }
        }
        SketchFormatException.ThrowUnless(_count > 0 && weight == (UInt128)(ulong)_count, $"The levels stand for {weight} items, but n is {_count}.");
        foreach (var level in _levels) Items<T>.RequireBetween(level.Items, ref _min, ref _max);
    }
}
