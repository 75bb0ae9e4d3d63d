using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.State.Spilling;

namespace Millrace.Runtime;

/// <summary>Builds the lanes of a run: every node of the plan in every lane (those below a watermark once for each partition), wired by direct calls or by queues.</summary>
sealed class LaneBuilder
{
    readonly PhysicalPlan _plan;
    readonly IReadOnlyDictionary<string, SourceRun> _sources;
    readonly MemoryAccountant _memory;
    readonly int _lanes;
    readonly SpillFolder _spill;
    readonly Dictionary<(int Lane, int Node, int Slot), Station> _stations = [];
    readonly List<(IPartition Partition, int Slot)>[,] _owned; // by lane and source

    public LaneBuilder(PhysicalPlan plan, IReadOnlyDictionary<string, SourceRun> sources, IReadOnlyList<IReadOnlyList<IPartition>> partitions, MemoryAccountant memory, int lanes, SpillFolder spill)
    {
        (_plan, _sources, _memory, _lanes, _spill) = (plan, sources, memory, lanes, spill);
        _owned = new List<(IPartition, int)>[lanes, plan.Scans.Length];
        var next = 0;
        for (var s = 0; s < plan.Scans.Length; s++)
        {
            for (var lane = 0; lane < lanes; lane++) _owned[lane, s] = [];
            for (var slot = 0; slot < partitions[s].Count; slot++) _owned[next++ % lanes, s].Add((partitions[s][slot], slot));
        }
    }

    /// <summary>Builds them.</summary>
    /// <param name="run">What lanes see of the run.</param>
    /// <param name="queueLength">Batches between two lanes.</param>
    /// <param name="isInline">Whether partitions are read by the lane itself.</param>
    /// <param name="clock">The outside world's time.</param>
    /// <param name="arrive">Takes what a lane hands over at a barrier.</param>
    public Lane[] Build(RunSignals run, int queueLength, bool isInline, TimeProvider clock, Action<int, Cut> arrive)
    {
        var lanes = new Lane[_lanes];
        for (var i = 0; i < _lanes; i++) lanes[i] = BuildStations(i, run, clock, arrive);
        foreach (var lane in lanes) BuildFeeds(lane, isInline);
        Name(lanes);
        foreach (var waits in _plan.ReadAfter)
            foreach (var first in waits)
            {
                _sources[waits.Key.Name].ReadAfter.Add(_sources[first.Name]);
                _sources[first.Name].Waiters.AddRange(lanes.Select(l => l.Signal));
            }
        Wire(lanes, queueLength);
        foreach (var lane in lanes) lane.FanningOut = [.. lane.Stations.SelectMany(s => s).Where(s => s.FanOut())];
        return lanes;
    }

    int SourceIndex(PhysicalNode node)
    {
        for (var i = 0; i < _plan.Scans.Length; i++)
            if (ReferenceEquals(_plan.Scans[i].Source, node.Sources[0])) return i;
        throw new System.Diagnostics.UnreachableException();
    }

