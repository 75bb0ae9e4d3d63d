using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Sampling;

/// <summary>A uniform sample of a stream: every item seen so far is in it with the same probability.</summary>
/// <remarks>
/// Instead of tossing for each item, the number of items to pass over until the next one is taken is drawn (algorithm L), so that most updates are one
/// comparison. NaN and null are left out. Seeded. Size: k items. Kim-Hung Li (1994), Reservoir-Sampling Algorithms of Time Complexity O(n(1+log(N/n))),
/// ACM TOMS 20(4). Images as Apache DataSketches for Java and Go (family 11, of integers, doubles or texts; of unions, family 12, the reservoir is read).
/// </remarks>
/// <typeparam name="T">double, float, long or string.</typeparam>
public sealed class ReservoirSample<T> : ISketch<ReservoirSample<T>, T>
{
    const int EmptyFlag = 4;
    const long GreatestCount = (1L << 48) - 1;
    const int EightfoldGrowth = 3 << 6; // how Java's array grows: byte 0, high bits

    readonly List<T> _items = [];
    long _count;
    long _next = long.MaxValue; // the item with this number is taken
    double _logThreshold; // ln of algorithm L's W: an item of uniform mark below W would be taken
    Coin _coin;

    /// <summary>Creates an empty sample.</summary>
    /// <param name="k">Greatest number of items, from 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    /// <exception cref="NotSupportedException">The items are of another type.</exception>
    public ReservoirSample(int k, ulong seed = 0)
    {
        Items<T>.RequireSupported();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        K = k;
        _coin = new Coin(seed);
    }

    /// <summary>Greatest number of items; a merge with a smaller sample makes it smaller.</summary>
    public int K { get; private set; }

    /// <summary>Number of items seen.</summary>
    public long Count => _count;

    /// <inheritdoc/>
    public bool IsEmpty => _count == 0;

    /// <summary>The sample, in no order that means anything.</summary>
    public ReadOnlySpan<T> Sample => CollectionsMarshal.AsSpan(_items);

    /// <inheritdoc/>
    public long MemorySize => 88 + 56 + (long)_items.Capacity * Unsafe.SizeOf<T>() + Items<T>.TextMemory(Sample);

    /// <inheritdoc/>
    public void Update(T item)
    {
        if (!Items<T>.HasPlace(item)) return;
        if (++_count >= _next) Replace(item);
        else if (_count <= K) Fill(item);
    }

    /// <summary>Adds items; those that are passed over cost nothing.</summary>
    public void Update(ReadOnlySpan<T> items)
    {
        if (_count < K || !Items<T>.AreNumbers || typeof(T) != typeof(long))
        {
            // What NaN is has to be looked at; and the first k are all taken.
            foreach (var item in items) Update(item);
            return;
        }
        while (_next - _count <= items.Length)
        {
            var skipped = (int)(_next - _count);
            _count = _next;
            Replace(items[skipped - 1]);
            items = items[skipped..];
        }
        _count += items.Length;
    }

    void Fill(T item)
    {
        _items.Add(item);
        if (_count < K) return;
        _logThreshold = Math.Log(_coin.NextPositive()) / K;
        DrawNext();
    }

    void Replace(T item)
    {
        _items[_coin.Next(_items.Count)] = item;
        _logThreshold += Math.Log(_coin.NextPositive()) / K;
        DrawNext();
    }

    void DrawNext()
    {
        var skipped = Math.Floor(Math.Log(_coin.NextPositive()) / Math.Log(1 - Math.Exp(_logThreshold)));
        _next = skipped < GreatestCount ? _count + 1 + (long)skipped : long.MaxValue;
    }

    // After a merge or a load the threshold is drawn as it would be now: the k-th least of n uniform marks has a beta distribution.
    void DrawThreshold()
    {
        _next = long.MaxValue;
        if (_count < K) return;
        if (_count == K) _logThreshold = Math.Log(_coin.NextPositive()) / K;
        else
        {
            var (x, y) = (Gamma(K), Gamma(_count - K + 1.0));
            _logThreshold = Math.Log(x / (x + y));
        }
        DrawNext();
    }

