using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

// Image: byte 0 preamble in ints (2 or 5), 1 version (1; 2 with one item; 3 if Java can update it in place), 2 family, 3 flags, 4 k (16 bits), 6 m = 8, 7 unused; then, with two or
// more items, n (64), least k (16), number of levels (8), unused (8), start of each level (32 each), min, max; then the items, level 0 first.
// Version 3 has also the end of the last level and all places for items, the free ones before level 0 included.
public sealed partial class KllSketch<T>
{
    const int EmptyFlag = 1, SortedFlag = 2, SingleFlag = 4;

    /// <inheritdoc/>
    public byte[] Save()
    {
        var isSingle = _count == 1;
        var isShort = _count <= 1;
        var size = 8 + (isShort ? 0 : 12 + 4 * _levelCount + Items<T>.ImageSize(_min) + Items<T>.ImageSize(_max)) + Items<T>.ImageSize(Held);
        var writer = new ImageWriter(size);
        Preamble.Write(ref writer, isShort ? 2 : 5, isSingle ? 2 : 1, Family.Kll);
        writer.Byte((IsEmpty ? EmptyFlag : 0) | (_isLevelZeroSorted ? SortedFlag : 0) | (isSingle ? SingleFlag : 0));
        writer.UInt16(K);
        writer.Byte(KllLevels.LeastCapacity);
        writer.Byte(0);
        if (!isShort)
        {
            writer.Int64(_count);
            writer.UInt16(_leastK);
            writer.Byte(_levelCount);
            writer.Byte(0);
            // Levels are told as if the array had its full length.
            for (var l = 0; l < _levelCount; l++) writer.Int32(_levels[l] + _capacity - _items.Length);
            Items<T>.Write(ref writer, _min);
            Items<T>.Write(ref writer, _max);
        }
        Items<T>.Write(ref writer, Held);
        return writer.Finish();
    }

    /// <summary>The image with the lowest level in order: the same for the same items, whatever order they came in, until the first are left out.</summary>
    public byte[] SaveSorted()
    {
        if (_isLevelZeroSorted) return Save();
        var copy = Copy();
        var lowest = copy._items.AsSpan(copy._levels[0], copy._levels[1] - copy._levels[0]);
        Runs.Sort(lowest, Scratch<T>.Of(lowest.Length));
        copy._isLevelZeroSorted = true;
        return copy.Save();
    }

    /// <inheritdoc/>
    public static KllSketch<T> Load(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Kll);
        preamble.RequireVersion(1, 3);
        var flags = reader.Byte();
        var k = reader.UInt16();
        var m = reader.Byte();
        reader.Skip(1);
        SketchFormatException.ThrowUnless(m == KllLevels.LeastCapacity, $"The least capacity of a level is {m} at byte 6; 8 is understood.");
        SketchFormatException.ThrowUnless(k >= KllLevels.LeastCapacity, $"k is {k} at byte 4; at least 8 is expected.");

        var sketch = new KllSketch<T>(k);
        if ((flags & EmptyFlag) != 0) return sketch;
        // Java has left the flag out where the version says the same.
        if ((flags & SingleFlag) != 0 || preamble.Version == 2)
        {
            sketch.Update(Items<T>.Read(ref reader));
            sketch._isLevelZeroSorted = (flags & SortedFlag) != 0;
            return sketch;
        }
        SketchFormatException.ThrowUnless(preamble.Length == 5, $"The preamble has {preamble.Length} ints at byte 0; 5 are expected of a sketch with several items.");
        sketch.LoadLevels(ref reader, (flags & SortedFlag) != 0, isUpdatable: preamble.Version == 3);
        return sketch;
    }

    void LoadLevels(ref ImageReader reader, bool isSorted, bool isUpdatable)
    {
        var count = reader.Int64();
        var leastK = reader.UInt16();
        var levelCount = (int)reader.Byte();
        reader.Skip(1);
        SketchFormatException.ThrowUnless(leastK >= KllLevels.LeastCapacity && leastK <= K, $"The least k is {leastK}; 8 to {K} is expected.");
        SketchFormatException.ThrowUnless(levelCount is >= 1 and <= KllLevels.Most, $"There are {levelCount} levels; 1 to {KllLevels.Most} are expected.");

        var capacity = KllLevels.Capacity(K, levelCount);
        Span<int> starts = stackalloc int[levelCount + 1];
        for (var l = 0; l < levelCount; l++) starts[l] = reader.Int32();
        starts[levelCount] = isUpdatable ? reader.Int32() : capacity;
        SketchFormatException.ThrowUnless(starts[levelCount] == capacity, $"The levels end at {starts[levelCount]}; {capacity} is expected.");
        UInt128 weight = 0;
        for (var l = 0; l < levelCount; l++)
        {
            SketchFormatException.ThrowUnless(starts[l] >= 0 && starts[l] <= starts[l + 1], $"Level {l} starts at {starts[l]}, beyond its end {starts[l + 1]}.");
            weight += (UInt128)(ulong)(starts[l + 1] - starts[l]) << l;
        }
        SketchFormatException.ThrowUnless(count > 0 && weight == (UInt128)(ulong)count, $"The levels stand for {weight} items, but n is {count}.");

        var min = Items<T>.Read(ref reader);
        var max = Items<T>.Read(ref reader);
        var retained = capacity - starts[0];
        Items<T>.Require(ref reader, isUpdatable ? capacity : retained);
        if (isUpdatable) Items<T>.Skip(ref reader, starts[0]);
        var items = new T[retained];
        Items<T>.Read(ref reader, items);
        Items<T>.RequireBetween(items, ref min, ref max);

        Span<int> ends = stackalloc int[levelCount];
        for (var l = 0; l < levelCount; l++)
        {
            ends[l] = starts[l + 1] - starts[0];
            var level = items.AsSpan(starts[l] - starts[0], starts[l + 1] - starts[l]);
            // Other languages may order strings otherwise.
            if ((l > 0 || isSorted) && !Items<T>.AreSorted(level)) Runs.Sort(level, new T[level.Length]);
        }
        _count = count;
        _leastK = leastK;
        _min = min;
        _max = max;
        _levelCount = levelCount;
        _capacity = capacity;
        _items = items;
        _isLevelZeroSorted = isSorted;
        _levels[0] = 0;
        ends.CopyTo(_levels.AsSpan(1));
    }
}
