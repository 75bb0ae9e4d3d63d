using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.CountMin;

/// <summary>How often each item of a stream came, never too low and rarely much too high, in a table of fixed size.</summary>
/// <remarks>
/// <para>
/// An item adds its weight to one of B counters in each of R rows; the least of the R is the answer. It is too high by more than e/B of all weights with a
/// chance of less than e^-R. Size: 8 R B bytes. Cost: about 2 ns a row. The error is one of the whole stream, so rare items have no useful answer;
/// the most frequent ones are found by frequent items, which also names them.
/// </para>
/// <para>
/// Images are those of Apache DataSketches' C++ and Python (family 18, counters of 64 bits; built with GNU's library). Java, Go and Rust hash the
/// rows by other seeds: their images look the same and must not be mixed with these.
/// </para>
/// <para>Cormode and Muthukrishnan (2005), An Improved Data Stream Summary: the Count-Min Sketch and its Applications, Journal of Algorithms 55(1).</para>
/// </remarks>
/// <example>
/// <code>
/// var clicks = new CountMinSketch(rows: 5, buckets: 2719);
/// clicks.Update(42, weight: 3);
/// Console.WriteLine(clicks.CountOf(42));   // 3
/// </code>
/// </example>
public sealed class CountMinSketch : ISketch<CountMinSketch, long>
{
    const int MaxCounters = 1 << 30;
    const int MinBuckets = 3;
    const int PreambleWords = 2;
    const int EmptyFlag = 1;

    readonly ulong[] _seeds;
    readonly Divisor _buckets;

