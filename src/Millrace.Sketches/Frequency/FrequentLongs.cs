using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Frequency;

/// <summary>The most frequent integers of a stream, with weights, from a table of fixed size.</summary>
/// <remarks>
/// <para>
/// Each item has a counter. When three quarters of the largest table are used, the median counter is taken away from all, and those that reach 0 make
/// room; the sum of what was taken is the error of every answer. Estimates are upper bounds.
/// </para>
/// <para>
/// Error: at most 3.5 / 2^lgMaxMapSize of the total weight (0.34 % for 10), on skewed streams far less. Size: 16 bytes a slot. Some 8 to 15 ns an update.
/// Not for the frequency of any item (<c>CountMinSketch</c>), and no use where no item is frequent.
/// </para>
/// <para>
/// Anderson, Bevan, Lang, Liberty, Rhodes and Thaler (2017), A High-Performance Algorithm for Identifying Frequent Items in Data Streams, IMC. Images as
/// Apache DataSketches (family 10, items of 8 bytes).
/// </para>
/// </remarks>
public sealed class FrequentLongs : IFrequentSketch<FrequentLongs, long>
{
    /// <summary>Least binary logarithm of the size of the table.</summary>
    public const int LeastLgSize = 3;

    /// <summary>Greatest binary logarithm of the size of the table.</summary>
    public const int GreatestLgSize = 26;

    // Key and counter side by side: one cache line an update. A counter of 0 is an empty slot.
    Slot[] _slots;
    int _shift;
    int _capacity;
    int _active;
    long _offset;
    long _total;

    struct Slot
    {
        public long Item;
        public long Count;
    }

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="lgMaxMapSize">Binary logarithm of the greatest size of the table, 3 to 26.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    public FrequentLongs(int lgMaxMapSize = 10) : this(lgMaxMapSize, LeastLgSize) { }

    FrequentLongs(int lgMaxMapSize, int lgSize)
    {
        if (lgMaxMapSize is < LeastLgSize or > GreatestLgSize) throw new ArgumentOutOfRangeException(nameof(lgMaxMapSize), lgMaxMapSize, $"The logarithm of the size is from {LeastLgSize} to {GreatestLgSize}.");
        LgMaxMapSize = lgMaxMapSize;
        _slots = [];
        SetSize(lgSize);
    }

    /// <inheritdoc/>
    public static FrequentLongs Create(int lgMaxMapSize) => new(lgMaxMapSize);

    /// <summary>Binary logarithm of the greatest size of the table.</summary>
    public int LgMaxMapSize { get; }

    /// <inheritdoc/>
    public bool IsEmpty => _active == 0;

    /// <summary>Sum of all weights.</summary>
    public long TotalWeight => _total;

    /// <summary>Number of items that have a counter.</summary>
    public int Active => _active;

    /// <summary>No estimate is further from the truth.</summary>
    public long MaximumError => _offset;

    /// <summary>The error that is promised beforehand, as a share of the total weight.</summary>
    public double Epsilon => 3.5 / (1L << LgMaxMapSize);

    /// <inheritdoc/>
    public long MemorySize => 64 + 24 + 16L * _slots.Length;

    int LgSize => BitOperations.Log2((uint)_slots.Length);

    /// <inheritdoc/>
    public void Update(long item) => Update(item, 1);

