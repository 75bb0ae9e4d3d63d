using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The graph of a running pipeline with its figures: sources, their cleaning, views, sinks, dead letters. Thread-safe.</summary>
/// <remarks>Figures are read while lanes write them: each is exact, but they are not of one moment.</remarks>
sealed class StatusBoard
{
    readonly Pipeline _pipeline;
    readonly PhysicalPlan _plan;
    readonly IReadOnlyDictionary<string, SourceRun> _sources;
    readonly IReadOnlyDictionary<string, QualityCounters> _counters;
    readonly IReadOnlyList<ReaderRun> _readers;
    readonly MemoryAccountant _memory;
    readonly ILookup<PhysicalNode, Station> _stations;
    readonly ILookup<string, PhysicalNode> _nodesByOwner;
    readonly OperatorBoard _operators;
    readonly Dictionary<string, RateMeter> _rates = new(StringComparer.Ordinal);
    readonly TimeProvider _clock;
    readonly Lock _lock = new();

    public StatusBoard(Pipeline pipeline, PhysicalPlan plan, LaneBuilder builder, IReadOnlyDictionary<string, SourceRun> sources,
        IReadOnlyDictionary<string, QualityCounters> counters, IReadOnlyList<ReaderRun> readers, MemoryAccountant memory, TimeProvider clock)
    {
        (_pipeline, _plan, _sources, _counters, _readers, _memory, _clock) = (pipeline, plan, sources, counters, readers, memory, clock);
        _stations = plan.Nodes.SelectMany(n => builder.StationsOf(n).Select(s => (Node: n, Station: s))).ToLookup(p => p.Node, p => p.Station);
        _nodesByOwner = plan.Nodes.ToLookup(n => n.Owner);
        _operators = new(plan, _stations, n => memory.Owner(LaneBuilder.OwnerName(n)), clock);
    }

    /// <summary>The operators behind the nodes, now.</summary>
    public IReadOnlyList<OperatorStatus> Operators() => _operators.Operators();

    /// <summary>Why sinks do not take results now.</summary>
    public IEnumerable<string> Problems() =>
        from reader in _readers where reader.Problem is not null select $"Sink '{reader.Reader.Name}' does not take results now and is tried again; nothing is read meanwhile. {reader.Problem}";

    /// <summary>The nodes, now.</summary>
    public IReadOnlyList<NodeStatus> Nodes()
    {
        lock (_lock)
        {
            var nodes = new List<NodeStatus>();
            foreach (var source in _pipeline.Sources) AddSource(source, nodes);
            foreach (var view in _pipeline.Views) nodes.Add(View(view));
            foreach (var reader in _readers)
                if (reader.Reader.Sink is { } sink) nodes.Add(Sink(sink, reader));
            var letters = _counters.Values.Sum(c => c.DeadLetters);
            nodes.Add(new(DeadLetters.TableName, "dead_letters", "dead letters", "records that were set aside", [.. _pipeline.Sources.Select(s => s.Name)], letters, letters,
                Rate(DeadLetters.TableName, letters), 0, null, null, 0, 0, 0, 0, null));
            return nodes;
        }
    }

    void AddSource(SourceDefinition definition, List<NodeStatus> nodes)
    {
        var counters = _counters[definition.Name];
        if (!_sources.TryGetValue(definition.Name, out var source))
        {
            nodes.Add(new(definition.Name, "source", definition.Name, definition.Connector, [], 0, 0, 0, 0, null, null, 0, 0, 0, 0, null));
            return;
        }
        var (rows, bytes) = (counters.Seen, 0L);
        long? total = 0;
        foreach (var feed in source.Feeds)
        {
            bytes += feed.BytesRead;
            total += feed.TotalBytes;
        }
        var (frontier, heldBackBy) = source.Time.Now();
        var decoded = rows - counters.Undecodable;
        var isCleaned = IsCleaned(definition);
        nodes.Add(new(definition.Name, "source", definition.Name, definition.Connector, [], rows, isCleaned ? decoded : counters.Accepted, Rate(definition.Name, rows), bytes, total,
            frontier, isCleaned ? 0 : counters.Late, counters.Undecodable, 0, 0, heldBackBy)
        {
            TimeShare = _operators.Share(ScansOf(definition, isCleaned)),
            BatchRows = _operators.BatchRows(ScansOf(definition, true)),
        });
        if (!isCleaned) return;
        var violated = counters.Rules.Where(r => r.On == definition.Name).Sum(r => r.Violated);
        var constraints = counters.Rules.Count(r => r.On == definition.Name);
        nodes.Add(new(CleanId(definition), "clean", "clean " + definition.Name, ViewSummary.Count(constraints, "constraint"), [definition.Name], decoded,
            counters.Accepted, Rate(CleanId(definition), decoded), 0, null, frontier, counters.Late, violated, 0, 0, null)
        {
            TimeShare = _operators.Share(_nodesByOwner[definition.Name].Where(n => n.Logical is not SourceScan)),
            BatchRows = _operators.BatchRows(ScansOf(definition, true)),
        });
    }

