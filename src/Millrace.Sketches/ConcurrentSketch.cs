namespace Millrace.Sketches;

/// <summary>A sketch that several threads feed at once: each thread has one of several copies behind a lock of its own, merged when somebody asks.</summary>
/// <remarks>
/// All members may be called by any thread. An update takes an uncontended lock (about 15 ns; give it spans to spread that), a reading merges
/// all copies: O(copies × size). What an update wrote before a reading began is in the reading.
/// </remarks>
/// <example>
/// <code>
/// var visitors = new ConcurrentSketch&lt;HllSketch&gt;(() => new HllSketch(12));
/// Parallel.For(0, 1000, i => visitors.Update(i, static (sketch, item) => sketch.Update(item)));
/// Console.WriteLine(visitors.Snapshot().Estimate.ToString("F0"));
/// </code>
/// </example>
/// <typeparam name="TSketch">What is fed.</typeparam>
public sealed class ConcurrentSketch<TSketch> where TSketch : class, ISketch<TSketch>
{
    readonly Func<TSketch> _create;
    readonly TSketch[] _copies;

    /// <summary>Starts empty.</summary>
    /// <param name="create">Makes an empty sketch, each time with the same parameters.</param>
    /// <param name="copies">How many copies, at least 1; by default as many as the machine has processors.</param>
    public ConcurrentSketch(Func<TSketch> create, int? copies = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        var count = copies ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(copies));
        _create = create;
        _copies = new TSketch[count];
        for (var i = 0; i < count; i++) _copies[i] = create();
    }

    /// <summary>Feeds a copy of this thread's.</summary>
    /// <param name="item">Passed on to <paramref name="update"/>, so that it need not capture anything.</param>
    /// <param name="update">Called once, under the copy's lock; it must not call this object.</param>
    public void Update<T>(T item, Action<TSketch, T> update) where T : allows ref struct
    {
        var copy = _copies[(uint)Environment.CurrentManagedThreadId % (uint)_copies.Length];
        lock (copy) update(copy, item);
    }

    /// <summary>A new sketch of all that has been fed so far.</summary>
    public TSketch Snapshot()
    {
        var all = _create();
        foreach (var copy in _copies)
            lock (copy) all.Merge(copy);
        return all;
    }
}
