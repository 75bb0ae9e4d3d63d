namespace Millrace.Time;

/// <summary>The panes of CUMULATE: the steps. Each has the number of the first window that it belongs to, which is the one that it completes.</summary>
sealed class CumulatingPanes(CumulatingWindows windows) : Panes(windows)
{
    public override long Of(long time) => windows.First(time);
    public override long StartOf(long pane) => windows.FirstOf(pane) == pane ? windows.StartOf(pane) : windows.EndOf(pane - 1);
    public override long EndOf(long pane) => windows.EndOf(pane);
    public override long FirstWindow(long pane) => pane;
    public override long LastWindow(long pane) => windows.LastOf(pane);
    public override long LongestWindow => windows.Steps;
    public override long FirstPane(long window) => windows.FirstOf(window);
    public override long LastPane(long window) => window;
}