    Lane BuildStations(int index, RunSignals run, TimeProvider clock, Action<int, Cut> arrive)
    {
        var aside = new SetAsideRows(index, _plan.Tables.Where(t => t.Kind == Stores.TableKind.Late), _memory, clock);
        var spilling = new List<(ISpills, MemoryOwner)>();
        var byStage = Enumerable.Range(0, _plan.Stages).Select(_ => new List<Station>()).ToArray();
        var lane = new Lane(index, run, _memory, aside, new WorkClock(clock), arrive)
        {
            Spill = _spill,
            Stations = new Station[_plan.Stages][],
            Senders = [],
            Queues = [],
            Sources = [],
            Collectors = [.. _plan.Readers.Select(r => new Collector { Spill = r.Input.Port == Ports.Final && r.Every == TimeSpan.Zero ? _spill : null })],
            Clocked = new Station[_plan.Nodes.Count(n => n.IsClocked)],
        };
        var clocked = 0;
        foreach (var node in _plan.Nodes)
        {
            if (node.Scope == Scope.Partition)
            {
                foreach (var (_, slot) in _owned[index, SourceIndex(node)]) Add(node, slot, [1]);
                continue;
            }
            Add(node, -1, node.Scope == Scope.Join ? [Math.Max(1, _owned[index, SourceIndex(node)].Count)] : [.. node.Exchanges.Select(e => e.Kind == ExchangeKind.None ? 1 : _lanes)]);
        }
        for (var stage = 0; stage < byStage.Length; stage++) lane.Stations[stage] = [.. byStage[stage]];
        lane.Spilling = [.. spilling];
        return lane;

        void Add(PhysicalNode node, int slot, int[] edges)
        {
            ImmutableArray<CleanedSource> sources = [.. node.Sources.Select(s => _sources[s.Name].Cleaned).Select(s => s with { Counters = s.Counters.OfLane(index) })];
            var context = new OperatorContext(_memory, _memory.Owner(OwnerName(node)), new OperatorReports(node, sources, aside), node.Demand, index, _lanes) { Spill = _spill, Used = node.Used, UsedByPort = [.. node.UsedByPort] };
            var exit = node.CleanExitOf is { } source ? new CleanExit(_sources[source.Name].Counters.OfLane(index), source.Late.Table is not null) : null;
            // Partitions only meet at a join; constant rows are told by one lane.
            var isBare = node.Scope == Scope.Join || node.Logical is Values && index > 0;
            var inputs = edges.Select((count, i) => new StationInputs(count, node.Logical.HoldsTime(i)));
            var station = new Station(node.Stage, isBare ? null : node.Logical.CreateOperator(context), [.. inputs], lane.Pending, lane.Clock) { Exit = exit, HotKeys = HotKeysOf(node), MakesTime = node.Logical.MakesTime };
            if (station.Spills is { } spills) spilling.Add((spills, context.Owner));
            if (node.IsClocked) lane.Clocked[clocked++] = station;
            _stations[(index, node.Id, slot)] = station;
            byStage[node.Stage].Add(station);
        }
    }

    /// <summary>Gives the states of all stations their names.</summary>
    void Name(Lane[] lanes)
    {
        var prints = PlanFingerprint.Of(_plan);
        foreach (var lane in lanes)
        {
            var named = new List<(Station, UInt128, string)>();
            foreach (var node in _plan.Nodes)
            {
                if (node.Scope == Scope.Partition)
                    foreach (var (partition, slot) in _owned[lane.Index, SourceIndex(node)]) Add(node, slot, Recovery.PlaceOf(partition));
                else Add(node, -1, Recovery.PlaceOf(lane.Index, _lanes));
            }
            lane.Named = [.. named];

            void Add(PhysicalNode node, int slot, string place)
            {
                var station = _stations[(lane.Index, node.Id, slot)];
                if (station.HasState) named.Add((station, prints[node.Id], place));
            }
        }
    }

    /// <summary>Watches the keys of a node that has some; null otherwise.</summary>
    public static HotKeys? HotKeysOf(PhysicalNode node)
    {
        var keys = node.Logical.Inputs.Select((_, i) => node.Logical.ExchangeOf(i).Keys).ToImmutableArray();
        return keys.All(k => k.IsEmpty) ? null : new(keys);
    }

    /// <summary>The account of a node's state.</summary>
    public static string OwnerName(PhysicalNode node) => $"{node.Owner} #{node.Id}";

    /// <summary>Says of an account which operator's state it is, and why that does not go to disk.</summary>
    public string Describe(MemoryOwner owner)
    {
        if (_plan.Nodes.FirstOrDefault(n => OwnerName(n) == owner.Name) is not { } node) return $"'{owner.Name}'";
        var operation = $"the operator {node.Logical.Name} of '{node.Owner}'" + (node.Logical.Details.Length > 0 ? $" ({node.Logical.Details})" : "");
        return node.Logical.WhyNotSpilled(node.Demand) is { } why ? $"{operation}, which cannot go to disk: {why}" : operation;
    }

