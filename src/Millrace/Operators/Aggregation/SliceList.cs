using Millrace.Data;

namespace Millrace.Operators.Aggregation;

/// <summary>The slices of time that are open, by number, and the used ones for later.</summary>
sealed class SliceList(MemoryOwner owner) : IDisposable
{
    readonly List<Slice> _open = [];
    readonly Stack<Slice> _pool = [];

    /// <summary>The numbers of slices that stand in a checkpoint and were freed since.</summary>
    public List<long> Gone { get; } = [];

    /// <summary>The open slices in the order of their numbers.</summary>
    public List<Slice> Open => _open;

    /// <summary>Number of open slices.</summary>
    public int Count => _open.Count;

    /// <summary>An open slice by its place in the order.</summary>
    public Slice this[int place] => _open[place];

    /// <summary>The slice of a number, or null.</summary>
    public Slice? Find(long index, long from)
    {
        var place = PlaceOf(index, from);
        return place >= 0 ? _open[place] : null;
    }

    /// <summary>Opens a slice that is not there.</summary>
    public Slice Add(long index, long from, long start, long end)
    {
        var slice = _pool.TryPop(out var used) ? used : new Slice(owner);
        slice.Open(index, from, start, end);
        _open.Insert(~PlaceOf(index, from), slice);
        return slice;
    }

    /// <summary>Frees a slice and its groups.</summary>
    public void Remove(Slice slice, Groups groups)
    {
        _open.RemoveAt(PlaceOf(slice.Index, slice.From));
        if (slice.IsSaved) Gone.Add(slice.Index);
        slice.Clear(groups);
        slice.ReleaseSpilled();
        _pool.Push(slice);
    }

    /// <summary>Forgets the groups that are in memory, and frees it; the slices stay open.</summary>
    public void Forget()
    {
        foreach (var slice in _open) slice.Forget();
        foreach (var slice in _pool) slice.Dispose();
        _pool.Clear();
    }

    /// <summary>The place of the first slice with at least a number.</summary>
    public int FirstFrom(long index)
    {
        var place = PlaceOf(index, long.MinValue);
        return place >= 0 ? place : ~place;
    }

    int PlaceOf(long index, long from)
    {
        // Nearly always the newest slices are asked for.
        var (low, high) = (0, _open.Count - 1);
        while (low <= high)
        {
            var middle = (low + high + 1) / 2;
            var slice = _open[middle];
            var order = slice.Index != index ? slice.Index.CompareTo(index) : slice.From.CompareTo(from);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return ~low;
    }

    public void Dispose()
    {
        foreach (var slice in _open) slice.Dispose();
        foreach (var slice in _pool) slice.Dispose();
        _open.Clear();
        _pool.Clear();
    }
}
