using System.Runtime.CompilerServices;
using Millrace.Runtime;
using Millrace.Sqlite;
using Millrace.Stores;

namespace Millrace.Cli.Running;

/// <summary>One pipeline from start to end: store, lanes, page, and what is said about it on the way.</summary>
static class PipelineRun
{
    /// <summary>Runs until the sources are done, the user stops it, or it fails; gives the exit code.</summary>
    public static async Task<int> RunAsync(PipelineFile file, RunSettings settings)
    {
        var clock = TimeProvider.System;
        var report = Report(settings, clock);
        HeapLimit.Set(file.Pipeline.Settings.MemoryLimitBytes);
        try
        {
            using var signal = new StopSignal();
            using var store = StoredResults.Create(settings.Store, settings.DataDirectory);
            if (store is SqliteStore embedded) embedded.KeepCheckpointsIn(file.Pipeline.Settings.CheckpointFolder is { Length: > 0 } folder ? Path.Combine(file.Folder, folder) : null);
            await using var running = await PipelineRunner.StartAsync(file.Pipeline, Options(file, settings, store, clock), signal.Token);
            return settings.IsServed ? await ServeAsync(running, settings, report, signal, clock) : await FollowAsync(running, settings, report, signal, clock, null);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Stopped;
        }
        catch (Exception e) when (settings.Json)
        {
            var (message, code) = Failures.Explain(e);
            report.Failed(message, code);
            return code;
        }
        finally
        {
            report.Dispose();
        }
    }

    static RunOptions Options(PipelineFile file, RunSettings settings, IStore store, TimeProvider clock) => new()
    {
        Store = store,
        Connectors = file.Options.Connectors,
        Formats = file.Options.Formats,
        DataDirectory = settings.DataDirectory,
        BaseDirectory = file.Folder,
        Clock = clock,
        Lanes = settings.Lanes,
        From = settings.From,
        DropsState = settings.DropsState,
        MayStartOver = settings.MayStartOver,
    };

    static RunReport Report(RunSettings settings, TimeProvider clock) =>
        settings.Json ? new JsonReport(clock) : settings.Watch && Output.Terminal.IsInteractive ? new WatchReport(clock) : new TextReport(clock);

    /// <summary>Its own method, so that a run without a page never loads the web server's assemblies (0.1 s).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<int> ServeAsync(IRunningPipeline running, RunSettings settings, RunReport report, StopSignal signal, TimeProvider clock)
    {
        await using var server = await Server.MillraceServer.StartAsync(running,
            new() { Host = settings.Host, Port = settings.Port ?? 8080, AllowOrigin = settings.AllowOrigin, Clock = clock }, signal.Token);
        return await FollowAsync(running, settings, report, signal, clock, server.Address);
    }

    static async Task<int> FollowAsync(IRunningPipeline running, RunSettings settings, RunReport report, StopSignal signal, TimeProvider clock, Uri? page)
    {
        report.Started(running, settings, page);
        var completion = running.Completion;
        while (!completion.IsCompleted && !signal.Asked.IsCompleted)
        {
            using var next = new CancellationTokenSource();
            await Task.WhenAny(completion, signal.Asked, Task.Delay(report.Interval, clock, next.Token));
            await next.CancelAsync();
            if (!completion.IsCompleted) report.Tick(running.Status());
        }
        if (!completion.IsCompleted)
        {
            report.Stopping();
            await running.StopAsync();
            report.Ended(running, settings, isStopped: true);
            return ExitCodes.Stopped;
        }
        try
        {
            await completion;
        }
        catch (Exception e) when (page is not null && !settings.UntilDone)
        {
            // Its page says so too, and shows the results up to then.
            var (message, code) = Failures.Explain(e);
            if (settings.Json) report.Failed(message, code);
            else Output.Terminal.Error(message);
            report.StaysAt(page);
            await signal.Asked;
            return code;
        }
        report.Ended(running, settings, isStopped: false);
        if (page is null || settings.UntilDone) return ExitCodes.Done;
        report.StaysAt(page);
        await signal.Asked;
        return ExitCodes.Done;
    }
}