    IEnumerable<PhysicalNode> ScansOf(SourceDefinition source, bool isScanAlone) => _nodesByOwner[source.Name].Where(n => n.Scope == Scope.Partition && (!isScanAlone || n.Logical is SourceScan));

    static string CleanId(SourceDefinition source) => source.Name + ".clean";

    static bool IsCleaned(SourceDefinition source)
    {
        for (var node = source.Plan; node is UnaryNode unary; node = unary.Input)
            if (node is Expect or Project) return true;
        return false;
    }

    NodeStatus View(ViewDefinition view)
    {
        var own = _nodesByOwner[view.Name].ToList();
        var rowsIn = own.SelectMany(n => n.Inputs.Where(i => i.Node.Owner != view.Name)).Select(i => i.Node).Distinct().Sum(n => _stations[n].Sum(s => s.RowsOut(0) + s.RowsOut(1) + s.RowsOut(2)));
        var top = own.Where(n => ReferenceEquals(n.Logical, view.Plan)).ToList();
        var rowsOut = top.Count == 0 ? 0 : top.Max(n => Enumerable.Range(0, 3).Max(p => _stations[n].Sum(s => s.RowsOut(p))));
        // A view that is nothing but another view or source has no node of its own.
        var reader = _readers.FirstOrDefault(r => r.Reader.Table?.Name == view.Name);
        if (top.Count == 0 && reader is not null) (rowsIn, rowsOut) = (reader.Rows, reader.Rows);
        var stateBytes = own.Sum(n => _memory.Owner(LaneBuilder.OwnerName(n)).Bytes);
        var stateRows = own.Sum(n => _stations[n].Sum(s => s.StateRows));
        var errors = _counters.Values.SelectMany(c => c.Rules).Where(r => r.On == view.Name).Sum(r => r.Violated);
        return new(view.Name, view.IsMaterialized ? "materialized" : "view", view.Name, ViewSummary.Of(view.Plan, IsOther), InputsOf(view.Plan, view.Name), rowsIn, rowsOut, Rate(view.Name, rowsIn), 0,
            null, reader?.Frontier, 0, errors, stateRows, stateBytes, null)
        {
            TimeShare = _operators.Share(own),
            BatchRows = _operators.BatchRows(own),
            HotKeys = _operators.HotKeys(own),
        };
    }

    NodeStatus Sink(SinkDefinition sink, ReaderRun reader) =>
        new("sink " + sink.Name, "sink", sink.Name, reader.Problem is { } problem ? $"{sink.Connector}, tried again: {problem}" : sink.Connector, [sink.View], reader.Rows, reader.Rows, Rate("sink " + sink.Name, reader.Rows), 0, null, reader.Frontier, 0, 0, 0, 0, null);

    /// <summary>The views and sources that a view reads.</summary>
    ImmutableArray<string> InputsOf(PlanNode plan, string view)
    {
        var found = new List<string>();
        void Look(PlanNode node, bool isTop)
        {
            if (_pipeline.Sources.FirstOrDefault(s => ReferenceEquals(s.Plan, node)) is { } source) found.Add(IsCleaned(source) ? CleanId(source) : source.Name);
            else if (_pipeline.Views.FirstOrDefault(v => ReferenceEquals(v.Plan, node) && v.Name != view) is { } other && (!isTop || IsBefore(other.Name, view))) found.Add(other.Name);
            else
                foreach (var input in node.Inputs) Look(input, false);
        }
        Look(plan, true);
        return [.. found.Distinct()];
    }

    bool IsBefore(string view, string other)
    {
        foreach (var definition in _pipeline.Views)
        {
            if (definition.Name == view) return true;
            if (definition.Name == other) return false;
        }
        return false;
    }

    bool IsOther(PlanNode node) => _pipeline.Sources.Any(s => ReferenceEquals(s.Plan, node)) || _pipeline.Views.Any(v => ReferenceEquals(v.Plan, node));

    double Rate(string id, long rows)
    {
        if (!_rates.TryGetValue(id, out var meter)) _rates[id] = meter = new(_clock);
        return meter.Add(rows);
    }

    /// <summary>Rows per second over the last seconds.</summary>
    sealed class RateMeter(TimeProvider clock)
    {
        static readonly TimeSpan s_apart = TimeSpan.FromMilliseconds(500);
        readonly Queue<(long Time, long Rows)> _samples = new();
        (long Time, long Rows) _last;

        public double Add(long rows)
        {
            var now = clock.GetTimestamp();
            if (_samples.Count == 0 || clock.GetElapsedTime(_last.Time, now) >= s_apart)
            {
                _last = (now, rows);
                _samples.Enqueue(_last);
                while (_samples.Count > 8) _samples.Dequeue();
            }
            var first = _samples.Peek();
            var seconds = clock.GetElapsedTime(first.Time, now).TotalSeconds;
            return seconds <= 0 ? 0 : (rows - first.Rows) / seconds;
        }
    }
}
