using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Frequency;

/// <summary>The most frequent texts of a stream, with weights, from a table of fixed size.</summary>
/// <remarks>
/// As <see cref="FrequentLongs"/>, which see for method, error and paper; texts are kept once, as UTF-8, in one array, which a purge tidies up.
/// Feed it UTF-8 where you have it: a text is then never made. Some 20 ns an update of 12 bytes. The empty text is an item as any other. Null is left out.
/// Images as Apache DataSketches (family 10, items of 32 bits length and UTF-8).
/// </remarks>
public sealed class FrequentStrings : IFrequentSketch<FrequentStrings, string>
{
    static readonly UTF8Encoding StrictUtf8 = new(false, true);

    Slot[] _slots;
    int _shift;
    int _capacity;
    int _active;
    long _offset;
    long _total;
    byte[] _text = [];
    int _textLength;

    struct Slot
    {
        public ulong Hash;
        public long Count; // 0: the slot is empty
        public int Start;
        public int Length;
    }

    /// <summary>Creates an empty sketch.</summary>
    /// <param name="lgMaxMapSize">Binary logarithm of the greatest size of the table, 3 to 26.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    public FrequentStrings(int lgMaxMapSize = 10) : this(lgMaxMapSize, FrequentLongs.LeastLgSize) { }

    FrequentStrings(int lgMaxMapSize, int lgSize)
    {
        if (lgMaxMapSize is < FrequentLongs.LeastLgSize or > FrequentLongs.GreatestLgSize)
            throw new ArgumentOutOfRangeException(nameof(lgMaxMapSize), lgMaxMapSize, $"The logarithm of the size is from {FrequentLongs.LeastLgSize} to {FrequentLongs.GreatestLgSize}.");
        LgMaxMapSize = lgMaxMapSize;
        _slots = [];
        SetSize(lgSize);
    }

    /// <inheritdoc/>
    public static FrequentStrings Create(int lgMaxMapSize) => new(lgMaxMapSize);

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
    public long MemorySize => 80 + 48 + 24L * _slots.Length + _text.Length;

    int LgSize => BitOperations.Log2((uint)_slots.Length);

    /// <inheritdoc/>
    public void Update(string item) => Update(item, 1);

    /// <summary>Adds a text with a weight.</summary>
    /// <param name="item">Any text; null is left out.</param>
    /// <param name="weight">0 or more; 0 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    public void Update(string item, long weight)
    {
        if (item is null) return;
        var bytes = Scratch<byte>.Of(Encoding.UTF8.GetMaxByteCount(item.Length));
        Update(bytes[..Encoding.UTF8.GetBytes(item, bytes)], weight);
    }