    // Marsaglia and Tsang (2000), A Simple Method for Generating Gamma Variables; shape from 1.
    double Gamma(double shape)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var normal = Math.Sqrt(-2 * Math.Log(_coin.NextPositive())) * Math.Cos(2 * Math.PI * _coin.NextDouble());
            var v = 1 + c * normal;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(_coin.NextPositive()) < 0.5 * normal * normal + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The result is a uniform sample of both streams; its k is the lesser of both, unless one of them is complete and smaller.</remarks>
    public void Merge(ReservoirSample<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var others = other.Sample.ToArray();
        var otherCount = other._count;
        if (otherCount <= others.Length)
        {
            foreach (var item in others) Update(item);
            return;
        }
        if (_count <= _items.Count)
        {
            var mine = _items.ToArray();
            Shuffle(others);
            _items.Clear();
            K = Math.Min(K, others.Length);
            _items.AddRange(others.AsSpan(0, K));
            _count = otherCount;
            DrawThreshold();
            foreach (var item in mine) Update(item);
            return;
        }

        // Each place goes to one of the streams as if drawn from both without returning.
        var own = _items.ToArray();
        Shuffle(own);
        Shuffle(others);
        K = Math.Min(K, others.Length);
        var (leftOwn, leftOthers) = ((double)_count, (double)otherCount);
        int fromOwn = 0, fromOthers = 0;
        _items.Clear();
        for (var i = 0; i < K; i++)
        {
            if (_coin.NextDouble() * (leftOwn + leftOthers) < leftOwn)
            {
                _items.Add(own[fromOwn++]);
                leftOwn--;
            }
            else
            {
                _items.Add(others[fromOthers++]);
                leftOthers--;
            }
        }
        _count += otherCount;
        DrawThreshold();
    }

    void Shuffle(T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = _coin.Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>How many items of the stream satisfy a condition, with bounds of two standard deviations.</summary>
    public Estimate EstimateSubset(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var satisfying = _items.Count(condition);
        if (_count <= _items.Count) return Estimate.Exact(satisfying);
        var deviations = 2 * Math.Sqrt(1 - (double)_items.Count / _count);
        return new((double)satisfying / _items.Count * _count,
            BinomialProportion.Lower(_items.Count, satisfying, deviations) * _count,
            BinomialProportion.Upper(_items.Count, satisfying, deviations) * _count);
    }

    // Image: 0 preamble in longs (1 or 2) and growth, 1 version 2, 2 family, 3 flags, 4 k (32), 8 n (64), items.

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(IsEmpty ? 8 : 16 + Items<T>.ImageSize(Sample));
        Preamble.Write(ref writer, (IsEmpty ? 1 : 2) | EightfoldGrowth, 2, Family.Reservoir);
        writer.Byte(IsEmpty ? EmptyFlag : 0);
        writer.Int32(K);
        if (IsEmpty) return writer.Finish();
        writer.Int64(_count);
        Items<T>.Write(ref writer, Sample);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static ReservoirSample<T> Load(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        if (image.Length > 2 && image[2] == (byte)Family.ReservoirUnion) return LoadUnion(image);
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Reservoir);
        preamble.RequireVersion(1, 2);
        var isEmpty = (reader.Byte() & EmptyFlag) != 0;
        var k = preamble.Version == 1 ? DecodeK(ref reader) : reader.Int32();
        SketchFormatException.ThrowUnless(k >= 1, $"k is {k} at byte 4; at least 1 is expected.");
        SketchFormatException.ThrowUnless(isEmpty || preamble.Length == 2, $"The preamble has {preamble.Length} longs at byte 0; 2 are expected of a sample with items.");
        var sample = new ReservoirSample<T>(k);
        if (isEmpty) return sample;

        var count = reader.Int64();
        SketchFormatException.ThrowUnless(count is >= 1 and <= GreatestCount, $"n is {count} at byte 8; 1 to 2^48 is expected.");
        var kept = (int)Math.Min(k, count);
        Items<T>.Require(ref reader, kept);
        CollectionsMarshal.SetCount(sample._items, kept);
        Items<T>.Read(ref reader, CollectionsMarshal.AsSpan(sample._items));
        sample._count = count;
        sample._coin.Stir((ulong)count);
        foreach (var item in sample._items) sample._coin.Stir(Items<T>.Bits(item));
        sample.DrawThreshold();
        return sample;
    }

    static ReservoirSample<T> LoadUnion(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.ReservoirUnion);
        preamble.RequireVersion(1, 2);
        var isEmpty = (reader.Byte() & EmptyFlag) != 0;
        var k = preamble.Version == 1 ? DecodeK(ref reader) : reader.Int32();
        SketchFormatException.ThrowUnless(k >= 1, $"k is {k} at byte 4; at least 1 is expected.");
        if (isEmpty) return new ReservoirSample<T>(k);
        var inner = image[8..];
        SketchFormatException.ThrowUnless(inner.Length > 2 && inner[2] == (byte)Family.Reservoir, "No reservoir follows in the image of a union at byte 8.");
        return Load(inner);
    }

    // Version 1: 5 bits of exponent and 11 of mantissa, in 16 bits.
    static int DecodeK(ref ImageReader reader)
    {
        var code = reader.UInt16();
        reader.Skip(2);
        SketchFormatException.ThrowUnless(code >> 11 < 31, $"k is coded as {code} at byte 4.");
        return (int)((1 << (code >> 11)) * (1 + (code & 2047) / 2048.0));
    }
}
