using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Bloom;

/// <summary>A set that is asked whether it contains an item, and may say yes where it should say no, but never no where it should say yes.</summary>
/// <remarks>
/// <para>
/// An item sets H bits of m; it is contained if all are set. With n items in m bits the share of false answers is least, 0.6185^(m/n), at H = 0.69 m/n:
/// 9.6 bits and 7 hashes an item for 1 %. More items than planned make it worse without end; see <see cref="ExpectedFalsePositives"/>. Items cannot be taken
/// out: <see cref="CountingBloomFilter"/> can. Cost: about 10 ns while the bits fit into the cache, else H cache misses.
/// Do not use it where the items themselves are few or short: a hash set is exact.
/// </para>
/// <para>Images are those of Apache DataSketches (family 21, XXH64). C++ widens an unsigned integer of 32 bits or less with zeros, as C# does.</para>
/// <para>Bloom (1970), Space/Time Trade-offs in Hash Coding with Allowable Errors, CACM 13(7); Kirsch and Mitzenmacher (2006), Less Hashing, Same Performance.</para>
/// </remarks>
/// <example>
/// <code>
/// var seen = BloomFilter.ForItems(1000, falsePositives: 0.01);
/// for (var i = 0; i &lt; 1000; i++) seen.Update(i);
/// Console.WriteLine($"{seen.Contains(7)} {seen.Contains(1_000_001)}");   // True False
/// </code>
/// </example>
public sealed class BloomFilter : ISketch<BloomFilter, long>
{
    // An image must fit into an array of bytes.
    internal const long MaxBits = 1L << 33;

    const int EmptyFlag = 4;
    const int EmptyWords = 3;
    const int FullWords = 4;
    const long Unknown = -1;

    readonly Divisor63 _bits;

    // Made with the first item: the image of an empty filter of any size has 24 bytes.
    ulong[]? _words;
    long _bitsUsed;