    /// <summary>Adds a text with a weight.</summary>
    /// <param name="item">UTF-8; not checked.</param>
    /// <param name="weight">0 or more; 0 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(ReadOnlySpan<byte> item, long weight = 1)
    {
        if (weight <= 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight);
            return;
        }
        _total += weight;
        Add(item, XxHash64.Hash(item, 0), weight);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Add(ReadOnlySpan<byte> item, ulong hash, long weight)
    {
        var mask = _slots.Length - 1;
        for (var place = (int)(hash >> _shift); ; place++)
        {
            ref var slot = ref _slots[place & mask];
            if (slot.Count == 0)
            {
                slot = new Slot { Hash = hash, Count = weight, Start = Keep(item), Length = item.Length };
                if (++_active > _capacity) MakeRoom();
                return;
            }
            if (slot.Hash == hash && TextOf(slot).SequenceEqual(item))
            {
                slot.Count += weight;
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Merge(FrequentStrings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var slots = ReferenceEquals(this, other) ? (Slot[])_slots.Clone() : other._slots;
        var text = ReferenceEquals(this, other) ? (byte[])_text.Clone() : other._text;
        var (total, offset) = (other._total, other._offset);
        // As for integers: not in the order of the hashes.
        var stride = (int)(slots.Length * 0.6180339887) | 1;
        for (int n = 0, i = 0; n < slots.Length; n++, i = (i + stride) & (slots.Length - 1))
            if (slots[i].Count != 0) Add(text.AsSpan(slots[i].Start, slots[i].Length), slots[i].Hash, slots[i].Count);
        _total += total;
        _offset += offset;
    }

    /// <summary>How often a text came: its weight with bounds that always hold. 0 if it has no counter.</summary>
    public Estimate Estimate(string item) => Estimate(Encoding.UTF8.GetBytes(item));

    /// <summary>How often a text, as UTF-8, came: its weight with bounds that always hold. 0 if it has no counter.</summary>
    public Estimate Estimate(ReadOnlySpan<byte> item)
    {
        var count = Find(item);
        return new(count == 0 ? 0 : count + _offset, count, count + _offset);
    }

    /// <summary>The texts above the error, most frequent first; of equal ones the lesser text first.</summary>
    public List<FrequentRow<string>> Rows(FrequentError error = FrequentError.NoFalseNegatives) => Rows(error, _offset);

    /// <summary>The texts above a threshold, most frequent first; of equal ones the lesser text first.</summary>
    public List<FrequentRow<string>> Rows(FrequentError error, long threshold)
    {
        var rows = new List<FrequentRow<string>>();
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count == 0) continue;
            var bound = error == FrequentError.NoFalseNegatives ? slot.Count + _offset : slot.Count;
            if (bound > threshold) rows.Add(new(Encoding.UTF8.GetString(TextOf(slot)), slot.Count + _offset, slot.Count, slot.Count + _offset));
        }
        rows.Sort(static (a, b) => a.Estimate != b.Estimate ? b.Estimate.CompareTo(a.Estimate) : string.CompareOrdinal(a.Item, b.Item));
        return rows;
    }

    /// <inheritdoc/>
    public void Scale(double factor)
    {
        FrequentLongs.RequireFactor(factor);
        Thin(0, factor);
        _offset = (long)Math.Ceiling(_offset * factor) + 1;
        _total = Math.Max((long)(_total * factor), _offset);
    }

    long Find(ReadOnlySpan<byte> item)
    {
        var hash = XxHash64.Hash(item, 0);
        var mask = _slots.Length - 1;
        for (var place = (int)(hash >> _shift); ; place++)
        {
            ref readonly var slot = ref _slots[place & mask];
            if (slot.Count == 0) return 0;
            if (slot.Hash == hash && TextOf(slot).SequenceEqual(item)) return slot.Count;
        }
    }

    ReadOnlySpan<byte> TextOf(in Slot slot) => _text.AsSpan(slot.Start, slot.Length);

    int Keep(ReadOnlySpan<byte> item)
    {
        var start = _textLength;
        if (start + item.Length > _text.Length) Array.Resize(ref _text, Math.Max(start + item.Length, Math.Max(64, 2 * _text.Length)));
        item.CopyTo(_text.AsSpan(start));
        _textLength += item.Length;
        return start;
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
        if (LgSize == LgMaxMapSize)
        {
            Purge();
            return;
        }
        var old = _slots;
        SetSize(LgSize + 1);
        foreach (ref readonly var slot in old.AsSpan())
            if (slot.Count != 0) Place(slot);
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

        Thin(median, 1);
    }

    // Counters become less, those at 0 go, and so do their texts.
    void Thin(long taken, double factor)
    {
        var survivors = Scratch<Slot>.Of(_active);
        var kept = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count == 0) continue;
            var count = factor == 1 ? slot.Count - taken : (long)(slot.Count * factor);
            if (count > 0) survivors[kept++] = slot with { Count = count };
        }
        // In the order in which they lie the texts can move towards the front of their array without a second one.
        survivors = survivors[..kept];
        survivors.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        _slots.AsSpan().Clear();
        _active = 0;
        _textLength = 0;
        foreach (ref var slot in survivors)
        {
            _text.AsSpan(slot.Start, slot.Length).CopyTo(_text.AsSpan(_textLength));
            slot.Start = _textLength;
            _textLength += slot.Length;
            Place(slot);
        }
    }

    void Place(in Slot slot)
    {
        var mask = _slots.Length - 1;
        var place = (int)(slot.Hash >> _shift);
        while (_slots[place & mask].Count != 0) place++;
        _slots[place & mask] = slot;
        _active++;
    }

    /// <inheritdoc/>
    public byte[] Save()
    {
        var size = 8;
        if (!IsEmpty)
        {
            size = 32 + 12 * _active;
            foreach (ref readonly var slot in _slots.AsSpan())
                if (slot.Count != 0) size += slot.Length;
        }
        var writer = new ImageWriter(size);
        FrequentPreamble.Write(ref writer, LgMaxMapSize, LgSize, _active, _total, _offset);
        foreach (ref readonly var slot in _slots.AsSpan())
            if (slot.Count != 0) writer.Int64(slot.Count);
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count == 0) continue;
            writer.Int32(slot.Length);
            writer.Bytes(TextOf(slot));
        }
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static FrequentStrings Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var head = FrequentPreamble.Read(ref reader, itemSize: 4);
        var sketch = new FrequentStrings(head.LgMaxMapSize, head.LgNeeded);
        var counters = head.Counters(ref reader);
        foreach (var counter in counters)
        {
            var item = reader.Bytes(reader.Int32());
            try
            {
                StrictUtf8.GetCharCount(item);
            }
            catch (DecoderFallbackException)
            {
                SketchFormatException.Throw($"A text that ends at byte {reader.Position} is not UTF-8.");
            }
            sketch.Add(item, XxHash64.Hash(item, 0), counter);
        }
        SketchFormatException.ThrowUnless(sketch._active == counters.Length && sketch._offset == 0, "A text stands twice in the image.");
        sketch._total = head.Total;
        sketch._offset = head.Offset;
        return sketch;
    }
}
