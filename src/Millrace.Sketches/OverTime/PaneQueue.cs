namespace Millrace.Sketches.OverTime;

/// <summary>Panes of a window, oldest first, with their merge at hand: a queue made of two stacks.</summary>
/// <remarks>
/// <para>
/// The new panes stand as they are, beside the merge of all of them but the newest (the back). Of the old ones (the front) each is merged with all that
/// follow it in the front, so that the oldest is the merge of the front, and is dropped by one step. When the front is used up the back becomes the front, one
/// merge a pane. So a pane is merged twice in its life, and the whole is the merge of three sketches, whatever the number of panes.
/// </para>
/// <para>
/// A late item goes to its pane and to every merge that the pane is part of; these are sketches too, so it is an update of each.
/// Tangwongsan, Hirzel and Schneider (2021), In-Order Sliding-Window Aggregation in Worst-Case Constant Time, VLDB Journal 30; the two stacks are folklore.
/// </para>
/// </remarks>
sealed class PaneQueue<TSketch>(Func<TSketch> create) where TSketch : class, ISketch<TSketch>
{
    // Front: merges of a pane with all later ones of the front, oldest last, so that it is dropped from the end.
    readonly List<(long Pane, TSketch Merged)> _front = [];
    readonly List<(long Pane, TSketch Sketch)> _back = [];
    TSketch? _backMerged; // all of the back but its last pane; null while there are none

    public bool IsEmpty => _front.Count == 0 && _back.Count == 0;

    public int Count => _front.Count + _back.Count;

    /// <summary>How often sketches were merged so far.</summary>
    public long Merges { get; private set; }

    public long MemorySize
    {
        get
        {
            var size = 136L + 16 * (_front.Capacity + _back.Capacity) + (_backMerged?.MemorySize ?? 0);
            foreach (var (_, sketch) in _front) size += sketch.MemorySize;
            foreach (var (_, sketch) in _back) size += sketch.MemorySize;
            return size;
        }
    }

    /// <summary>Feeds the sketch of a pane, and every merge that it is part of.</summary>
    public void Update<TArgument>(long pane, TArgument argument, Action<TSketch, TArgument> update) where TArgument : allows ref struct
    {
        if (_back.Count > 0 && _back[^1].Pane == pane)
        {
            update(_back[^1].Sketch, argument);
            return;
        }
        if (_back.Count == 0 ? _front.Count == 0 || pane > _front[0].Pane : pane > _back[^1].Pane)
        {
            if (_back.Count > 0) MergeInto(ref _backMerged, _back[^1].Sketch);
            _back.Add((pane, create()));
            update(_back[^1].Sketch, argument);
            return;
        }
        if (_front.Count == 0 || pane > _front[0].Pane)
        {
            // A late item of the back: not of its last pane.
            var place = _back.FindIndex(p => p.Pane >= pane);
            if (_back[place].Pane != pane) _back.Insert(place, (pane, create()));
            update(_back[place].Sketch, argument);
            update(_backMerged ??= create(), argument);
            return;
        }

        // A late item of the front: all merges from its pane to the oldest have it.
        var at = _front.FindLastIndex(p => p.Pane >= pane);
        if (_front[at].Pane != pane)
        {
            var merged = create();
            merged.Merge(_front[at].Merged);
            Merges++;
            _front.Insert(++at, (pane, merged));
        }
        for (; at < _front.Count; at++) update(_front[at].Merged, argument);
    }

    /// <summary>Drops the panes before a pane.</summary>
    /// <param name="pane">The first that is kept.</param>
    /// <param name="last">The last pane of the result that is wanted next: later ones stay single, so that it can be made without them.</param>
    public void DropBefore(long pane, long last = long.MaxValue)
    {
        DropFront(pane);
        if (_front.Count > 0 || _back.Count == 0 || _back[0].Pane >= pane) return;

        // The front is used up: what the back still needs becomes the front, but for the last pane, which is still fed.
        _backMerged = null;
        var needed = _back.FindIndex(p => p.Pane >= pane);
        if (needed < 0)
        {
            _back.Clear();
            return;
        }
        var end = _back.FindIndex(needed, p => p.Pane > last);
        end = Math.Min(end < 0 ? _back.Count : end, _back.Count - 1);
        for (var i = end - 1; i >= needed; i--)
        {
            var (number, sketch) = _back[i];
            if (_front.Count > 0) MergeInto(sketch, _front[^1].Merged);
            _front.Add((number, sketch));
        }
        _back.RemoveRange(0, Math.Max(end, needed));
        for (var i = 0; i < _back.Count - 1; i++) MergeInto(ref _backMerged, _back[i].Sketch);
    }

    void DropFront(long pane)
    {
        while (_front.Count > 0 && _front[^1].Pane < pane) _front.RemoveAt(_front.Count - 1);
    }

    /// <summary>A new sketch of all panes up to one: three merges at most if that is the last or the last but one, else one for each pane of the back.</summary>
    public TSketch Merged(long last = long.MaxValue)
    {
        var all = create();
        if (_front.Count > 0) MergeInto(all, _front[^1].Merged);
        if (_back.Count == 0) return all;
        if (_backMerged is not null && _back[^2].Pane <= last)
        {
            MergeInto(all, _backMerged);
            if (_back[^1].Pane <= last) MergeInto(all, _back[^1].Sketch);
            return all;
        }
        foreach (var (pane, sketch) in _back)
            if (pane <= last) MergeInto(all, sketch);
        return all;
    }

    /// <summary>The oldest pane, if there is one.</summary>
    public long Oldest => _front.Count > 0 ? _front[^1].Pane : _back.Count > 0 ? _back[0].Pane : long.MaxValue;

    void MergeInto(TSketch all, TSketch one)
    {
        all.Merge(one);
        Merges++;
    }

    void MergeInto(ref TSketch? all, TSketch one) => MergeInto(all ??= create(), one);

    /// <summary>The stacks, for an image: front, oldest first, then the back.</summary>
    public (List<(long Pane, TSketch Sketch)> Front, List<(long Pane, TSketch Sketch)> Back) Stacks => ([.. Enumerable.Reverse(_front)], [.. _back]);

    /// <summary>Takes stacks over, as <see cref="Stacks"/> gave them.</summary>
    public void Restore(List<(long Pane, TSketch Sketch)> front, List<(long Pane, TSketch Sketch)> back)
    {
        _front.AddRange(Enumerable.Reverse(front));
        _back.AddRange(back);
        for (var i = 0; i < _back.Count - 1; i++) MergeInto(ref _backMerged, _back[i].Sketch);
    }
}
