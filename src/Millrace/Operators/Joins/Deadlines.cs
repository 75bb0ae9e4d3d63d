using Millrace.Data;

namespace Millrace.Operators.Joins;

/// <summary>Slots by the time at which they are past, in buckets: adding, taking out and finding what is past cost a few nanoseconds a slot, without a heap.</summary>
/// <remarks>A slot is found past exactly when a time is beyond its own; the bucket at the border is looked through as often as its least time is passed.</remarks>
sealed class Deadlines(MemoryOwner owner) : IDisposable
{
    const int StepBits = 18; // a quarter of a second
    const long BucketBytes = 64;

    readonly List<Bucket> _buckets = []; // ascending
    int[] _next = [], _previous = []; // slot + 1
    long[] _at = [];
    int _last; // place of the bucket that was added to last

    /// <summary>When a slot is past.</summary>
    public long this[int slot] => _at[slot];

    /// <summary>Adds a slot.</summary>
    public void Add(int slot, long at)
    {
        if (slot >= _at.Length)
        {
            var length = Math.Max(slot + 1, Math.Max(64, _at.Length * 2));
            owner.Charge(16L * (length - _at.Length));
            Array.Resize(ref _at, length);
            Array.Resize(ref _next, length);
            Array.Resize(ref _previous, length);
        }
        _at[slot] = at;
        var step = at >> StepBits;
        if (_last >= _buckets.Count || _buckets[_last].Step != step) _last = PlaceOf(step, adds: true);
        var bucket = _buckets[_last];
        if (at < bucket.Least) bucket.Least = at;
        (_next[slot], _previous[slot]) = (bucket.First, 0);
        if (bucket.First != 0) _previous[bucket.First - 1] = slot + 1;
        bucket.First = slot + 1;
    }

    /// <summary>Takes a slot out before its time.</summary>
    public void Remove(int slot)
    {
        var (next, previous) = (_next[slot], _previous[slot]);
        if (next != 0) _previous[next - 1] = previous;
        if (previous != 0) _next[previous - 1] = next;
        else _buckets[PlaceOf(_at[slot] >> StepBits, adds: false)].First = next;
    }

    /// <summary>Takes out all slots that are past: whose time is before <paramref name="time"/>, or all at the end of time.</summary>
    /// <returns>The first of them + 1; <see cref="After"/> gives the next. 0 = none.</returns>
    public int Take(long time)
    {
        var taken = 0;
        var whole = 0;
        foreach (var bucket in _buckets)
        {
            var isWhole = time == long.MaxValue || bucket.Step < time >> StepBits;
            if (!isWhole && (bucket.Step > time >> StepBits || bucket.Least >= time)) break;
            if (isWhole) whole++;
            var kept = 0;
            var least = long.MaxValue;
            for (var entry = bucket.First; entry != 0;)
            {
                var slot = entry - 1;
                entry = _next[slot];
                if (isWhole || _at[slot] < time)
                {
                    _next[slot] = taken;
                    taken = slot + 1;
                    continue;
                }
                (_next[slot], _previous[slot]) = (kept, 0);
                if (kept != 0) _previous[kept - 1] = slot + 1;
                kept = slot + 1;
                least = Math.Min(least, _at[slot]);
            }
            (bucket.First, bucket.Least) = (kept, least);
            if (!isWhole) break;
        }
        if (whole == 0) return taken;
        _buckets.RemoveRange(0, whole);
        owner.Charge(-BucketBytes * whole);
        _last = int.MaxValue;
        return taken;
    }

    /// <summary>The slot + 1 that was taken after another, or 0.</summary>
    public int After(int slot) => _next[slot];

    int PlaceOf(long step, bool adds)
    {
        var (low, high) = (0, _buckets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_buckets[middle].Step < step) low = middle + 1;
            else high = middle;
        }
        if (adds && (low == _buckets.Count || _buckets[low].Step != step))
        {
            owner.Charge(BucketBytes);
            _buckets.Insert(low, new() { Step = step });
        }
        return low;
    }

    public void Dispose()
    {
        owner.Charge(-16L * _at.Length - BucketBytes * _buckets.Count);
        (_at, _next, _previous) = ([], [], []);
        _buckets.Clear();
    }

    sealed class Bucket
    {
        public required long Step { get; init; }
        public int First { get; set; }
        public long Least { get; set; } = long.MaxValue;
    }
}