    void BuildFeeds(Lane lane, bool isInline)
    {
        var sources = new List<LaneSource>();
        for (var s = 0; s < _plan.Scans.Length; s++)
        {
            var source = _sources[_plan.Scans[s].Source.Name];
            var join = _plan.Nodes.First(n => n.Scope == Scope.Join && ReferenceEquals(n.Sources[0], source.Definition));
            var scan = _plan.Nodes.First(n => n.Logical is SourceScan && n.Scope == Scope.Partition && ReferenceEquals(n.Sources[0], source.Definition));
            var station = _stations[(lane.Index, join.Id, -1)];
            var feeds = new List<Feed>();
            foreach (var (partition, slot) in _owned[lane.Index, s])
            {
                var head = _stations[(lane.Index, scan.Id, slot)];
                var input = feeds.Count;
                feeds.Add(partition is IBytePartition bytes
                    ? new ByteFeed(source, bytes, slot, isInline ? null : lane.Signal) { Head = head, Join = station, JoinInput = input, Aside = lane.Aside }
                    : new RowFeed(source, (IRowPartition)partition, slot) { Head = head, Join = station, JoinInput = input, Aside = lane.Aside });
            }
            source.Feeds.AddRange(feeds);
            if (feeds.Count > 0) source.Time.Lanes.Add(lane.Signal);
            sources.Add(new(source, station, [.. feeds]));
        }
        lane.Sources = [.. sources];
        lane.Counters = [.. _sources.Values.Select(s => s.Counters)];
    }

    void Wire(Lane[] lanes, int queueLength)
    {
        var senders = lanes.Select(_ => NewStages<ExchangeSender>()).ToArray();
        var queues = lanes.Select(_ => NewStages<ExchangeQueue>()).ToArray();
        foreach (var node in _plan.Nodes)
            for (var input = 0; input < node.Inputs.Length; input++)
            {
                var (from, port) = node.Inputs[input];
                foreach (var lane in lanes)
                {
                    if (node.Exchanges[input] is { Kind: not ExchangeKind.None } exchange)
                    {
                        var outlets = lanes.Select(to => new ExchangeQueue(queueLength, lane.Signal, to.Signal, _stations[(to.Index, node.Id, -1)], input, lane.Index)).ToArray();
                        foreach (var to in lanes) queues[to.Index][node.Stage].Add(outlets[to.Index]);
                        var sender = new ExchangeSender(exchange, node.Logical.Needs, outlets, _memory);
                        senders[lane.Index][from.Stage].Add(sender);
                        _stations[(lane.Index, from.Id, -1)].AddTarget(port, sender);
                        continue;
                    }
                    if (from.Scope != Scope.Partition)
                    {
                        _stations[(lane.Index, from.Id, -1)].AddTarget(port, _stations[(lane.Index, node.Id, -1)].InputTarget(input));
                        continue;
                    }
                    var owned = _owned[lane.Index, SourceIndex(from)];
                    for (var i = 0; i < owned.Count; i++)
                    {
                        var slot = owned[i].Slot;
                        var target = node.Scope == Scope.Join ? _stations[(lane.Index, node.Id, -1)].InputTarget(0, i) : _stations[(lane.Index, node.Id, slot)].InputTarget(0);
                        _stations[(lane.Index, from.Id, slot)].AddTarget(port, target);
                    }
                }
            }
        for (var r = 0; r < _plan.Readers.Length; r++)
        {
            var (node, port) = _plan.Readers[r].Input;
            foreach (var lane in lanes) _stations[(lane.Index, node.Id, -1)].AddTarget(port, lane.Collectors[r]);
        }
        foreach (var lane in lanes)
        {
            lane.Senders = [.. senders[lane.Index].Select(s => s.ToArray())];
            lane.Queues = [.. queues[lane.Index].Select(q => q.ToArray())];
        }
    }

    List<T>[] NewStages<T>() => [.. Enumerable.Range(0, _plan.Stages).Select(_ => new List<T>())];

    /// <summary>The stations of a node, in all lanes and for all partitions.</summary>
    public IEnumerable<Station> StationsOf(PhysicalNode node) => _stations.Where(s => s.Key.Node == node.Id).Select(s => s.Value);

    /// <summary>Ends what has no rows to come: constant rows, and sources of which a lane has no partition, so that they hold nobody's time back; nor do partitions that have not begun.</summary>
    public void Begin(Lane[] lanes)
    {
        foreach (var lane in lanes)
        {
            foreach (var source in lane.Sources)
            {
                if (source.Feeds.Length == 0) source.Join.OnFrontier(0, Time.Frontier.End);
                foreach (var feed in source.Feeds)
                {
                    if (feed.HasBegun) continue;
                    feed.SetIdle(true);
                    source.Source.Time.Report(feed.Slot, feed.Frontier, isIdle: true, hasEnded: false);
                }
            }
            foreach (var node in _plan.Nodes)
                if (node.Logical is Values) _stations[(lane.Index, node.Id, -1)].OnFrontier(0, Time.Frontier.End);
        }
    }
}
