using Millrace.Sketches.Images;

namespace Millrace.Sketches.OverTime;

/// <summary>Any mergeable sketch over tumbling, hopping and sliding windows of event time.</summary>
/// <remarks>
/// <para>
/// Time is cut into panes; each has a sketch; a window is the merge of its panes. Panes lie in two stacks of merged sketches, so that moving on by a pane
/// costs two merges in the long run and a result three, whether the window has 2 panes or 2,000. Updates cost what the sketch costs, late ones a little more.
/// </para>
/// <para>
/// Times are whole numbers in any one unit. Items may come in any order, as long as their pane is still needed: what is needed is moved on by
/// <see cref="Advance"/> alone; what comes later is counted as <see cref="Late"/> and left out. A result is what the sketch would be that was fed the window's
/// items alone, up to what its <c>Merge</c> promises (for HLL the estimate of merged sketches, for KLL the same bound).
/// </para>
/// <para>Memory: about two sketches a pane that has items. One thread at a time.</para>
/// </remarks>
/// <example>
/// <code>
/// // Median of the last 60 seconds, to the second.
/// var last = WindowedSketch&lt;KllSketch&lt;double&gt;, double&gt;.Sliding(() => new KllSketch&lt;double&gt;(), size: 60, slide: 1);
/// for (var second = 0; second &lt; 600; second++)
/// {
///     last.Update(second, time: second);
///     last.Advance(second);
/// }
/// Console.WriteLine(last.Current().Quantile(0.5));   // 569
/// </code>
/// </example>
/// <typeparam name="TSketch">The sketch.</typeparam>
/// <typeparam name="T">What it is fed with.</typeparam>
public sealed class WindowedSketch<TSketch, T> where TSketch : class, ISketch<TSketch, T>
{
    readonly Func<TSketch> _create;
    readonly PaneQueue<TSketch> _panes;
    readonly long _panesPerWindow;
    long _nextWindow = long.MaxValue; // first pane of the next window to be told; unknown until the first item
    long _firstNeeded = long.MinValue; // panes before are gone