    /// <summary>Creates an empty filter.</summary>
    /// <param name="bits">Number of bits, 1 to 2^33; rounded up to a multiple of 64.</param>
    /// <param name="hashes">How many bits an item sets, 1 to 65535.</param>
    /// <param name="seed">Seed of the hash; only filters of one seed can be merged.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above.</exception>
    public BloomFilter(long bits, int hashes, ulong seed = 9001)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes, ushort.MaxValue);
        _bits = new Divisor63((ulong)(bits + 63 & ~63L));
        Hashes = hashes;
        Seed = seed;
    }

    /// <summary>An empty filter for a number of items.</summary>
    /// <param name="items">How many different items it will hold, at least 1.</param>
    /// <param name="falsePositives">The share of false answers that is allowed then, above 0 and below 1.</param>
    /// <param name="seed">Seed of the hash.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above, or that takes more than 2^33 bits.</exception>
    public static BloomFilter ForItems(long items, double falsePositives = 0.01, ulong seed = 9001)
    {
        var (bits, hashes) = SizeFor(items, falsePositives);
        return new BloomFilter(bits, hashes, seed);
    }

    internal static (long Bits, int Hashes) SizeFor(long items, double falsePositives)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        if (!(falsePositives > 0 && falsePositives < 1)) throw new ArgumentOutOfRangeException(nameof(falsePositives), falsePositives, "A share of false answers lies between 0 and 1.");
        var ln2 = Math.Log(2);
        var bits = Math.Ceiling(-items * Math.Log(falsePositives) / (ln2 * ln2));
        if (bits > MaxBits) throw new ArgumentOutOfRangeException(nameof(items), items, $"That takes {bits:F0} bits; a filter has at most {MaxBits}.");
        return ((long)bits, (int)Math.Ceiling(-Math.Log(falsePositives) / ln2));
    }

    /// <summary>Number of bits.</summary>
    public long Bits => (long)_bits.Value;

    /// <summary>How many bits an item sets.</summary>
    public int Hashes { get; }

    /// <summary>Seed of the hash.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public bool IsEmpty => _words is null || _bitsUsed == 0;

    /// <inheritdoc/>
    public long MemorySize => 64 + (_words is null ? 0 : 24 + _words.Length * 8L);

    /// <summary>How many bits are set. Counted anew after a change: O(bits).</summary>
    public long BitsUsed => _words is null ? 0 : _bitsUsed == Unknown ? CountBits(_words) : _bitsUsed;

    /// <summary>The share of items never added that the filter says it contains, as it is filled now.</summary>
    public double ExpectedFalsePositives => Math.Pow((double)BitsUsed / Bits, Hashes);

    /// <summary>About how many different items were added, by the share of bits that are set.</summary>
    public double EstimatedItems => -(double)Bits / Hashes * Math.Log(1 - (double)BitsUsed / Bits);

    /// <inheritdoc/>
    public void Update(long item) => Update((ulong)item);

    /// <summary>Adds an integer; the same item as the signed one with the same bits.</summary>
    public void Update(ulong item)
    {
        var h0 = XxHash64.Hash(item, Seed);
        Add(h0, XxHash64.Hash(item, h0));
    }

    /// <summary>Adds a number. -0 is 0, and all NaN are one.</summary>
    public void Update(double item) => Update(Canonical.Bits(item));

    /// <summary>Adds bytes, such as text in UTF-8. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty) return;
        var h0 = XxHash64.Hash(item, Seed);
        Add(h0, XxHash64.Hash(item, h0));
    }

    /// <summary>Adds text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return;
        var h0 = Text.Xxh(item, Seed);
        Add(h0, Text.Xxh(item, h0));
    }

    /// <summary>Whether an integer was probably added.</summary>
    public bool Contains(long item) => Contains((ulong)item);

    /// <summary>Whether an integer was probably added.</summary>
    public bool Contains(ulong item)
    {
        var h0 = XxHash64.Hash(item, Seed);
        return Has(h0, XxHash64.Hash(item, h0));
    }

    /// <summary>Whether a number was probably added.</summary>
    public bool Contains(double item) => Contains(Canonical.Bits(item));

    /// <summary>Whether bytes were probably added. None at all never are.</summary>
    public bool Contains(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty) return false;
        var h0 = XxHash64.Hash(item, Seed);
        return Has(h0, XxHash64.Hash(item, h0));
    }

    /// <summary>Whether text was probably added. The empty text never is.</summary>
    public bool Contains(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return false;
        var h0 = Text.Xxh(item, Seed);
        return Has(h0, Text.Xxh(item, h0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Add(ulong h0, ulong h1)
    {
        var words = _words ?? Start();
        _bitsUsed = Unknown;
        var bits = _bits;
        // A remainder is less than the number of bits, and the words hold as many: no check is needed in a loop of three dozen cycles.
        ref var first = ref MemoryMarshal.GetArrayDataReference(words);
        for (var i = Hashes; i > 0; i--)
        {
            h0 += h1;
            var bit = bits.Remainder(h0 >> 1);
            Unsafe.Add(ref first, (nint)(bit >> 6)) |= 1UL << (int)bit;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool Has(ulong h0, ulong h1)
    {
        if (_words is not { } words) return false;
        var bits = _bits;
        ref var first = ref MemoryMarshal.GetArrayDataReference(words);
        for (var i = Hashes; i > 0; i--)
        {
            h0 += h1;
            var bit = bits.Remainder(h0 >> 1);
            if ((Unsafe.Add(ref first, (nint)(bit >> 6)) >> (int)bit & 1) == 0) return false;
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ulong[] Start() => _words = new ulong[_bits.Value >> 6];

    /// <inheritdoc/>
    /// <remarks>The union: what either contains. Both must have the same bits, hashes and seed.</remarks>
    public void Merge(BloomFilter other)
    {
        Require(other);
        if (other._words is not { } source) return;
        var target = _words ?? Start();
        _bitsUsed = Unknown;
        var i = 0;
        for (; i <= target.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
            (new Vector<ulong>(target, i) | new Vector<ulong>(source, i)).CopyTo(target, i);
        for (; i < target.Length; i++) target[i] |= source[i];
    }

    /// <summary>Keeps what both contain, and as many false answers as the worse of both.</summary>
    /// <exception cref="ArgumentException">The two have other bits, hashes or seeds.</exception>
    public void Intersect(BloomFilter other)
    {
        Require(other);
        if (_words is not { } target) return;
        _bitsUsed = Unknown;
        if (other._words is not { } source)
        {
            _words = null;
            return;
        }
        for (var i = 0; i < target.Length; i++) target[i] &= source[i];
    }

    void Require(BloomFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Bits != other.Bits || Hashes != other.Hashes || Seed != other.Seed)
            throw new ArgumentException($"The filters differ: {Bits} bits, {Hashes} hashes and seed {Seed} here; {other.Bits}, {other.Hashes} and {other.Seed} there.");
    }

    internal void SetWord(int index, ulong bits)
    {
        (_words ?? Start())[index] = bits;
        _bitsUsed = Unknown;
    }

    static long CountBits(ReadOnlySpan<ulong> words)
    {
        var count = 0L;
        foreach (var word in words) count += BitOperations.PopCount(word);
        return count;
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var isEmpty = _words is null || BitsUsed == 0;
        var words = isEmpty ? EmptyWords : FullWords;
        var writer = new ImageWriter(checked(words * 8 + (isEmpty ? 0 : (int)(Bits / 8))));
        Preamble.Write(ref writer, words, version: 1, Family.Bloom);
        writer.Byte(isEmpty ? EmptyFlag : 0);
        writer.UInt16(Hashes);
        writer.Skip(2);
        writer.UInt64(Seed);
        writer.Int32((int)(Bits / 64));
        writer.Skip(4);
        if (isEmpty) return writer.Finish();
        // After a change other languages do not count either: all ones say that the number is not known.
        writer.Int64(_bitsUsed);
        writer.All<ulong>(_words);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static BloomFilter Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Bloom);
        preamble.RequireVersion(1, 1);
        SketchFormatException.ThrowUnless(preamble.Length is EmptyWords or FullWords, $"The preamble has {preamble.Length} words; it has 3 or 4.");
        var isEmpty = (reader.Byte() & EmptyFlag) != 0;
        var hashes = reader.UInt16();
        reader.Skip(2);
        var seed = reader.UInt64();
        var words = reader.Int32();
        reader.Skip(4);
        SketchFormatException.ThrowUnless(hashes > 0, "The filter has no hashes.");
        SketchFormatException.ThrowUnless(words > 0 && words <= MaxBits / 64, $"The filter has {words} words; it has 1 to {MaxBits / 64}.");
        var filter = new BloomFilter(words * 64L, hashes, seed);
        if (isEmpty) return filter;
        var bitsUsed = reader.Int64();
        reader.Require(words, 8);
        var target = filter.Start();
        reader.Fill<ulong>(target);
        filter._bitsUsed = bitsUsed == Unknown ? Unknown : CountBits(target);
        SketchFormatException.ThrowUnless(filter._bitsUsed == bitsUsed, $"{filter._bitsUsed} bits are set; the image speaks of {bitsUsed}.");
        return filter;
    }
}
