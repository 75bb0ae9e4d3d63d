using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>What is outside of a process and outlives it: the clock, the store, what sources hold and what sinks have got.</summary>
sealed class World : IDisposable
{
    readonly Pipeline _pipeline;
    readonly IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> _data;
    readonly Way _way;
    readonly Random _moments;
    long _before, _wanted; // the newest checkpoint when an older one was wanted, and that
    readonly Dictionary<string, TroubledSource> _sources = new(StringComparer.Ordinal);
    readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);

    public World(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data, Way way)
    {
        (_pipeline, _data, _way, _moments, Troubles) = (pipeline, data, way, new(way.Seed), new(way.Seed, way.Troubles));
        Store = way.Troubles > 0 ? new TroubledStore(Troubles) : new MemoryStore { Blobs = way.KeepsState ? new MemoryBlobStore() : null };
        foreach (var source in pipeline.Sources) _sources.Add(source.Name, new(source.Schema, data[source.Name], Troubles));
        foreach (var sink in pipeline.Sinks) _targets.Add(sink.Name, new(way.Troubles > 0 && Troubles.Next(3) == 0, Troubles));
    }

    public Troubles Troubles { get; }
    public VirtualClock Clock { get; } = new();
    public IStore Store { get; }

    /// <summary>What a sink has got.</summary>
    public IReadOnlyList<(long Version, object?[] Row, int Weight)> ChangesOf(string sink) => _targets[sink].Changes;

    /// <summary>Whether the next process has nothing to go on from: there is no commit yet, or the last run had come to its end.</summary>
    public bool BeginsAnew => Store.Checkpoints() is [] or [{ IsFinished: true }, ..];

    /// <summary>The next process begins.</summary>
    /// <returns>What it is run with.</returns>
    public RunOptions Begin(int lanes)
    {
        Troubles.Begin();
        if (Store.Checkpoints() is [{ IsFinished: true }, ..])
            foreach (var source in _sources.Values) source.BeginAnew();
        var options = Orders.Options(new TestConnector(), Store, Clock, lanes);
        foreach (var name in _pipeline.Sources.Select(s => s.Connector).Concat(_pipeline.Sinks.Select(s => s.Connector)).Distinct()) options.Connectors.Replace(new Door(name, this));
        return options with { From = From(), ChooseMerge = ChooseMerge, SpillsAlways = _way.Spills };
    }

    /// <summary>Any run of the newest pieces.</summary>
    int ChooseMerge(ImmutableArray<CheckpointPiece> chain) => chain.Length < 2 || _moments.Next(2) == 0 ? 0 : _moments.Next(1, chain.Length + 1);

    /// <summary>The newest checkpoint, or now and then an older one; sinks are put back by hand then.</summary>
    StartFrom From()
    {
        if (Store.Checkpoints() is not { Count: > 1 } kept) return StartFrom.Latest;
        // Sinks that were put back wait for the store.
        if (kept[0].Version != _before)
        {
            if (_moments.Next(3) > 0) return StartFrom.Latest;
            (_before, _wanted) = (kept[0].Version, kept[_moments.Next(1, kept.Count)].Version);
            foreach (var target in _targets.Values) target.GoBack(_wanted);
        }
        return StartFrom.At(_wanted);
    }

    /// <summary>What happens by itself between two turns of the process: the clock is set, or the machine sleeps.</summary>
    public void Turn()
    {
        if (Troubles.Happens("the clock is set")) Clock.Set(TimeSpan.FromSeconds(Troubles.Next(200_000) - 100_000));
        if (Troubles.Happens("the machine sleeps")) Clock.Advance(TimeSpan.FromMinutes(Troubles.Next(100)));
    }

    ISource Source(string name) => _way.Troubles > 0 ? _sources[name]
        : new TestSource(true, [.. _data[name].Select((rows, i) => new TestRows(i, _pipeline.Sources.First(s => s.Name == name).Schema, _way.Seed + i, true, [.. rows]))]);

    public void Dispose() => Store.Dispose();

    /// <summary>The connector by which a process reaches it.</summary>
    sealed class Door(string name, World world) : Connector
    {
        public override string Name => name;
        public override string Summary => "For tests.";
        public override ISource CreateSource(SourceContext context) => world.Source(context.Name);
        public override ISink CreateSink(SinkContext context) => world._targets[context.Name].Open();
    }
}