    WindowedSketch(Func<TSketch> create, long size, long slide, bool isSliding)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThan(slide, 1);
        if (size < slide || size % slide != 0) throw new ArgumentOutOfRangeException(nameof(size), size, $"The size of a window is a multiple of its slide {slide}.");
        _create = create;
        _panes = new PaneQueue<TSketch>(create);
        Size = size;
        Slide = slide;
        IsSliding = isSliding;
        _panesPerWindow = size / slide;
    }

    /// <summary>Windows side by side: [0, size), [size, 2 size) ...</summary>
    /// <param name="create">Makes an empty sketch, each time with the same parameters.</param>
    /// <param name="size">Length of a window, &gt; 0.</param>
    public static WindowedSketch<TSketch, T> Tumbling(Func<TSketch> create, long size) => new(create, size, size, false);

    /// <summary>Windows that begin at every multiple of a hop.</summary>
    /// <param name="create">Makes an empty sketch, each time with the same parameters.</param>
    /// <param name="size">Length of a window, a multiple of the hop.</param>
    /// <param name="hop">Distance between the beginnings, &gt; 0.</param>
    public static WindowedSketch<TSketch, T> Hopping(Func<TSketch> create, long size, long hop) => new(create, size, hop, false);

    /// <summary>The window that ends now, whenever it is asked for.</summary>
    /// <param name="create">Makes an empty sketch, each time with the same parameters.</param>
    /// <param name="size">Length of the window, a multiple of the slide.</param>
    /// <param name="slide">The step by which the window moves: how exact its beginning is, &gt; 0.</param>
    public static WindowedSketch<TSketch, T> Sliding(Func<TSketch> create, long size, long slide) => new(create, size, slide, true);

    /// <summary>Length of a window.</summary>
    public long Size { get; }

    /// <summary>Length of a pane.</summary>
    public long Slide { get; }

    /// <summary>Whether there is one window that ends now, else windows that close.</summary>
    public bool IsSliding { get; }

    /// <summary>Number of items that came after their pane was gone.</summary>
    public long Late { get; private set; }

    /// <summary>Number of panes that have items.</summary>
    public int Panes => _panes.Count;

    /// <summary>Number of merges so far, those of results included.</summary>
    public long Merges => _panes.Merges;

    /// <summary>Bytes of memory, to within a few dozen a pane.</summary>
    public long MemorySize => 104 + _panes.MemorySize;

    /// <summary>Adds an item at a time; left out and counted if its pane is gone.</summary>
    public void Update(T item, long time) => Update(item, time, static (sketch, item) => sketch.Update(item));

    /// <summary>Feeds the sketch of a time in a way of its own, for instance with a weight, or UTF-8, or many items of one time; false if its pane is gone.</summary>
    /// <param name="argument">Passed on to <paramref name="update"/>, so that it need not capture anything.</param>
    /// <param name="time">The time of the item.</param>
    /// <param name="update">May be called for several sketches.</param>
    public bool Update<TArgument>(TArgument argument, long time, Action<TSketch, TArgument> update) where TArgument : allows ref struct
    {
        var pane = PaneOf(time);
        if (pane < _firstNeeded)
        {
            Late++;
            return false;
        }
        if (!IsSliding && (_nextWindow == long.MaxValue || pane < _nextWindow + _panesPerWindow - 1))
            _nextWindow = Math.Max(FirstWindowOf(pane), _firstNeeded);
        _panes.Update(pane, argument, update);
        return true;
    }

    /// <summary>Time has moved on: no window that ends up to here changes any more. Gives those that close, oldest first, without those that have no items.</summary>
    /// <param name="now">For windows that close the watermark; for a sliding window its newest time.</param>
    public List<WindowResult<TSketch>> Advance(long now)
    {
        List<WindowResult<TSketch>> closed = [];
        var pane = PaneOf(now);
        if (IsSliding)
        {
            _firstNeeded = Math.Max(_firstNeeded, pane - _panesPerWindow + 1);
            _panes.DropBefore(_firstNeeded);
            return closed;
        }

        // The windows whose last pane is before the one of now.
        while (!_panes.IsEmpty && _nextWindow + _panesPerWindow <= pane)
        {
            _panes.DropBefore(_nextWindow, _nextWindow + _panesPerWindow - 1);
            if (_panes.IsEmpty) break;
            // Where there are no items for long, whole windows are passed over.
            var oldest = FirstWindowOf(_panes.Oldest);
            if (oldest > _nextWindow)
            {
                _nextWindow = oldest;
                continue;
            }
            closed.Add(new(_nextWindow * Slide, (_nextWindow + _panesPerWindow) * Slide, _panes.Merged(_nextWindow + _panesPerWindow - 1)));
            _nextWindow++;
        }
        _firstNeeded = Math.Max(_firstNeeded, pane - _panesPerWindow + 1);
        _panes.DropBefore(_firstNeeded, _firstNeeded + _panesPerWindow - 1);
        if (_panes.IsEmpty) _nextWindow = long.MaxValue;
        else _nextWindow = Math.Max(_nextWindow, _firstNeeded);
        return closed;
    }

    /// <summary>A sketch of all items whose panes are still needed: of a sliding window the last <see cref="Size"/> up to where time was advanced to, and what came ahead of it.</summary>
    public TSketch Current() => _panes.Merged();

    long PaneOf(long time) => Math.DivRem(time, Slide, out var rest) - (rest < 0 ? 1 : 0);

    long FirstWindowOf(long pane) => pane - _panesPerWindow + 1;

    // Image: head with the kind of window; size, slide, late, next window, first needed; number of panes of the front and the back; each with its number, length and image.

    /// <summary>The windows as bytes; <see cref="Load"/> reads them.</summary>
    public byte[] Save()
    {
        var (front, back) = _panes.Stacks;
        var images = front.Concat(back).Select(p => (p.Pane, Image: p.Sketch.Save())).ToList();
        var writer = new ImageWriter(8 + 48 + images.Sum(p => 12 + p.Image.Length));
        OwnImage.Write(ref writer, OwnImage.Kind.Windows, IsSliding ? 1 : 0);
        foreach (var number in new[] { Size, Slide, Late, _nextWindow, _firstNeeded }) writer.Int64(number);
        writer.Int32(front.Count);
        writer.Int32(back.Count);
        foreach (var (pane, image) in images)
        {
            writer.Int64(pane);
            writer.Int32(image.Length);
            writer.Bytes(image);
        }
        return writer.Finish();
    }

    /// <summary>The windows that an image describes.</summary>
    /// <param name="image">What <see cref="Save"/> gave.</param>
    /// <param name="create">Makes an empty sketch with the same parameters as those of the image.</param>
    /// <exception cref="SketchFormatException">The image is damaged.</exception>
    public static WindowedSketch<TSketch, T> Load(ReadOnlySpan<byte> image, Func<TSketch> create)
    {
        var reader = new ImageReader(image);
        var isSliding = OwnImage.Read(ref reader, OwnImage.Kind.Windows) == 1;
        var size = reader.Int64();
        var slide = reader.Int64();
        SketchFormatException.ThrowUnless(slide > 0 && size >= slide && size % slide == 0, $"Windows of size {size} do not go with a slide of {slide}.");
        var windows = new WindowedSketch<TSketch, T>(create, size, slide, isSliding) { Late = reader.Int64(), _nextWindow = reader.Int64(), _firstNeeded = reader.Int64() };
        var front = reader.Int32();
        var back = reader.Int32();
        SketchFormatException.ThrowUnless(front >= 0 && back >= 0, $"There are {front} and {back} panes.");
        reader.Require((long)front + back, 12);
        List<(long, TSketch)> older = [], newer = [];
        var last = long.MinValue;
        for (var i = 0; i < (long)front + back; i++)
        {
            var pane = reader.Int64();
            SketchFormatException.ThrowUnless(pane > last && Math.Abs((double)pane) * slide < long.MaxValue / 2, $"Pane {pane} follows pane {last}.");
            last = pane;
            (i < front ? older : newer).Add((pane, TSketch.Load(reader.Bytes(reader.Int32()), create())));
        }
        SketchFormatException.ThrowUnless(older.Count + newer.Count == 0 || isSliding || windows._nextWindow <= last, $"The next window starts at pane {windows._nextWindow}, after the last, {last}.");
        try
        {
            windows._panes.Restore(older, newer);
        }
        catch (ArgumentException exception)
        {
            SketchFormatException.Throw($"The panes do not go together: {exception.Message}");
        }
        return windows;
    }
}
