using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Sampling;

/// <summary>A uniform sample of the distinct items of a stream: the k of them whose hashes are least.</summary>
/// <remarks>
/// <para>
/// However often an item comes, it is in the sample or not by its hash alone; samples of different streams choose the same items (coordinated), so
/// that their overlap can be read. Number of distinct items: relative standard error 1/√(k − 2). NaN and null are left out.
/// </para>
/// <para>
/// Cost: one hash and one comparison for most updates. Use <c>ThetaSketch</c> where the items themselves are not needed. Own image. Cohen and Kaplan
/// (2007), Summarizing Data Using Bottom-k Sketches, PODC; Bar-Yossef et al. (2002), Counting Distinct Elements in a Data Stream, RANDOM.
/// </para>
/// </remarks>
/// <typeparam name="T">double, float, long or string.</typeparam>
public sealed class BottomKSample<T> : ISketch<BottomKSample<T>, T>
{
    // The first _sorted are in order of their hashes, without repetition; what follows waits, and may repeat them.
    ulong[] _hashes;
    T[] _items;
    int _length;
    int _sorted;
    ulong _limit = ulong.MaxValue; // hashes from here on are not among the k least

    /// <summary>Creates an empty sample.</summary>
    /// <param name="k">Greatest number of items, 3 to 2^24.</param>
    /// <param name="seed">Seed of the hash; only samples of one seed can be merged.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is out of its range.</exception>
    /// <exception cref="NotSupportedException">The items are of another type.</exception>
    public BottomKSample(int k, ulong seed = 0)
    {
        Items<T>.RequireSupported();
        if (k is < 3 or > 1 << 24) throw new ArgumentOutOfRangeException(nameof(k), k, "k is from 3 to 16777216.");
        K = k;
        Seed = seed;
        _hashes = new ulong[16];
        _items = new T[16];
    }

    /// <summary>Greatest number of items.</summary>
    public int K { get; }

    /// <summary>Seed of the hash.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public bool IsEmpty => _length == 0;

    /// <inheritdoc/>
    public long MemorySize => 96 + 48 + 8L * _hashes.Length + System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * (long)_items.Length + Items<T>.TextMemory(_items.AsSpan(0, _length));

    /// <summary>The sample, in the order of the hashes.</summary>
    public ReadOnlySpan<T> Sample
    {
        get
        {
            Settle();
            return _items.AsSpan(0, _length);
        }
    }

    /// <inheritdoc/>
    public void Update(T item)
    {
        if (!Items<T>.HasPlace(item)) return;
        Add(Hash(item), item);
    }

    void Add(ulong hash, T item)
    {
        if (hash >= _limit) return;
        if (_length == _hashes.Length) MakeRoom();
        if (hash >= _limit) return;
        _hashes[_length] = hash;
        _items[_length++] = item;
    }

    ulong Hash(T item)
    {
        if (item is string text) return Text.Xxh(text, Seed);
        if (item is double number) return XxHash64.Hash(Canonical.Bits(number), Seed);
        if (item is float single) return XxHash64.Hash(Canonical.Bits(single), Seed);
        return XxHash64.Hash(Items<T>.Bits(item), Seed);
    }

    void MakeRoom()
    {
        Settle();
        if (_length <= _hashes.Length / 2) return;
        var length = Math.Min(2 * _hashes.Length, 2 * K);
        if (length <= _hashes.Length) return;
        Array.Resize(ref _hashes, length);
        Array.Resize(ref _items, length);
    }

    // What waits is sorted in, what came twice goes, and what is beyond the k least.
    void Settle()
    {
        if (_sorted == _length) return;
        Array.Sort(_hashes, _items, 0, _length);
        var kept = 0;
        for (var i = 0; i < _length; i++)
        {
            if (kept > 0 && _hashes[i] == _hashes[kept - 1]) continue;
            _hashes[kept] = _hashes[i];
            _items[kept++] = _items[i];
        }
        _length = _sorted = Math.Min(kept, K);
        if (_length == K) _limit = _hashes[K - 1];
    }

