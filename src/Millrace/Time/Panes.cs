using Millrace.Planning;

namespace Millrace.Time;

/// <summary>How rows fall into the windows of an aggregate: each into one pane, and a window is one or more panes.</summary>
/// <remarks>
/// TUMBLE: the panes are the windows. HOP of fixed length: <see cref="SlidingPanes"/>; CUMULATE: <see cref="CumulatingPanes"/>; so a row is aggregated once and not once a
/// window. HOP by the calendar: the panes are the windows, and a row falls into several (<see cref="Overlaps"/>).
/// </remarks>
abstract class Panes(AlignedWindows windows)
{
    /// <summary>The panes of a spec.</summary>
    public static Panes Create(WindowSpec spec) => AlignedWindows.Create(spec) switch
    {
        CumulatingWindows cumulating => new CumulatingPanes(cumulating),
        FixedWindows sliding when sliding.Size != sliding.Slide => new SlidingPanes(sliding),
        var windows => new WholePanes(windows, spec.Kind == WindowKind.Hop),
    };

    /// <summary>The windows.</summary>
    public AlignedWindows Windows => windows;

    /// <summary>Whether a pane is a window.</summary>
    public virtual bool AreWindows => false;

    /// <summary>Whether a time falls also into the panes before <see cref="Of"/> it that end after it.</summary>
    public virtual bool Overlaps => false;

    /// <summary>The pane that a time falls into.</summary>
    public abstract long Of(long time);

    /// <summary>Where a pane starts.</summary>
    public abstract long StartOf(long pane);

    /// <summary>Where a pane ends.</summary>
    public abstract long EndOf(long pane);

    /// <summary>The first window that a pane belongs to; after <see cref="LastWindow"/> where it belongs to none.</summary>
    public abstract long FirstWindow(long pane);

    /// <summary>The last window that a pane belongs to.</summary>
    public abstract long LastWindow(long pane);

    /// <summary>The length of every pane in microseconds, each beginning where the one before ends; 0 where the calendar decides.</summary>
    public virtual long Length => 0;

    /// <summary>How many panes the longest window has.</summary>
    public virtual long LongestWindow => 1;

    /// <summary>The first pane of a window.</summary>
    public abstract long FirstPane(long window);

    /// <summary>The last pane of a window.</summary>
    public abstract long LastPane(long window);
}

/// <summary>Panes that are the windows themselves.</summary>
sealed class WholePanes(AlignedWindows windows, bool overlaps) : Panes(windows)
{
    public override bool AreWindows => true;
    public override bool Overlaps => overlaps && Windows is CalendarWindows;
    public override long Length => Windows is FixedWindows { Size: var size, Slide: var slide } && size == slide ? size : 0;
    public override long Of(long time) => Windows.Last(time);
    public override long StartOf(long pane) => Windows.StartOf(pane);
    public override long EndOf(long pane) => Windows.EndOf(pane);
    public override long FirstWindow(long pane) => pane;
    public override long LastWindow(long pane) => pane;
    public override long FirstPane(long window) => window;
    public override long LastPane(long window) => window;
}