    // Row after row; made with the first item.
    long[]? _counters;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="rows">Number of rows, 1 to 255: e^-rows is the chance of an answer beyond the bound. 5 make it less than 1 %.</param>
    /// <param name="buckets">Counters in a row, at least 3: e/buckets is the bound, as a share of all weights.</param>
    /// <param name="seed">Seed of the hashes; only sketches of one seed can be merged.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above, or there would be 2^30 counters or more.</exception>
    public CountMinSketch(int rows, int buckets, ulong seed = 9001)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, MinBuckets);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((long)rows * buckets, MaxCounters, nameof(buckets));
        _seeds = RowSeeds.Of(seed, rows);
        _buckets = new Divisor((ulong)buckets);
        Seed = seed;
    }

    /// <summary>An empty sketch with a bound.</summary>
    /// <param name="error">How much too high an answer may be, as a share of all weights; above 0 and below 1.</param>
    /// <param name="confidence">How certain that is, between 0 and 1.</param>
    /// <param name="seed">Seed of the hashes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above.</exception>
    public static CountMinSketch WithError(double error, double confidence = 0.99, ulong seed = 9001)
    {
        if (!(error > 0 && error < 1)) throw new ArgumentOutOfRangeException(nameof(error), error, "An error is a share between 0 and 1.");
        if (!(confidence > 0 && confidence < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
        return new CountMinSketch((int)Math.Ceiling(-Math.Log(1 - confidence)), Math.Max(MinBuckets, (int)Math.Min(int.MaxValue, Math.Ceiling(Math.E / error))), seed);
    }

    /// <summary>Number of rows.</summary>
    public int Rows => _seeds.Length;

    /// <summary>Counters in a row.</summary>
    public int Buckets => (int)_buckets.Value;

    /// <summary>Seed of the hashes.</summary>
    public ulong Seed { get; }

    /// <summary>The sum of all weights.</summary>
    public long TotalWeight { get; private set; }

    /// <summary>How much too high an answer may be, as a share of <see cref="TotalWeight"/>.</summary>
    public double RelativeError => Math.E / Buckets;

    /// <inheritdoc/>
    public bool IsEmpty => TotalWeight == 0;

    /// <inheritdoc/>
    public long MemorySize => 96 + _seeds.Length * 8L + (_counters is null ? 0 : 24 + _counters.Length * 8L);

    /// <inheritdoc/>
    public void Update(long item) => Update(item, 1);

    /// <summary>Adds an integer with a weight, at least 0.</summary>
    public void Update(long item, long weight)
    {
        var counters = Begin(weight);
        var mixed = MurmurHash3.Mix((ulong)item);
        var buckets = _buckets;
        var row = 0;
        foreach (var seed in _seeds)
        {
            counters[row + (int)buckets.Remainder(MurmurHash3.HashMixed(mixed, seed))] += weight;
            row += (int)buckets.Value;
        }
    }

    /// <summary>Adds bytes, such as text in UTF-8, with a weight, at least 0. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item, long weight = 1)
    {
        if (item.IsEmpty) return;
        var counters = Begin(weight);
        var row = 0;
        foreach (var seed in _seeds)
        {
            counters[row + (int)_buckets.Remainder(MurmurHash3.Hash(item, seed, out _))] += weight;
            row += Buckets;
        }
    }

    /// <summary>Adds text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item, long weight = 1)
    {
        if (item.IsEmpty) return;
        var counters = Begin(weight);
        var row = 0;
        foreach (var seed in _seeds)
        {
            counters[row + (int)_buckets.Remainder(Text.Murmur(item, seed, out _))] += weight;
            row += Buckets;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    long[] Begin(long weight)
    {
        if (weight < 0) ThrowNegative(weight);
        TotalWeight += weight;
        return _counters ?? Start();
    }

    static void ThrowNegative(long weight) => throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is at least 0.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    long[] Start() => _counters = new long[Rows * Buckets];

    /// <summary>The weight of an integer: never less than the true one.</summary>
    public long CountOf(long item)
    {
        if (_counters is not { } counters) return 0;
        var mixed = MurmurHash3.Mix((ulong)item);
        var least = long.MaxValue;
        for (var i = 0; i < _seeds.Length; i++)
            least = Math.Min(least, counters[i * Buckets + (int)_buckets.Remainder(MurmurHash3.HashMixed(mixed, _seeds[i]))]);
        return least;
    }

    /// <summary>The weight of bytes: never less than the true one.</summary>
    public long CountOf(ReadOnlySpan<byte> item)
    {
        if (_counters is not { } counters || item.IsEmpty) return 0;
        var least = long.MaxValue;
        for (var i = 0; i < _seeds.Length; i++)
            least = Math.Min(least, counters[i * Buckets + (int)_buckets.Remainder(MurmurHash3.Hash(item, _seeds[i], out _))]);
        return least;
    }

    /// <summary>The weight of text: never less than the true one.</summary>
    public long CountOf(ReadOnlySpan<char> item)
    {
        if (_counters is not { } counters || item.IsEmpty) return 0;
        var least = long.MaxValue;
        for (var i = 0; i < _seeds.Length; i++)
            least = Math.Min(least, counters[i * Buckets + (int)_buckets.Remainder(Text.Murmur(item, _seeds[i], out _))]);
        return least;
    }

    /// <summary>An answer with its bounds, as Apache DataSketches states them: the answer itself, and the answer and the greatest error that is likely.</summary>
    /// <remarks>The true weight is never above the answer, and with a chance of 1 - e^-rows not below it by more than the difference of the bounds.</remarks>
    /// <param name="count">What <see cref="CountOf(long)"/> said.</param>
    public Estimate Bounds(long count) => new(count, count, Math.Truncate(count + RelativeError * TotalWeight));

    /// <inheritdoc/>
    /// <remarks>Counters add up. Both must have the same rows, buckets and seed.</remarks>
    public void Merge(CountMinSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Rows != other.Rows || Buckets != other.Buckets || Seed != other.Seed)
            throw new ArgumentException($"The sketches differ: {Rows} rows of {Buckets} and seed {Seed} here; {other.Rows} of {other.Buckets} and {other.Seed} there.");
        if (other._counters is not { } source) return;
        var target = _counters ?? Start();
        TotalWeight += other.TotalWeight;
        var i = 0;
        for (; i <= target.Length - Vector<long>.Count; i += Vector<long>.Count)
            (new Vector<long>(target, i) + new Vector<long>(source, i)).CopyTo(target, i);
        for (; i < target.Length; i++) target[i] += source[i];
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(checked(PreambleWords * 8 + (IsEmpty ? 0 : 8 * (1 + Rows * Buckets))));
        Preamble.Write(ref writer, PreambleWords, version: 1, Family.CountMin);
        writer.Byte(IsEmpty ? EmptyFlag : 0);
        writer.Skip(4);
        writer.Int32(Buckets);
        writer.Byte(Rows);
        writer.UInt16(HashSeed.Short(Seed));
        writer.Skip(1);
        if (IsEmpty) return writer.Finish();
        writer.Int64(TotalWeight);
        writer.All<long>(_counters);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static CountMinSketch Load(ReadOnlySpan<byte> image) => Load(image, HashSeed.Default);

    /// <inheritdoc/>
    public static CountMinSketch Load(ReadOnlySpan<byte> image, CountMinSketch like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return Load(image, like.Seed);
    }

    /// <summary>The sketch that an image describes.</summary>
    /// <param name="image">The image. It is copied, not kept.</param>
    /// <param name="seed">The seed that it was made with.</param>
    /// <exception cref="SketchFormatException">The image is damaged, of another kind or of another seed.</exception>
    public static CountMinSketch Load(ReadOnlySpan<byte> image, ulong seed)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.CountMin);
        preamble.RequireVersion(1, 1);
        SketchFormatException.ThrowUnless(preamble.Length == PreambleWords, $"The preamble has {preamble.Length} words; it has {PreambleWords}.");
        var isEmpty = (reader.Byte() & EmptyFlag) != 0;
        reader.Skip(4);
        var buckets = reader.Int32();
        var rows = reader.Byte();
        HashSeed.Require(reader.UInt16(), seed);
        reader.Skip(1);
        SketchFormatException.ThrowUnless(rows > 0 && buckets >= MinBuckets && (long)rows * buckets < MaxCounters, $"The sketch has {rows} rows of {buckets}; it has at least 1 of 3, and fewer than 2^30 counters.");
        var sketch = new CountMinSketch(rows, buckets, seed);
        if (isEmpty) return sketch;
        sketch.TotalWeight = reader.Int64();
        SketchFormatException.ThrowUnless(sketch.TotalWeight >= 0, $"The sum of all weights is {sketch.TotalWeight}; it is at least 0.");
        reader.Require(rows * buckets, 8);
        reader.Fill<long>(sketch.Start());
        return sketch;
    }
}
