using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

/// <summary>Quantiles that do not depend on the order of the stream: how many values begin with the same bits, with as many bits as there is room for.</summary>
/// <remarks>
/// <para>
/// A value is a number of 64 bits in the order of the values. Every different number is counted by itself until there are too many; then the last bit
/// of all is cut off, neighbours fall together, and so on. How many bits are left follows from the set of values alone, so any order, any split and any
/// merging give the same sketch, byte for byte.
/// </para>
/// <para>
/// Error: none up to <see cref="BucketsMax"/> different values. Beyond, an answer lies in the bucket of the true one, whose width is for double a share of the value:
/// with 1,024 buckets at most 1/64 if the values span 16 powers of two, 1/256 if they span four, and less where they crowd together; within a bucket
/// quantiles are interpolated. For long all buckets are equally wide, at most 1/512 of the range if it is filled. Size: 16 bytes a bucket. Cost: some
/// 6 ns an update. Values that crowd in a few places far apart are served worst: <see cref="KllSketch{T}"/> errs in ranks instead. NaN is left out.
/// </para>
/// <para>Own image. The uniform collapse is that of Epicoco, Melle, Cafaro, Pulimeno and Morleo (2020), UDDSketch: Accurate Tracking of Quantiles in Data Streams, IEEE Access 8.</para>
/// </remarks>
/// <typeparam name="T">double or long.</typeparam>
/// <example>
/// <code>
/// var latencies = new PrefixHistogram&lt;double&gt;();
/// for (var i = 1; i &lt;= 1000; i++) latencies.Update(i);
/// Console.WriteLine(latencies.Quantile(0.5));   // 500.5
/// </code>
/// </example>
public sealed class PrefixHistogram<T> : IQuantileSketch<PrefixHistogram<T>, T> where T : unmanaged
{
    /// <summary>The number of buckets that is used if none is given.</summary>
    public const int DefaultBuckets = 1024;

    /// <summary>Least and greatest number of buckets.</summary>
    public const int LeastBuckets = 16, MostBuckets = 1 << 16;

    const ulong Sign = 1UL << 63;

    // A hash table: a count of 0 is a free slot.
    Bucket[] _slots = [];
    int _used;
    int _limit; // of buckets in the table
    int _cut; // bits that are cut off
    ulong _least = ulong.MaxValue;
    ulong _greatest;

    struct Bucket
    {
        public ulong Prefix;
        public long Count;
    }

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="bucketsMax">Most buckets, 16 to 65,536.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    /// <exception cref="NotSupportedException">The values are neither double nor long.</exception>
    public PrefixHistogram(int bucketsMax = DefaultBuckets)
    {
        if (typeof(T) != typeof(double) && typeof(T) != typeof(long)) throw new NotSupportedException($"Values are double or long; {typeof(T).Name} is not supported.");
        if (bucketsMax is < LeastBuckets or > MostBuckets) throw new ArgumentOutOfRangeException(nameof(bucketsMax), bucketsMax, $"There are {LeastBuckets} to {MostBuckets} buckets.");
        BucketsMax = bucketsMax;
        Begin(8);
    }

    /// <summary>Most buckets.</summary>
    public int BucketsMax { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public bool IsEmpty => Count == 0;

    /// <summary>Whether answers are estimates: values stand together in buckets.</summary>
    public bool IsEstimating => _cut > 0;

    /// <inheritdoc/>
    public long MemorySize => 80 + 24 + 16L * _slots.Length;

    /// <inheritdoc/>
    public void Update(T item) => Update(item, 1);

    /// <summary>Adds a value several times.</summary>
    /// <param name="item">The value.</param>
    /// <param name="weight">How often, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not above 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(T item, long weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        if (!Items<T>.HasPlace(item)) return;
        var number = NumberOf(item);
        if (number < _least) _least = number;
        if (number > _greatest) _greatest = number;
        Count += weight;
        Add(number >> _cut, weight);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The two have different numbers of buckets.</exception>
    public void Merge(PrefixHistogram<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.BucketsMax != BucketsMax) throw new ArgumentException($"Sketches merge if their numbers of buckets are equal: {BucketsMax} and {other.BucketsMax}.", nameof(other));
        if (other.IsEmpty) return;
        var added = ReferenceEquals(other, this) ? (Bucket[])_slots.Clone() : other._slots;
        var cut = other._cut;
        if (cut > _cut) Cut(cut - _cut);
        (_least, _greatest) = (Math.Min(_least, other._least), Math.Max(_greatest, other._greatest));
        Count += other.Count;
        foreach (ref readonly var bucket in added.AsSpan())
            if (bucket.Count != 0) Add(bucket.Prefix >> (_cut - cut), bucket.Count);
    }

