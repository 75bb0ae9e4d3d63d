using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Sketches.Quantiles;

/// <summary>Quantiles and ranks of a stream from a few hundred of its items, with the same error at every rank.</summary>
/// <remarks>
/// <para>
/// Items wait at level 0. When there is no room, the lowest level that is over its share is sorted and every other item, beginning with the first or
/// the second as a coin says, goes up a level, where it stands for twice as many. The capacity of levels falls by 2/3 from the top down.
/// </para>
/// <para>
/// Error: 2.296 / k^0.9723 of the stream's length with 99 % confidence for one rank (1.33 % for k = 200). Size: about 3.3 k items, whatever the
/// length. Cost: some 15 ns an update. NaN and null are left out. The coin is seeded and stirred by the data: equal input gives equal sketches.
/// For tails (p99.9 of latencies) <see cref="ReqSketch{T}"/> or <see cref="TDigest"/> are better.
/// </para>
/// <para>Karnin, Lang and Liberty (2016), Optimal Quantile Approximation in Streams, FOCS. Images as Apache DataSketches (family 15).</para>
/// </remarks>
/// <typeparam name="T">double, float, long, or string (ordered by UTF-16 code units).</typeparam>
public sealed partial class KllSketch<T> : IQuantileSketch<KllSketch<T>, T>
{
    /// <summary>The k that is used if none is given: 1.33 % error.</summary>
    public const int DefaultK = 200;

    // Level l lies at _levels[l] to _levels[l + 1] of _items; level 0 grows downwards into the free space in front of it.
    T[] _items;
    readonly int[] _levels = new int[KllLevels.Most + 2];
    int _levelCount = 1;
    int _capacity; // what the levels may hold; the array is shorter while the sketch is small
    long _count;
    T _min = default!;
    T _max = default!;
    int _leastK; // the least k of all that was merged into this: it decides the error
    bool _isLevelZeroSorted;
    Coin _coin;
    QuantileView<T>? _view;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="k">Size of the top level, 8 to 65,535; the error falls nearly as 1/k.</param>
    /// <param name="seed">Seed of the coin.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is out of its range.</exception>
    /// <exception cref="NotSupportedException">The items are of another type.</exception>
    public KllSketch(int k = DefaultK, ulong seed = 0)
    {
        Items<T>.RequireSupported();
        if (k is < KllLevels.LeastCapacity or > ushort.MaxValue) throw new ArgumentOutOfRangeException(nameof(k), k, "k is from 8 to 65535.");
        K = k;
        _leastK = k;
        _capacity = KllLevels.Capacity(k, 1);
        _items = new T[Math.Min(_capacity, 16)];
        _levels[0] = _levels[1] = _items.Length;
        _coin = new Coin(seed);
    }

    /// <summary>Size of the top level.</summary>
    public int K { get; }

    /// <summary>What decides the next halvings beside the items; images do not hold it. A sketch loaded from an image goes on exactly as the saved one does if it is given this too.</summary>
    public UInt128 Randomness
    {
        get => _coin.State;
        set => _coin = new Coin((ulong)value);
    }

    /// <inheritdoc/>
    public long Count => _count;

    /// <inheritdoc/>
    public bool IsEmpty => _count == 0;

    /// <summary>Number of items that are kept.</summary>
    public int Retained => _levels[_levelCount] - _levels[0];

    /// <summary>Whether answers are estimates: some items have been left out.</summary>
    public bool IsEstimating => _levelCount > 1;

    /// <inheritdoc/>
    public long MemorySize => 112 + 24 + (long)_items.Length * Unsafe.SizeOf<T>() + 24 + _levels.Length * 4L + Items<T>.TextMemory(Held);

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

    /// <summary>The greatest error of a rank with 99 % confidence, as a share of <see cref="Count"/>.</summary>
    public double RankError => 2.296 / Math.Pow(_leastK, 0.9723);

    /// <summary>The greatest error of a share between two split points (<see cref="QuantileView{T}.Pmf"/>) with 99 % confidence.</summary>
    public double ShareError => 2.446 / Math.Pow(_leastK, 0.9433);

