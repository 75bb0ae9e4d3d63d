using System.Runtime.CompilerServices;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Theta;

namespace Millrace.Sketches.Tuple;

/// <summary>A theta sketch whose items carry a sum: counts different items and sums a number over them, e.g. visitors and what they spent.</summary>
/// <remarks>
/// <para>
/// Keeps the K to 2K least hashes, each with the sum of the numbers that came with its item. The count has a relative standard error of 1/√K; the total
/// is estimated from the same sample, with an error that grows with how unequal the sums of the items are. Twice the size of theta. Merging adds sums up.
/// Do not use it for a total of everything (a plain sum is exact); it is for totals over sets of items that are united, intersected or subtracted.
/// </para>
/// <para>Images are those of Apache DataSketches' C++ for a summary of one double (family 9, serial version 3).</para>
/// <para>Dasgupta, Lang, Rhodes, Thaler (2016), A Framework for Estimating Stream Expression Cardinalities, ICDT.</para>
/// </remarks>
/// <example>
/// <code>
/// var spent = new TupleSketch();
/// spent.Update("alice", 10);
/// spent.Update("bob", 5);
/// spent.Update("alice", 2.5);
/// Console.WriteLine($"{spent.Estimate} {spent.TotalEstimate}");   // 2 17.5
/// </code>
/// </example>
public sealed class TupleSketch : ISketch<TupleSketch, (long Item, double Value)>, IDistinctSketch
{
    readonly ThetaTable _table;
    ulong _mergedTheta = ThetaTable.MaxTheta;
    ulong _theta;
    bool _isMerged;

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="lgK">Base-2 logarithm of K, 5 to 26.</param>
    /// <param name="seed">Seed of the hash; only sketches of one seed can be combined.</param>
    /// <param name="probability">Share of the items that are sampled from the start, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside the range given above.</exception>
    public TupleSketch(int lgK = 12, ulong seed = 9001, float probability = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lgK, ThetaTable.MinLgK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lgK, ThetaTable.MaxLgK);
        if (!(probability > 0 && probability <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability is above 0 and at most 1.");
        _theta = ThetaSketch.StartTheta(probability);
        _table = new ThetaTable(lgK, _theta, hasSums: true);
        Seed = seed;
    }

    /// <summary>Base-2 logarithm of K.</summary>
    public int LgK => _table.LgK;

    /// <summary>Seed of the hash.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public bool IsEmpty { get; private set; } = true;

    /// <inheritdoc/>
    public long MemorySize => 64 + _table.MemorySize;

    /// <inheritdoc/>
    public double Estimate => Compact(isOrdered: false).Estimate;

    /// <summary>The sum of all numbers, estimated from those of the items that are kept.</summary>
    public double TotalEstimate => Compact(isOrdered: false).TotalEstimate;

    /// <inheritdoc/>
    public Estimate Bounds(int deviations) => Compact(isOrdered: false).Bounds(deviations);

    /// <summary>Adds a number to an item, an integer.</summary>
    public void Update(long item, double value) => UpdateHash(MurmurHash3.Hash((ulong)item, Seed, out _) >> 1, value);

    /// <summary>Adds a number to an item, bytes such as text in UTF-8. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item, double value)
    {
        if (!item.IsEmpty) UpdateHash(MurmurHash3.Hash(item, Seed, out _) >> 1, value);
    }

    /// <summary>Adds a number to an item, text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item, double value)
    {
        if (!item.IsEmpty) UpdateHash(Text.Murmur(item, Seed, out _) >> 1, value);
    }

    void ISketch<TupleSketch, (long Item, double Value)>.Update((long Item, double Value) item) => Update(item.Item, item.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void UpdateHash(ulong hash, double value)
    {
        IsEmpty = false;
        if (hash < _theta) Take(hash, value);
    }

    void Take(ulong hash, double value)
    {
        _table.Add(hash, value);
        _theta = Math.Min(_mergedTheta, _table.Theta);
    }

    /// <summary>The sketch as it is now, unchangeable and without gaps: for set operations and to be kept.</summary>
    /// <param name="isOrdered">Whether items are sorted by their hashes, which makes set operations fast.</param>
    public CompactTupleSketch Compact(bool isOrdered = true)
    {
        var seedHash = HashSeed.Short(Seed);
        if (IsEmpty) return CompactTupleSketch.Empty(seedHash);
        var count = _table.CountBelow(_theta);
        var hashes = new ulong[count];
        var sums = new double[count];
        _table.CopyTo(hashes, sums, _theta);
        var k = 1 << LgK;
        var theta = _theta;
        if (isOrdered || _isMerged && count > k) Array.Sort(hashes, sums);
        if (_isMerged && count > k)
        {
            theta = hashes[k];
            Array.Resize(ref hashes, k);
            Array.Resize(ref sums, k);
            isOrdered = true;
        }
        return new CompactTupleSketch(isEmpty: false, isOrdered, seedHash, theta, hashes, sums);
    }

    /// <inheritdoc/>
    public void Merge(TupleSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Merge(other.Compact(isOrdered: false));
    }

    /// <summary>Takes over what a compact sketch has seen; the sums of items in both add up.</summary>
    /// <exception cref="ArgumentException">It has another hash seed.</exception>
    public void Merge(CompactTupleSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsEmpty) return;
        if (other.SeedHash != HashSeed.Short(Seed)) throw new ArgumentException($"The sketches have different hash seeds: their 16 bits are 0x{HashSeed.Short(Seed):X4} here and 0x{other.SeedHash:X4} there.");
        IsEmpty = false;
        _isMerged = true;
        _mergedTheta = Math.Min(_mergedTheta, other.ThetaBits);
        _theta = Math.Min(_theta, other.ThetaBits);
        for (var i = 0; i < other.Count; i++)
        {
            if (other.Hashes[i] < _theta) Take(other.Hashes[i], other.Sums[i]);
            else if (other.IsOrdered) break;
        }
    }

    /// <inheritdoc/>
    public byte[] Save() => Compact().Save();

    /// <inheritdoc/>
    /// <remarks>An image does not say K: it becomes 4096, or more if the image has more items.</remarks>
    public static TupleSketch Load(ReadOnlySpan<byte> image)
    {
        var compact = CompactTupleSketch.Load(image);
        var lgK = 12;
        while (1 << lgK < compact.Count && lgK < ThetaTable.MaxLgK) lgK++;
        var sketch = new TupleSketch(lgK);
        sketch.Merge(compact);
        return sketch;
    }

    /// <inheritdoc/>
    public static TupleSketch Load(ReadOnlySpan<byte> image, TupleSketch like)
    {
        ArgumentNullException.ThrowIfNull(like);
        var sketch = new TupleSketch(like.LgK, like.Seed);
        sketch.Merge(CompactTupleSketch.Load(image, like.Seed));
        return sketch;
    }
}
