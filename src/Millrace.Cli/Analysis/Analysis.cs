using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Cli.Analysis;

/// <summary>EXPLAIN ANALYZE of a file: runs it for a while with results in memory and sinks that keep nothing, and shows what each operator did.</summary>
static class Analysis
{
    /// <summary>Runs until the sources are done or the time is over.</summary>
    public static async Task<PipelineStatus> RunAsync(PipelineFile file, TimeSpan time, int lanes, CancellationToken stop)
    {
        var connectors = PipelineFile.Connectors().Add(new DiscardConnector());
        var pipeline = file.Pipeline with { Sinks = [.. file.Pipeline.Sinks.Select(s => s with { Connector = "$discard", Options = Connectors.Options.None })] };
        var folder = Directory.CreateTempSubdirectory("millrace-analyze-");
        try
        {
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
            {
                Store = store,
                Connectors = connectors,
                Formats = file.Options.Formats,
                DataDirectory = folder.FullName,
                BaseDirectory = file.Folder,
                Lanes = lanes,
            }, stop);
            await Task.WhenAny(running.Completion, Task.Delay(time, stop));
            var wasOver = running.Completion.IsCompleted;
            if (!wasOver) await running.StopAsync();
            await running.Completion;
            return running.Status();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The operators of what one source, view or sink is computed by, as a table; the plan's tree by indentation.</summary>
    public static void Write(PipelineStatus status, TimeSpan elapsed)
    {
        var rows = new List<string[]>();
        foreach (var owner in status.Operators.GroupBy(o => o.Owner))
        {
            rows.Add([owner.Key, "", "", "", "", "", "", "", ""]);
            var read = owner.SelectMany(o => o.Inputs).ToHashSet();
            var shown = new HashSet<int>();
            foreach (var top in owner.Where(o => !read.Contains(o.Id) || !owner.Any(r => r.Inputs.Contains(o.Id)))) Add(top, 1);

            void Add(OperatorStatus node, int depth)
            {
                if (!shown.Add(node.Id)) return;
                rows.Add(Row(node, depth, elapsed));
                foreach (var input in node.Inputs)
                    if (owner.FirstOrDefault(o => o.Id == input) is { } below) Add(below, depth + 1);
            }
        }
        string[] names = ["operator", "rows in", "rows out", "rows/s", "time", "rows a batch", "state at most", "watermark", "hottest keys"];
        TextTable.Write(Console.Out, names, [false, true, true, true, true, true, true, false, false], rows);
    }

    static string[] Row(OperatorStatus node, int depth, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        return
        [
            new string(' ', 2 * depth) + TextTable.OneLine($"{node.Name} {node.Details}"), Number(node.RowsIn), Number(node.RowsOut), Number((long)(node.RowsIn / seconds)),
            node.TimeShare.ToString("P1", CultureInfo.InvariantCulture), node.Batches == 0 ? "" : Number(node.RowsIn / node.Batches), StateOf(node), Watermark(node.Watermark),
            TextTable.OneLine(string.Join("; ", node.HotKeys.Select(k => $"{k.Key} {k.Share.ToString("P0", CultureInfo.InvariantCulture)}"))),
        ];
    }

    static string StateOf(OperatorStatus node) => node.StateBound == "none" ? "" : $"{Number(node.MostStateRows)} rows, {Bytes(node.MostStateBytes)} ({node.StateBound})";

    static string Watermark(Frontier? frontier) => frontier is not { Closed: var closed } || closed == Timestamp.MinValue ? "" : closed == Timestamp.MaxValue ? "the end" : closed.ToString();

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:N1} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:N1} GiB"),
    };
}
