using System.Globalization;
using Millrace.Runtime;
using Spectre.Console;

namespace Millrace.Cli.Running;

/// <summary>A run as a table that moves: one line a node, its rows, speed, event time, late rows and errors.</summary>
sealed class WatchReport(TimeProvider clock) : TextReport(clock)
{
    int _lines;

    public override TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    public override void Tick(PipelineStatus status)
    {
        var text = Draw(status, Math.Max(60, Console.WindowWidth));
        Erase();
        Warn(status);
        Console.Out.Write(text);
        _lines = text.Count(c => c == '\n');
    }

    /// <summary>The table as text for a terminal of a width.</summary>
    internal static string Draw(PipelineStatus status, int width)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var name in (ReadOnlySpan<string>)["node", "kind"]) table.AddColumn(name);
        foreach (var name in (ReadOnlySpan<string>)["rows in", "rows out", "rows/s", "event time", "late", "errors", "state"])
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        foreach (var node in status.Nodes)
            table.AddRow(Markup.Escape(node.Label), node.Kind, Number(node.RowsIn), Number(node.RowsOut), Number((long)node.RowsPerSecond),
                node.Frontier is { } frontier ? frontier.Closed.ToString() : "", Number(node.Late), Number(node.Errors), Number(node.StateRows));
        table.Caption(string.Create(CultureInfo.InvariantCulture,
            $"version {status.Version}, {status.State.ToString().ToLowerInvariant()}, last commit {status.LastCommitMs:N1} ms (one every {status.CommitInterval.TotalMilliseconds:N0} ms), {status.MemoryUsedBytes / 1048576.0:N0} MB"));
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.Yes });
        console.Profile.Width = width;
        console.Write(table);
        return writer.ToString();
    }

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public override void Stopping()
    {
        Erase();
        base.Stopping();
    }

    public override void Ended(IRunningPipeline running, RunSettings settings, bool isStopped)
    {
        Erase();
        base.Ended(running, settings, isStopped);
    }

    /// <summary>Back to the table's first line, which is written over.</summary>
    void Erase()
    {
        if (_lines == 0) return;
        Console.Out.Write($"\e[{_lines}A\e[J");
        _lines = 0;
    }

    public override void Dispose()
    {
        Erase();
        base.Dispose();
    }
}