    Span<T> Held => _items.AsSpan(_levels[0], _levels[_levelCount] - _levels[0]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(T item)
    {
        if (!Items<T>.HasPlace(item)) return;
        if (_count == 0) _min = _max = item;
        else if (Items<T>.Less(item, _min)) _min = item;
        else if (Items<T>.Less(_max, item)) _max = item;

        if (_levels[0] == 0) MakeRoom();
        _count++;
        _isLevelZeroSorted = false;
        _items[--_levels[0]] = item;
    }

    /// <summary>Adds items, faster than one at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(ReadOnlySpan<T> items)
    {
        while (!items.IsEmpty)
        {
            if (_levels[0] == 0) MakeRoom();
            var some = items[..Math.Min(_levels[0], items.Length)];
            if (_count == 0 || !Extremes<T>.TryWiden(some, ref _min, ref _max))
            {
                foreach (var item in some) Update(item);
            }
            else
            {
                _levels[0] -= some.Length;
                some.CopyTo(_items.AsSpan(_levels[0]));
                _count += some.Length;
                _isLevelZeroSorted = false;
            }
            items = items[some.Length..];
        }
    }

    /// <inheritdoc/>
    public T Quantile(double rank) => View().Quantile(rank);

    /// <inheritdoc/>
    public double Rank(T item) => View().Rank(item);

    /// <summary>A rank with its bounds: the true rank of an item lies there with the confidence of the deviations.</summary>
    /// <param name="item">The item whose rank is asked for.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public Estimate RankBounds(T item, int deviations = 2) => Around(Rank(item), deviations);

    /// <summary>A quantile with the items between which the true one lies.</summary>
    /// <param name="rank">A share of the stream, 0 to 1.</param>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public QuantileBounds<T> QuantileBounds(double rank, int deviations = 2)
    {
        var view = View();
        var around = Around(rank, deviations);
        return new(view.Quantile(rank), view.Quantile(around.Lower), view.Quantile(around.Upper));
    }

    /// <summary>The retained items in order: for many questions at once, and for the exclusive criterion.</summary>
    /// <remarks>Built at the first question after a change, in O(r log r) for r retained items, then kept.</remarks>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public QuantileView<T> View()
    {
        if (_count == 0) Empty.Throw();
        // Every change raises the count, so the count says whether the view is still true.
        if (_view is not null && _view.Total == _count) return _view;
        var weights = new long[Retained];
        for (var level = 0; level < _levelCount; level++)
            weights.AsSpan(_levels[level] - _levels[0], _levels[level + 1] - _levels[level]).Fill(1L << level);
        return _view = new QuantileView<T>(Held.ToArray(), weights, _min, _max);
    }

    // The error is fitted at 99 %, which is 2.576 deviations.
    Estimate Around(double rank, int deviations)
    {
        Deviations.Require(deviations);
        if (!IsEstimating) return Estimate.Exact(rank);
        var error = RankError * deviations / 2.576;
        return new(rank, Math.Max(0, rank - error), Math.Min(1, rank + error));
    }

    void MakeRoom()
    {
        if (_items.Length < _capacity) Enlarge(Math.Min(_capacity, Math.Max(16, 2 * _items.Length)));
        else Compact();
    }

    void Enlarge(int length)
    {
        var more = length - _items.Length;
        var items = new T[length];
        _items.AsSpan(_levels[0]).CopyTo(items.AsSpan(_levels[0] + more));
        _items = items;
        for (var level = 0; level <= _levelCount; level++) _levels[level] += more;
    }

    // The levels are full, so one of them is over its share.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compact()
    {
        var level = 0;
        while (_levels[level + 1] - _levels[level] < KllLevels.Capacity(K, _levelCount, level)) level++;
        if (level == _levelCount - 1)
        {
            _levels[_levelCount + 1] = _levels[_levelCount];
            _levelCount++;
            _capacity = KllLevels.Capacity(K, _levelCount);
            Enlarge(_capacity);
        }

        var start = _levels[level];
        var end = _levels[level + 1];
        var isOdd = (end - start) & 1;
        var half = (end - start) / 2;
        var above = _items.AsSpan(end, _levels[level + 2] - end);
        var scratch = Scratch<T>.Of(Math.Max(2 * half, half + above.Length));
        var pairs = _items.AsSpan(start + isOdd, 2 * half);
        if (level == 0 && !_isLevelZeroSorted) Runs.Sort(pairs, scratch);

        // The half that goes up is merged with the level above into the place where both will lie.
        var promoted = scratch[..half];
        KllLevels.TakeEveryOther(pairs, _coin.Flip(Items<T>.Bits(pairs[0])), promoted);
        var copy = scratch.Slice(half, above.Length);
        above.CopyTo(copy);
        Runs.Merge(promoted, copy, _items.AsSpan(end - half, half + above.Length));

        _levels[level + 1] = end - half;
        _levels[level] = end - half - isOdd;
        if (isOdd == 1) _items[_levels[level]] = _items[start];
        if (level == 0) return;

        // What lies below moves up into the gap, so that level 0 has it as free space.
        _items.AsSpan(_levels[0], start - _levels[0]).CopyTo(_items.AsSpan(_levels[0] + half));
        for (var below = 0; below < level; below++) _levels[below] += half;
    }
}