    /// <inheritdoc/>
    public void Merge(BottomKSample<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Seed != Seed) throw new ArgumentException($"Samples merge if their seeds are equal: {Seed} and {other.Seed}.", nameof(other));
        if (other.K < K && other.Sample.Length == other.K)
            throw new ArgumentException($"A full sample of k {other.K} does not tell what one of k {K} must keep; merge into the smaller one.", nameof(other));
        if (ReferenceEquals(this, other)) return;
        other.Settle();
        for (var i = 0; i < other._length; i++) Add(other._hashes[i], other._items[i]);
    }

    /// <summary>Number of distinct items, with bounds.</summary>
    /// <param name="deviations">Standard deviations, 1 to 3.</param>
    public Estimate Distinct(int deviations = 2)
    {
        Deviations.Require(deviations);
        Settle();
        if (_length < K) return Estimate.Exact(_length);
        var value = (K - 1) / Share;
        var error = deviations / Math.Sqrt(K - 2.0);
        return new(value, Math.Max(K, value / (1 + error)), error < 1 ? value / (1 - error) : double.PositiveInfinity);
    }

    /// <summary>Number of distinct items that satisfy a condition, with bounds of two standard deviations.</summary>
    public Estimate EstimateSubset(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Settle();
        var satisfying = _items.AsSpan(0, _length).ToArray().Count(condition);
        if (_length < K) return Estimate.Exact(satisfying);
        // Of the k − 1 below the greatest the number that satisfies is binomial.
        if (condition(_items[K - 1])) satisfying--;
        var total = (K - 1) / Share;
        var value = total * satisfying / (K - 1);
        // Both the share and the total that it is of are estimates, whose errors do not hang together.
        var error = 2 / Math.Sqrt(K - 2.0);
        var (lower, upper) = (total * BinomialProportion.Lower(K - 1, satisfying, 2), total * BinomialProportion.Upper(K - 1, satisfying, 2));
        return new(value, Math.Max(satisfying, value - double.Hypot(value - lower, value * error / (1 + error))),
            error < 1 ? value + double.Hypot(upper - value, upper * error / (1 - error)) : double.PositiveInfinity);
    }

    double Share => (_hashes[K - 1] + 1.0) / Math.Pow(2, 64);

    /// <inheritdoc/>
    public byte[] Save()
    {
        var sample = Sample;
        var writer = new ImageWriter(20 + Items<T>.ImageSize(sample));
        OwnImage.Write(ref writer, OwnImage.Kind.BottomK, K);
        writer.UInt64(Seed);
        writer.Int32(sample.Length);
        Items<T>.Write(ref writer, sample);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static BottomKSample<T> Load(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        var reader = new ImageReader(image);
        var k = OwnImage.Read(ref reader, OwnImage.Kind.BottomK);
        SketchFormatException.ThrowUnless(k is >= 3 and <= 1 << 24, $"k is {k} at byte 4; 3 to 2^24 is expected.");
        var sample = new BottomKSample<T>(k, reader.UInt64());
        var length = reader.Int32();
        SketchFormatException.ThrowUnless(length <= k, $"There are {length} items; k is {k}.");
        Items<T>.Require(ref reader, length);
        sample._items = new T[Math.Max(16, length)];
        sample._hashes = new ulong[sample._items.Length];
        Items<T>.Read(ref reader, sample._items.AsSpan(0, length));
        for (var i = 0; i < length; i++)
        {
            sample._hashes[i] = sample.Hash(sample._items[i]);
            SketchFormatException.ThrowUnless(i == 0 || sample._hashes[i] > sample._hashes[i - 1], $"Item {i} is not in the order of the hashes.");
        }
        sample._length = sample._sorted = length;
        if (length == k) sample._limit = sample._hashes[k - 1];
        return sample;
    }
}
