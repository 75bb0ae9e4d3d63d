using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Quantiles;

public sealed partial class KllSketch<T>
{
    /// <inheritdoc/>
    /// <remarks>Sketches of different k may be merged: k stays, the error is that of the least k. Cost: one pass over the items of both.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge(KllSketch<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._count == 0) return;
        if (ReferenceEquals(other, this)) other = Copy();
        if (_count == 0)
        {
            _min = other._min;
            _max = other._max;
        }
        else
        {
            if (Items<T>.Less(other._min, _min)) _min = other._min;
            if (Items<T>.Less(_max, other._max)) _max = other._max;
        }
        _leastK = Math.Min(_leastK, other._leastK);
        _count += other._count;
        MergeLevels(other);
    }

    // Level by level, from the lowest: what both have and what came up from below is merged, and halved if the whole is too much and so is the level.
    void MergeLevels(KllSketch<T> other)
    {
        var total = Retained + other.Retained;
        var levelCount = Math.Max(_levelCount, other._levelCount);
        var capacity = KllLevels.Capacity(K, levelCount);
        var scratch = Scratch<T>.Of(4 * total + 8);
        var merged = scratch[..total]; // the result, level by level
        var risen = scratch.Slice(total, total); // what the level below sends up
        var level = scratch.Slice(2 * total, total); // this level of both
        var work = scratch.Slice(3 * total, total);
        Span<int> ends = stackalloc int[KllLevels.Most + 1];
        var mergedLength = 0;
        var risenLength = 0;
        var isSorted = false;

        for (var l = 0; l < levelCount; l++)
        {
            var mine = LevelOrNone(l);
            var others = other.LevelOrNone(l);
            var length = mine.Length + others.Length + risenLength;
            var isFull = total >= capacity && length >= KllLevels.Capacity(K, levelCount, l);
            var target = isFull ? level[..length] : merged.Slice(mergedLength, length);
            if (l == 0)
            {
                mine.CopyTo(target);
                others.CopyTo(target[mine.Length..]);
                isSorted = _isLevelZeroSorted && others.IsEmpty || other._isLevelZeroSorted && mine.IsEmpty;
                if (isFull && !isSorted) Runs.Sort(target, work);
            }
            else if (risenLength == 0) Runs.Merge(mine, others, target);
            else
            {
                // The run that is merged twice should be the shorter ones.
                var both = work[..(risenLength + others.Length)];
                Runs.Merge(risen[..risenLength], others, both);
                Runs.Merge(both, mine, target);
            }

            risenLength = 0;
            if (isFull)
            {
                var isOdd = length & 1;
                if (isOdd == 1) merged[mergedLength++] = level[0];
                risenLength = length / 2;
                KllLevels.TakeEveryOther(level.Slice(isOdd, 2 * risenLength), _coin.Flip(Items<T>.Bits(level[isOdd])), risen[..risenLength]);
                total -= risenLength;
                if (l == levelCount - 1)
                {
                    levelCount++;
                    capacity = KllLevels.Capacity(K, levelCount);
                }
            }
            else mergedLength += length;
            if (l == 0) _isLevelZeroSorted = isSorted || mergedLength < 2;
            ends[l] = mergedLength;
        }

        Take(merged[..mergedLength], ends[..levelCount], capacity);
    }

    // The new levels lie at the end of the array, which grows to what it needs and a little room.
    void Take(ReadOnlySpan<T> items, ReadOnlySpan<int> ends, int capacity)
    {
        _levelCount = ends.Length;
        _capacity = capacity;
        if (_items.Length < items.Length || ends.Length > 1 && _items.Length < capacity) _items = new T[ends.Length > 1 ? capacity : Math.Min(capacity, items.Length + 16)];
        var start = _items.Length - items.Length;
        items.CopyTo(_items.AsSpan(start));
        _levels[0] = start;
        for (var l = 0; l < ends.Length; l++) _levels[l + 1] = start + ends[l];
    }

    ReadOnlySpan<T> LevelOrNone(int level) => level < _levelCount ? _items.AsSpan(_levels[level], _levels[level + 1] - _levels[level]) : default;

    KllSketch<T> Copy()
    {
        var copy = new KllSketch<T>(K) { _leastK = _leastK, _coin = _coin, _count = _count, _min = _min, _max = _max, _isLevelZeroSorted = _isLevelZeroSorted };
        Span<int> ends = stackalloc int[_levelCount];
        for (var l = 0; l < _levelCount; l++) ends[l] = _levels[l + 1] - _levels[0];
        copy.Take(Held, ends, _capacity);
        return copy;
    }
}
