using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>Starts pipelines.</summary>
public static class PipelineRunner
{
    const int LanesMax = 64;

    /// <summary>Opens store, sources and sinks, and starts the lanes.</summary>
    /// <param name="pipeline">What runs.</param>
    /// <param name="options">What it needs.</param>
    /// <param name="stop">Gives up starting; a pipeline that runs is stopped by <see cref="IRunningPipeline.StopAsync"/>.</param>
    /// <exception cref="ConnectorException">A source, sink or the store cannot be opened.</exception>
    /// <exception cref="PlanException">A view or sink cannot be served as it is declared.</exception>
    public static async Task<IRunningPipeline> StartAsync(Pipeline pipeline, RunOptions options, CancellationToken stop = default)
    {
        var running = await OpenAsync(pipeline, options, stop).ConfigureAwait(false);
        running.Pipeline.Start();
        return running.Pipeline;
    }

    /// <summary>Opens everything and starts no thread: what a test steps by itself.</summary>
    internal static async Task<(RunningPipeline Pipeline, PipelineRun Run)> OpenAsync(Pipeline pipeline, RunOptions options, CancellationToken stop)
    {
        var settings = pipeline.Settings;
        var lanes = options.Inline ? 1 : options.Lanes > 0 ? options.Lanes : settings.Lanes > 0 ? settings.Lanes : Environment.ProcessorCount;
        lanes = Math.Clamp(lanes, 1, LanesMax);
        var limit = settings.MemoryLimitBytes > 0 ? settings.MemoryLimitBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
        var memory = new MemoryAccountant(limit, settings.BatchRows);
        var warnings = new RunWarnings();
        using var recovery = Recovery.Find(options.Store, options.From, warnings, SavedState.PassBytesFor(limit));
        var succession = Succession.Of(pipeline, lanes, recovery?.Saved);
        recovery?.Follow(succession, options, warnings);
        pipeline = succession.Pipeline;
        var plan = succession.Plan;
        var signal = new LaneSignal();
        var failure = new FailureBox(signal.Wake);
        var counters = pipeline.Sources.ToDictionary(s => s.Name, s => new QualityCounters(s.Name, RulesOf(s, pipeline), lanes), StringComparer.Ordinal);
        var sources = new Dictionary<string, SourceRun>(StringComparer.Ordinal);
        var readers = new List<ReaderRun>();
        Checkpointer? checkpointer = null;
        try
        {
            var partitions = new List<IReadOnlyList<IPartition>>();
            foreach (var scan in plan.Scans)
            {
                var source = CreateSource(scan, options, counters[scan.Source.Name], memory, failure);
                sources.Add(scan.Source.Name, source);
                partitions.Add(await source.OpenAsync(recovery?.PositionsOf(scan.Source.Name) ?? [], stop).ConfigureAwait(false));
            }
            options.Store.Open(recovery is null ? plan.Tables : succession.Tables(recovery.Record), recovery?.Record);
            foreach (var reader in plan.Readers)
            {
                var opened = new ReaderRun(reader, reader.Sink is { } sink ? CreateSink(sink, options, pipeline.Name) : null, options.Clock) { State = Succession.StateOf(reader, plan), Memory = memory };
                readers.Add(opened);
                if (opened.Sink is not null) opened.OpenSink(recovery?.Record.Sinks.GetValueOrDefault(reader.Name));
            }
            recovery?.SendPending(options.Store.Blobs!, readers, memory);
            if (options.Store.Blobs is { } blobs)
                checkpointer = new(blobs, lanes, settings.CheckpointsKept, settings.CheckpointsKeptFor, options.Store.Checkpoints(), recovery?.Record, succession.States, succession.Left, succession.Note, options.InBackground, warnings, options.ChooseMerge) { PassBytes = SavedState.PassBytesFor(limit) };

            var listeners = new Listeners();
            var committer = new Committer(options.Store, readers, sources, options.Clock, () => listeners.All, checkpointer, new(readers, memory, warnings));
            var builder = new LaneBuilder(plan, sources, partitions, memory, lanes, new(Path.Combine(options.DataDirectory, "spill"), options.SpillsAlways));
            var pace = new CommitPace(settings.CommitInterval, warnings);
            var signals = new RunSignals();
            var run = new PipelineRun(arrive => builder.Build(signals, settings.QueueLength, options.Inline, options.Clock, arrive), signals, committer, [.. sources.Values], memory,
                options.Clock, failure, signal, pace, plan.Nodes.Any(n => n.IsClocked), checkpointer is not null, builder.Describe);
            if (recovery is not null)
            {
                recovery.Load(plan, run.Lanes, readers, sources.Values, memory);
                if (signals.Now.Microseconds < recovery.Record.Time) signals.Now = new(recovery.Record.Time);
            }
            builder.Begin(run.Lanes);
            if (recovery is not null)
                foreach (var lane in run.Lanes)
                    foreach (var (station, _, _) in lane.Named) station.TellTimeAgain();
            var board = new StatusBoard(pipeline, plan, builder, sources, counters, readers, memory, options.Clock);
            return (new(pipeline, options, plan, run, sources, readers, [.. counters.Values], board, committer, listeners, memory, checkpointer, recovery?.Record.Version, warnings, pace), run);
        }
        catch
        {
            checkpointer?.Dispose();
            foreach (var reader in readers) reader.Dispose();
            foreach (var source in sources.Values) await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    static SourceRun CreateSource(ScanUse scan, RunOptions options, QualityCounters counters, MemoryAccountant memory, FailureBox failure)
    {
        var definition = scan.Source;
        var connector = options.Connectors.Find(definition.Connector)
            ?? throw new ConnectorException(Fault.User, $"Source '{definition.Name}': there is no connector '{definition.Connector}'; there are {string.Join(", ", options.Connectors.All.Select(c => c.Name))}.");
        var source = connector.CreateSource(new(definition.Name, definition.Schema, definition.Options, options.BaseDirectory, options.DataDirectory, options.Clock) { Paths = definition.Paths });
        Formats.Format? format = null;
        if ((definition.Format ?? source.Format) is { } name)
        {
            format = options.Formats.Find(name)
                ?? throw new ConnectorException(Fault.User, $"Source '{definition.Name}': there is no format '{name}'; there are {string.Join(", ", options.Formats.All.Select(f => f.Name))}.");
        }
        return new(scan, source, format, counters, memory, options.Clock, failure);
    }

    static ISink CreateSink(SinkDefinition definition, RunOptions options, string pipeline)
    {
        var connector = options.Connectors.Find(definition.Connector)
            ?? throw new ConnectorException(Fault.User, $"Sink '{definition.Name}': there is no connector '{definition.Connector}'; there are {string.Join(", ", options.Connectors.All.Select(c => c.Name))}.");
        return connector.CreateSink(new(definition.Name, definition.Options, options.BaseDirectory, options.DataDirectory) { Pipeline = pipeline });
    }

    /// <summary>The constraints of a source and of the views that read it first, in the order of the file.</summary>
    static ImmutableArray<RuleCounters> RulesOf(SourceDefinition source, Pipeline pipeline)
    {
        var rules = ImmutableArray.CreateBuilder<RuleCounters>();
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        void Visit(PlanNode node)
        {
            if (!seen.Add(node)) return;
            foreach (var input in node.Inputs) Visit(input);
            if (node is not Expect expect || !ReferenceEquals(FirstSource(node), source)) return;
            foreach (var constraint in expect.Constraints)
                rules.Add(new(constraint.Name, expect.On, Words(constraint.Action), constraint.PredicateText));
        }
        Visit(source.Plan!);
        foreach (var view in pipeline.Views) Visit(view.Plan);
        return rules.ToImmutable();
    }

    static SourceDefinition? FirstSource(PlanNode node) => node is SourceScan scan ? scan.Source : node.Inputs.Select(FirstSource).FirstOrDefault(s => s is not null);

    static string Words(ViolationAction action) => action switch
    {
        ViolationAction.Warn => "WARN",
        ViolationAction.DropRow => "DROP ROW",
        ViolationAction.Quarantine => "QUARANTINE",
        _ => "FAIL",
    };
}
