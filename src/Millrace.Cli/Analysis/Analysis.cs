using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;

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
}