    /// <summary>Adds an item with a weight.</summary>
    /// <param name="item">Any integer.</param>
    /// <param name="weight">0 or more; 0 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(long item, long weight)
    {
        if (weight <= 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight);
            return;
        }
        _total += weight;
        Add(item, weight);
    }

    /// <summary>Adds items, each with the weight 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(ReadOnlySpan<long> items)
    {
        _total += items.Length;
        foreach (var item in items) Add(item, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Add(long item, long weight)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var place = Place(item); ; place++)
        {
            ref var slot = ref slots[place & mask];
            if (slot.Item == item && slot.Count != 0)
            {
                slot.Count += weight;
                return;
            }
            if (slot.Count != 0) continue;
            slot.Item = item;
            slot.Count = weight;
            if (++_active > _capacity) MakeRoom();
            return;
        }
    }

    /// <inheritdoc/>
    public void Merge(FrequentLongs other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsEmpty)
        {
            _total += other._total;
            _offset += other._offset;
            return;
        }
        var slots = ReferenceEquals(this, other) ? (Slot[])_slots.Clone() : other._slots;
        var (total, offset) = (other._total, other._offset);
        // In the order of their hashes items would fill the front of a smaller table first and probe long; a stride by the golden ratio spreads them.
        var stride = (int)(slots.Length * 0.6180339887) | 1;
        for (int n = 0, i = 0; n < slots.Length; n++, i = (i + stride) & (slots.Length - 1))
            if (slots[i].Count != 0) Add(slots[i].Item, slots[i].Count);
        _total += total;
        _offset += offset;
    }

    /// <summary>How often an item came: its weight with bounds that always hold. 0 if it has no counter.</summary>
    public Estimate Estimate(long item)
    {
        var count = Find(item);
        return new(count == 0 ? 0 : count + _offset, count, count + _offset);
    }

    /// <summary>The weight that an item has at least.</summary>
    public long LowerBound(long item) => Find(item);

    /// <summary>The weight that an item has at most.</summary>
    public long UpperBound(long item) => Find(item) + _offset;

    /// <summary>The items above the error, most frequent first; of equal ones the lesser item first.</summary>
    public List<FrequentRow<long>> Rows(FrequentError error = FrequentError.NoFalseNegatives) => Rows(error, _offset);

    /// <summary>The items above a threshold, most frequent first; of equal ones the lesser item first.</summary>
    public List<FrequentRow<long>> Rows(FrequentError error, long threshold)
    {
        var rows = new List<FrequentRow<long>>();
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count == 0) continue;
            var bound = error == FrequentError.NoFalseNegatives ? slot.Count + _offset : slot.Count;
            if (bound > threshold) rows.Add(new(slot.Item, slot.Count + _offset, slot.Count, slot.Count + _offset));
        }
        rows.Sort(static (a, b) => a.Estimate != b.Estimate ? b.Estimate.CompareTo(a.Estimate) : a.Item.CompareTo(b.Item));
        return rows;
    }

    /// <inheritdoc/>
    public void Scale(double factor)
    {
        RequireFactor(factor);
        var old = _slots;
        SetSize(LgSize);
        foreach (ref readonly var slot in old.AsSpan())
        {
            var count = (long)(slot.Count * factor);
            if (count > 0) Add(slot.Item, count);
        }
        // What rounding took from a counter, or a counter that fell to 0, is within the error.
        _offset = (long)Math.Ceiling(_offset * factor) + 1;
        _total = Math.Max((long)(_total * factor), _offset);
    }

    internal static void RequireFactor(double factor)
    {
        if (!(factor is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor is from 0 to 1.");
    }

    long Find(long item)
    {
        var mask = _slots.Length - 1;
        for (var place = Place(item); ; place++)
        {
            ref readonly var slot = ref _slots[place & mask];
            if (slot.Count == 0) return 0;
            if (slot.Item == item) return slot.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Place(long item)
    {
        var h = (ulong)item * 0x9E3779B97F4A7C15;
        return (int)((h ^ h >> 32) * 0xD6E8FEB86659FD93 >> _shift);
    }

    void SetSize(int lgSize)
    {
        _slots = new Slot[1 << lgSize];
        _shift = 64 - lgSize;
        _capacity = (int)(_slots.Length * 0.75);
        _active = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void MakeRoom()
    {
        if (LgSize < LgMaxMapSize)
        {
            var old = _slots;
            SetSize(LgSize + 1);
            foreach (ref readonly var slot in old.AsSpan())
                if (slot.Count != 0) Add(slot.Item, slot.Count);
        }
        else Purge();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Purge()
    {
        Span<long> sample = stackalloc long[PurgeMedian.SampleSize];
        var sampled = 0;
        for (var i = 0; sampled < Math.Min(_active, sample.Length); i++)
            if (_slots[i].Count != 0) sample[sampled++] = _slots[i].Count;
        var median = PurgeMedian.Of(sample[..sampled]);
        _offset += median;

        // From an empty slot on, so that no cluster wraps around: what stays moves to the first free slot from its place on, in the order of the walk.
        var mask = _slots.Length - 1;
        var start = 0;
        while (_slots[start].Count != 0) start++;
        for (var n = 1; n <= mask; n++)
        {
            ref var slot = ref _slots[(start + n) & mask];
            if (slot.Count == 0) continue;
            var (item, count) = (slot.Item, slot.Count - median);
            slot.Count = 0;
            if (count <= 0)
            {
                _active--;
                continue;
            }
            var place = Place(item);
            while (_slots[place & mask].Count != 0) place++;
            _slots[place & mask] = new Slot { Item = item, Count = count };
        }
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var writer = new ImageWriter(IsEmpty ? 8 : 32 + 16 * _active);
        FrequentPreamble.Write(ref writer, LgMaxMapSize, LgSize, _active, _total, _offset);
        foreach (ref readonly var slot in _slots.AsSpan())
            if (slot.Count != 0) writer.Int64(slot.Count);
        foreach (ref readonly var slot in _slots.AsSpan())
            if (slot.Count != 0) writer.Int64(slot.Item);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static FrequentLongs Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var head = FrequentPreamble.Read(ref reader, itemSize: 8);
        var sketch = new FrequentLongs(head.LgMaxMapSize, head.LgNeeded);
        var counters = head.Counters(ref reader);
        foreach (var counter in counters) sketch.Add(reader.Int64(), counter);
        SketchFormatException.ThrowUnless(sketch._active == counters.Length && sketch._offset == 0, "An item stands twice in the image.");
        sketch._total = head.Total;
        sketch._offset = head.Offset;
        return sketch;
    }
}