    /// <summary>The value at a rank, between two values in proportion, as PERCENTILE_CONT of SQL says.</summary>
    /// <param name="rank">A share of the stream, 0 to 1.</param>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rank is not in 0 to 1.</exception>
    public T Quantile(double rank)
    {
        if (!(rank >= 0 && rank <= 1)) throw new ArgumentOutOfRangeException(nameof(rank), rank, "A rank is from 0 to 1.");
        if (IsEmpty) Empty.Throw();
        var buckets = Sorted();
        var place = rank * (Count - 1);
        var below = (long)Math.Floor(place);
        return Between(At(buckets, below), At(buckets, (long)Math.Ceiling(place)), place - below);
    }

    /// <inheritdoc/>
    public double Rank(T item)
    {
        if (IsEmpty) Empty.Throw();
        if (!Items<T>.HasPlace(item)) return double.NaN;
        var number = NumberOf(item);
        if (number < _least) return 0;
        if (number >= _greatest) return 1;
        var sum = 0.0;
        foreach (ref readonly var bucket in _slots.AsSpan())
        {
            if (bucket.Count == 0 || bucket.Prefix > number >> _cut) continue;
            var (first, last) = Ends(bucket.Prefix);
            sum += number >= last ? bucket.Count : bucket.Count * ((number - first + 1.0) / (last - first + 1.0));
        }
        return sum / Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong NumberOf(T item)
    {
        if (typeof(T) == typeof(long)) return (ulong)Unsafe.As<T, long>(ref item) ^ Sign;
        var bits = BitConverter.DoubleToUInt64Bits(Unsafe.As<T, double>(ref item) + 0.0); // -0 is 0
        return bits >= Sign ? ~bits : bits ^ Sign;
    }

    static T ValueOf(ulong number)
    {
        if (typeof(T) == typeof(long)) return (T)(object)(long)(number ^ Sign);
        return (T)(object)BitConverter.UInt64BitsToDouble(number >= Sign ? number ^ Sign : ~number);
    }

    // The first and the last number of a bucket that the stream can have had.
    (ulong First, ulong Last) Ends(ulong prefix) => (Math.Max(prefix << _cut, _least), Math.Min(prefix << _cut | ((1UL << _cut) - 1), _greatest));

    // The value at a place of the stream in order.
    T At(ReadOnlySpan<Bucket> buckets, long place)
    {
        if (place == 0) return ValueOf(_least);
        if (place == Count - 1) return ValueOf(_greatest);
        var i = 0;
        for (; place >= buckets[i].Count; i++) place -= buckets[i].Count;
        if (_cut == 0) return ValueOf(buckets[i].Prefix);
        var (first, last) = Ends(buckets[i].Prefix);
        return Between(ValueOf(first), ValueOf(last), (place + 0.5) / buckets[i].Count);
    }

    static T Between(T low, T high, double share)
    {
        if (typeof(T) == typeof(long))
        {
            var (from, to) = ((long)(object)low, (long)(object)high);
            return (T)(object)(long)((ulong)from + (ulong)Math.Round(share * (ulong)(to - from)));
        }
        var (a, b) = ((double)(object)low, (double)(object)high);
        if (a == b || share == 0) return low;
        // Not a + (b - a) * share: the distance of two numbers may be infinite.
        if (double.IsFinite(a) && double.IsFinite(b)) return (T)(object)(a * (1 - share) + b * share);
        return share < 0.5 ? low : high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Add(ulong prefix, long count)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var place = Place(prefix, mask); ; place = (place + 1) & mask)
        {
            ref var slot = ref slots[place];
            if (slot.Count == 0)
            {
                slot = new() { Prefix = prefix, Count = count };
                if (++_used > _limit) MakeRoom();
                return;
            }
            if (slot.Prefix != prefix) continue;
            slot.Count += count;
            return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Place(ulong prefix, int mask) => (int)(prefix * 0x9E3779B97F4A7C15 >> 40) & mask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    void MakeRoom()
    {
        if (_used > BucketsMax) Cut(Excess());
        else Fill(_slots, 0, 2 * _slots.Length);
    }

    // Tables are at most half full.
    void Begin(int length)
    {
        _slots = new Bucket[length];
        _used = 0;
        _limit = Math.Min(length / 2, BucketsMax);
    }

    // How many more bits must be cut off so that the buckets are few enough: two neighbours fall together when all bits in which they differ are gone.
    int Excess()
    {
        var buckets = Sorted();
        Span<int> apart = stackalloc int[65];
        apart.Clear();
        for (var i = 1; i < buckets.Length; i++) apart[64 - BitOperations.LeadingZeroCount(buckets[i].Prefix ^ buckets[i - 1].Prefix)]++;
        var left = buckets.Length;
        var bits = 0;
        while (left > BucketsMax) left -= apart[++bits];
        return bits;
    }

    void Cut(int bits)
    {
        _cut += bits;
        Fill(_slots, bits, _slots.Length);
    }

    void Fill(Bucket[] buckets, int cut, int length)
    {
        Begin(length);
        foreach (ref readonly var bucket in buckets.AsSpan())
            if (bucket.Count != 0) Add(bucket.Prefix >> cut, bucket.Count);
    }

    Bucket[] Sorted()
    {
        var sorted = new Bucket[_used];
        var count = 0;
        foreach (ref readonly var bucket in _slots.AsSpan())
            if (bucket.Count != 0) sorted[count++] = bucket;
        Array.Sort(sorted, static (a, b) => a.Prefix.CompareTo(b.Prefix));
        return sorted;
    }

    // Image: the head with the most buckets, bits cut off (32), number of buckets (32), number of values (64), least and greatest number (64 each), then the buckets
    // in order: prefix (64), count (64).

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(40 + 16 * _used);
        OwnImage.Write(ref writer, OwnImage.Kind.PrefixHistogram, BucketsMax);
        writer.Int32(_cut);
        writer.Int32(_used);
        writer.Int64(Count);
        writer.UInt64(_least);
        writer.UInt64(_greatest);
        foreach (ref readonly var bucket in Sorted().AsSpan())
        {
            writer.UInt64(bucket.Prefix);
            writer.Int64(bucket.Count);
        }
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static PrefixHistogram<T> Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var bucketsMax = OwnImage.Read(ref reader, OwnImage.Kind.PrefixHistogram);
        SketchFormatException.ThrowUnless(bucketsMax is >= LeastBuckets and <= MostBuckets, $"There are at most {bucketsMax} buckets at byte 4; {LeastBuckets} to {MostBuckets} is expected.");
        var sketch = new PrefixHistogram<T>(bucketsMax) { _cut = reader.Int32() };
        var used = reader.Int32();
        var count = reader.Int64();
        SketchFormatException.ThrowUnless(sketch._cut is >= 0 and <= 63, $"{sketch._cut} bits are cut off; 0 to 63 is expected.");
        SketchFormatException.ThrowUnless(used >= 0 && used <= bucketsMax && used == 0 == (count == 0), $"There are {used} buckets of {count} values; {bucketsMax} buckets is the most.");
        reader.Require(used + 1L, 16);
        (sketch._least, sketch._greatest) = (reader.UInt64(), reader.UInt64());
        if (used == 0) return new PrefixHistogram<T>(bucketsMax);
        sketch.Begin(Math.Max(8, (int)BitOperations.RoundUpToPowerOf2(2 * (uint)used)));
        ulong last = 0;
        for (var i = 0; i < used; i++)
        {
            var bucket = new Bucket { Prefix = reader.UInt64(), Count = reader.Int64() };
            SketchFormatException.ThrowUnless(bucket.Count > 0 && bucket.Count <= count - sketch.Count, $"Bucket {i} has {bucket.Count} of {count} values.");
            SketchFormatException.ThrowUnless(i == 0 ? bucket.Prefix == sketch._least >> sketch._cut : bucket.Prefix > last, $"Bucket {i} is not in order.");
            last = bucket.Prefix;
            sketch.Count += bucket.Count;
            sketch.Add(bucket.Prefix, bucket.Count);
        }
        SketchFormatException.ThrowUnless(last == sketch._greatest >> sketch._cut && sketch.Count == count, $"The buckets hold {sketch.Count} of {count} values, up to another one than the greatest.");
        SketchFormatException.ThrowUnless(sketch._least <= sketch._greatest && Items<T>.HasPlace(ValueOf(sketch._least)) && Items<T>.HasPlace(ValueOf(sketch._greatest)), "The least and the greatest value are not in order.");
        return sketch;
    }
}
