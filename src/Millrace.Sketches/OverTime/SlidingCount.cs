using Millrace.Sketches.Images;

namespace Millrace.Sketches.OverTime;

/// <summary>How many items came within the last so much time, to a share of the answer, in memory that grows with the logarithm of the count.</summary>
/// <remarks>
/// Counts lie in buckets whose sizes are powers of two, few of each; the older, the larger. Only a bucket across the window's edge is uncertain, and the
/// bounds say by how much: they always hold, also after merges and with items out of order. Cost: O(1) an update in the long run. Own image. Datar, Gionis, Indyk and Motwani
/// (2002), Maintaining Stream Statistics over Sliding Windows, SIAM J. Comput. 31(6); merging as Papapetrou, Garofalakis and Deligiannakis (2012), PVLDB 5(10).
/// </remarks>
/// <example>
/// <code>
/// var requests = new SlidingCount(window: 60, error: 0.01);
/// for (var second = 1; second &lt;= 1000; second++) requests.Update(time: second, count: 5);
/// Console.WriteLine(Math.Round(requests.EstimateAt(1000).Value / 10) * 10);   // 300
/// </code>
/// </example>
public sealed class SlidingCount : ISketch<SlidingCount>
{
    const int Classes = 62;

    // Buckets of size 2^i, by their last time, oldest first.
    readonly List<Bucket>?[] _classes = new List<Bucket>?[Classes];
    readonly int _most; // buckets of a size
    long _latest = long.MinValue;

    readonly record struct Bucket(long First, long Last);

    /// <summary>Creates an empty counter.</summary>
    /// <param name="window">Length of the window in the unit of the times, &gt; 0: items of (now − window, now] count.</param>
    /// <param name="error">Greatest error as a share of the answer, 0.0001 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public SlidingCount(long window, double error = 0.01)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        if (!(error is >= 0.0001 and <= 1)) throw new ArgumentOutOfRangeException(nameof(error), error, "The error is from 0.0001 to 1.");
        Window = window;
        Error = error;
        // Twice as many as the paper needs for single items: counts go in as powers of two, so that a bucket of each size may lie across the edge.
        _most = (int)Math.Ceiling(1 / error) + 2;
    }

    /// <summary>Length of the window.</summary>
    public long Window { get; }

    /// <summary>Greatest error as a share of the answer, for items in order.</summary>
    public double Error { get; }

    /// <inheritdoc/>
    public bool IsEmpty => _latest == long.MinValue;

    /// <inheritdoc/>
    public long MemorySize => 64 + 8 * Classes + _classes.Sum(c => c is null ? 0 : 56L + 16 * c.Capacity);

    /// <summary>Counts items of a time.</summary>
    /// <param name="time">Any order; what is older than the window before the latest is left out.</param>
    /// <param name="count">0 or more, below 2^61.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of its range.</exception>
    public void Update(long time, long count = 1)
    {
        if (count is < 0 or >= 1L << 61) throw new ArgumentOutOfRangeException(nameof(count), count, "A count is from 0 to 2^61.");
        if (count == 0) return;
        _latest = Math.Max(_latest, time);
        if (IsOver(time, _latest)) return;
        for (var i = 0; count > 0; i++, count >>= 1)
            if ((count & 1) == 1) Add(i, new Bucket(time, time));
    }

    // Of too many buckets of a size the two oldest become one of the next.
    void Add(int i, Bucket bucket)
    {
        for (; ; i++)
        {
            var buckets = _classes[i] ??= [];
            var place = buckets.Count;
            while (place > 0 && buckets[place - 1].Last > bucket.Last) place--;
            buckets.Insert(place, bucket);
            if (buckets.Count <= _most) return;
            var expired = buckets.FindIndex(b => !IsOver(b.Last, _latest));
            if (expired > 0)
            {
                buckets.RemoveRange(0, expired);
                return;
            }
            if (i == Classes - 1) return;
            bucket = new Bucket(Math.Min(buckets[0].First, buckets[1].First), Math.Max(buckets[0].Last, buckets[1].Last));
            buckets.RemoveRange(0, 2);
        }
    }

    // As Int128, since times may be anywhere in 64 bits.
    bool IsOver(long time, long now) => (Int128)now - time >= Window;

    /// <summary>The number of items of (now − window, now], with bounds that always hold.</summary>
    /// <param name="now">The latest time or later.</param>
    public Estimate EstimateAt(long now)
    {
        double lower = 0, upper = 0;
        for (var i = 0; i < Classes; i++)
        {
            if (_classes[i] is not { } buckets) continue;
            foreach (var bucket in buckets)
            {
                if (IsOver(bucket.Last, now)) continue;
                upper += 1L << i;
                // Of a bucket across the edge at least its last item is within.
                lower += IsOver(bucket.First, now) ? 1 : 1L << i;
            }
        }
        return new((lower + upper) / 2, lower, upper);
    }

    /// <inheritdoc/>
    public void Merge(SlidingCount other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Window != Window || other.Error != Error)
            throw new ArgumentException($"Counters merge if their window and error are equal: {Window} and {other.Window}, {Error} and {other.Error}.", nameof(other));
        _latest = Math.Max(_latest, other._latest);
        for (var i = 0; i < Classes; i++)
        {
            if (other._classes[i] is not { } buckets) continue;
            foreach (var bucket in buckets.ToArray())
                if (!IsOver(bucket.Last, _latest)) Add(i, bucket);
        }
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(8 + 24 + 4 * Classes + 16 * _classes.Sum(c => c?.Count ?? 0));
        OwnImage.Write(ref writer, OwnImage.Kind.SlidingCount, 0);
        writer.Int64(Window);
        writer.Double(Error);
        writer.Int64(_latest);
        foreach (var buckets in _classes)
        {
            writer.Int32(buckets?.Count ?? 0);
            foreach (var bucket in buckets ?? [])
            {
                writer.Int64(bucket.First);
                writer.Int64(bucket.Last);
            }
        }
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static SlidingCount Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        OwnImage.Read(ref reader, OwnImage.Kind.SlidingCount);
        var window = reader.Int64();
        var error = reader.Double();
        SketchFormatException.ThrowUnless(window >= 1 && error is >= 0.0001 and <= 1, $"The window is {window} and the error {error}.");
        var sketch = new SlidingCount(window, error) { _latest = reader.Int64() };
        for (var i = 0; i < Classes; i++)
        {
            var count = reader.Int32();
            reader.Require(count, 16);
            SketchFormatException.ThrowUnless(count <= sketch._most + 1, $"There are {count} buckets of a size; at most {sketch._most} are expected.");
            var last = long.MinValue;
            for (var n = 0; n < count; n++)
            {
                var bucket = new Bucket(reader.Int64(), reader.Int64());
                SketchFormatException.ThrowUnless(bucket.First <= bucket.Last && bucket.Last >= last && bucket.Last <= sketch._latest, $"Bucket {n} of size 2^{i} is of {bucket.First} to {bucket.Last}.");
                last = bucket.Last;
                (sketch._classes[i] ??= []).Add(bucket);
            }
        }
        return sketch;
    }
}
