using System.Collections.Immutable;
using System.Diagnostics;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Quality;
using Millrace.Stores;

namespace Millrace.Planning;

/// <summary>Turns logical plans, shared by reference, into a <see cref="PhysicalPlan"/>.</summary>
/// <remarks>
/// EMIT belongs to the reader, so demand flows down from the readers: a stateless node stands once for each port of the state below it that is read; a node with
/// state stands once and speaks on every port that is read. A node with state above another one reads final rows where all its own readers want final rows (the
/// same answer for less work), changes otherwise. What nobody reads does not run.
/// </remarks>
sealed class PhysicalPlanner
{
    readonly bool _exchanges;
    readonly Dictionary<PlanNode, Demand> _demand = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<PlanNode, string> _owners = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<PlanNode, SourceDefinition> _cleanExits = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(PlanNode, int), PhysicalNode> _made = [];
    readonly Dictionary<(PhysicalNode, int), PhysicalNode> _emits = [];
    readonly List<PhysicalNode> _nodes = [];
    Dictionary<PlanNode, bool[]> _used = [];

    PhysicalPlanner(bool exchanges) => _exchanges = exchanges;

    /// <summary>The plan of a pipeline.</summary>
    /// <param name="pipeline">What is declared.</param>
    /// <param name="lanes">Lanes it will run on.</param>
    /// <exception cref="PlanException">A reader cannot be served.</exception>
    public static PhysicalPlan Plan(Pipeline pipeline, int lanes)
    {
        var planner = new PhysicalPlanner(lanes > 1);
        var roots = new List<(PlanNode Plan, int Port)>();
        var stored = pipeline.Views.Where(v => v.IsMaterialized).ToList();
        foreach (var view in stored) roots.Add((view.Plan, PortOf(view.Emit, view.Plan)));
        foreach (var sink in pipeline.Sinks) roots.Add((sink.Plan, PortOf(sink.Emit, sink.Plan)));

        foreach (var source in pipeline.Sources)
        {
            var plan = source.Plan ?? throw new ArgumentException($"Source '{source.Name}' has no plan.", nameof(pipeline));
            planner._cleanExits[source.Rows ?? plan] = source;
            planner.Own(plan, source.Name);
        }
        foreach (var view in pipeline.Views) planner.Own(view.Plan, view.Name);
        foreach (var sink in pipeline.Sinks) planner.Own(sink.Plan, sink.Name);
        var order = planner.Propagate(roots);
        planner._used = Uses(pipeline.Sources, order, roots);

        var readers = ImmutableArray.CreateBuilder<Reader>();
        var tables = ImmutableArray.CreateBuilder<TableDefinition>();
        foreach (var view in stored)
        {
            var shape = Shape(view.Name, view.Plan, view.Emit, view.Retention);
            tables.Add(shape);
            readers.Add(planner.Read(view.Name, view.Plan, view.Emit, shape, null));
        }
        foreach (var sink in pipeline.Sinks) readers.Add(planner.Read(sink.Name, sink.Plan, sink.Emit, Shape(sink.Name, sink.Plan, sink.Emit, null), sink));
        planner.MarkPorts(readers);
        planner.MarkRepeated();
        var scans = Scans(pipeline, order, planner._used);
        tables.AddRange(scans.Select(s => s.LateTable).OfType<TableDefinition>().DistinctBy(t => t.Name));
        tables.Add(DeadLetters.Table);
        return new([.. planner._nodes], readers.ToImmutable(), tables.ToImmutable(), scans);
    }

    /// <summary>The plan of an ad-hoc query: one reader of final rows.</summary>
    public static PhysicalPlan Plan(PlanNode query)
    {
        var planner = new PhysicalPlanner(exchanges: false);
        planner.Own(query, "query");
        planner._used = Uses([], planner.Propagate([(query, Ports.Final)]), [(query, Ports.Final)]);
        var shape = new TableDefinition("query", query.Schema, [], TableKind.View);
        var reader = planner.Read("query", query, Emit.Final, shape, null);
        return new([.. planner._nodes], [reader], [], []);
    }

    /// <summary>The port that serves an EMIT. Where no row may be late, closed and final are one, and final rows need not be remembered.</summary>
    static int PortOf(Emit emit, PlanNode plan) => emit.Mode switch
    {
        EmitMode.OnWindowClose => AllowsLateRows(plan) ? Ports.OnClose : Ports.Final,
        EmitMode.Final => Ports.Final,
        _ => Ports.Changes,
    };

    static bool AllowsLateRows(PlanNode node) => node is SourceScan { Source.Late.AllowedMicroseconds: > 0 } || node.Inputs.Any(AllowsLateRows);

    static bool IsAboveState(PlanNode node) => node.Inputs.Any(i => i.HasState || IsAboveState(i));

    void Own(PlanNode node, string owner)
    {
        if (!_owners.TryAdd(node, owner)) return;
        foreach (var input in node.Inputs) Own(input, owner);
    }

    /// <summary>Settles what every node with state is read for; returns all nodes, readers before what they read.</summary>
    List<PlanNode> Propagate(List<(PlanNode Plan, int Port)> roots)
    {
        var order = new List<PlanNode>();
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        void Visit(PlanNode node)
        {
            if (!seen.Add(node)) return;
            foreach (var input in node.Inputs) Visit(input);
            order.Add(node);
        }
        foreach (var (plan, _) in roots) Visit(plan);
        order.Reverse();

        var wanted = new Dictionary<PlanNode, Demand>(ReferenceEqualityComparer.Instance);
        void Want(PlanNode node, Demand demand) => wanted[node] = wanted.GetValueOrDefault(node) | demand;
        foreach (var (plan, port) in roots) Want(plan, (Demand)(1 << port));
        foreach (var node in order)
        {
            if (node.HasState) _demand[node] = wanted[node];
            for (var i = 0; i < node.Inputs.Count; i++) Want(node.Inputs[i], node.HasState ? (Demand)(1 << InputPort(node, i)) : wanted[node]);
        }
        return order;
    }

    int InputPort(PlanNode stateful, int input) => stateful.PortOf(input) is { } port ? port : stateful.ReadsFinal || _demand[stateful] == Demand.Final ? Ports.Final : Ports.Changes;

    /// <summary>The node that runs a logical node for a reader of one port, and the port of it to read.</summary>
    Edge Make(PlanNode node, int port)
    {
        // Without state below, all ports are the same.
        if (!node.HasState) return new(Get(node, IsAboveState(node) ? port : 0, port), 0);
        var made = Get(node, 0, Ports.Changes);
        if (node.HasPorts) return new(made, port);
        return port == Ports.Changes || node.Mode == ChangeMode.Append ? new(made, 0) : new(EmitAbove(made, port), 0);
    }

    /// <summary>Notes what is read of each port: what is asked for on one need not be computed for another, nor fail there.</summary>
    void MarkPorts(IEnumerable<Reader> readers)
    {
        var used = new Dictionary<PhysicalNode, bool[][]>();
        foreach (var node in _nodes)
            if (node.Logical.HasPorts) used[node] = [.. Enumerable.Range(0, Ports.Count).Select(_ => new bool[node.Logical.Schema.Count])];
        foreach (var node in _nodes)
        {
            if (!node.Inputs.Any(i => used.ContainsKey(i.Node))) continue;
            var marks = node.Inputs.Select(i => new bool[i.Node.Logical.Schema.Count]).ToList();
            node.Logical.MarkUse(node.Used.AsSpan(), marks);
            for (var i = 0; i < marks.Count; i++)
                if (used.TryGetValue(node.Inputs[i].Node, out var ports)) ColumnUse.Pass(marks[i], ports[node.Inputs[i].Port]);
        }
        foreach (var reader in readers)
            if (used.TryGetValue(reader.Input.Node, out var ports)) ports[reader.Input.Port].AsSpan().Fill(true);
        foreach (var (node, ports) in used) node.UsedByPort = [.. ports.Select(p => p.ToImmutableArray())];
    }

    /// <summary>Of the nodes that stand once for each port below them, marks all but the first.</summary>
    void MarkRepeated()
    {
        foreach (var copies in _made.GroupBy(m => m.Key.Item1, ReferenceEqualityComparer.Instance))
            foreach (var (_, copy) in copies.OrderBy(c => c.Key.Item2).Skip(1)) copy.IsRepeated = true;
    }

    /// <summary>The place where changes become rows that are closed or final.</summary>
    PhysicalNode EmitAbove(PhysicalNode changes, int port)
    {
        if (_emits.TryGetValue((changes, port), out var known)) return known;
        var node = EmitRows.Of(changes.Logical, port);
        // A row's lane must follow from the row itself: with other lanes than before its state has to be found where its changes come.
        ImmutableArray<int> key = node.Key.IsEmpty ? [.. Enumerable.Range(0, node.Schema.Count).Where(c => changes.Used[c])] : node.Key;
        return _emits[(changes, port)] = Add(new()
        {
            Id = _nodes.Count,
            Logical = node,
            Scope = Scope.Lane,
            Inputs = [new(changes, 0)],
            Exchanges = [_exchanges ? Exchange.By(key) : Exchange.None],
            Stage = changes.Stage + (_exchanges ? 1 : 0),
            Owner = changes.Owner,
            Sources = changes.Sources,
            IsAboveState = true,
            Used = changes.Used,
        });
    }

    PhysicalNode Get(PlanNode node, int instance, int inputPort)
    {
        if (_made.TryGetValue((node, instance), out var known)) return known;
        var inputs = node.Inputs.Select((input, i) => Make(input, node.HasState ? InputPort(node, i) : inputPort)).ToImmutableArray();
        var scope = node is SourceScan || node is AssignWatermark ? Scope.Partition : IsBelowWatermark(node) ? Scope.Partition : Scope.Lane;
        if (_exchanges && node.HasState && node.BelowExchange is { } below) inputs = [new(Below(below, inputs[0], node), 0)];
        var exchanges = inputs.Select((_, i) => _exchanges && node.HasState ? node.ExchangeOf(i) : Exchange.None).ToImmutableArray();
        var made = Add(new()
        {
            Id = _nodes.Count,
            Logical = node,
            Scope = scope,
            Inputs = inputs,
            Demand = _demand.GetValueOrDefault(node, Demand.Changes),
            Exchanges = exchanges,
            Stage = inputs.Select((e, i) => e.Node.Stage + (exchanges[i].Kind == ExchangeKind.None ? 0 : 1)).DefaultIfEmpty(0).Max(),
            Owner = _owners[node],
            Sources = SourcesOf(inputs, node),
            IsAboveState = IsAboveState(node),
            // Errors above state are told with the key, whoever reads it.
            Used = node.HasState || IsAboveState(node) ? [.. _used[node].Select((u, i) => u || node.Key.Contains(i))] : [.. _used[node]],
            CleanExitOf = scope == Scope.Lane ? _cleanExits.GetValueOrDefault(node) : null,
        });
        // The partitions of a source meet above its watermark, or above the scan where there is none.
        if (scope == Scope.Partition && (node is AssignWatermark || !HasWatermark(((SourceScan)Bottom(node)).Source)))
        {
            made = Add(new()
            {
                Id = _nodes.Count,
                Logical = node,
                Scope = Scope.Join,
                Inputs = [new(made, 0)],
                Exchanges = [Exchange.None],
                Stage = 0,
                Owner = made.Owner,
                Sources = made.Sources,
                IsAboveState = false,
                Used = made.Used,
                CleanExitOf = _cleanExits.GetValueOrDefault(node),
            });
        }
        return _made[(node, instance)] = made;
    }

    /// <summary>What stands in every lane below the exchange of a node.</summary>
    PhysicalNode Below(PlanNode below, Edge input, PlanNode node) => Add(new()
    {
        Id = _nodes.Count,
        Logical = below,
        Scope = Scope.Lane,
        Inputs = [input],
        Exchanges = [Exchange.None],
        Stage = input.Node.Stage,
        Owner = _owners[node],
        Sources = SourcesOf([input], below),
        IsAboveState = IsAboveState(node),
        Used = [.. _used[node.Inputs[0]]],
    });

    PhysicalNode Add(PhysicalNode node)
    {
        _nodes.Add(node);
        return node;
    }

    static ImmutableArray<SourceDefinition> SourcesOf(ImmutableArray<Edge> inputs, PlanNode node) =>
        node is SourceScan scan ? [scan.Source] : [.. inputs.SelectMany(i => i.Node.Sources).Distinct()];

    static PlanNode Bottom(PlanNode node)
    {
        while (node is UnaryNode unary) node = unary.Input;
        return node;
    }

    static bool HasWatermark(SourceDefinition source)
    {
        for (var node = source.Plan; node is UnaryNode unary; node = unary.Input)
            if (node is AssignWatermark) return true;
        return false;
    }

    /// <summary>Whether a node belongs to the part of a source's plan that the watermark stands on.</summary>
    bool IsBelowWatermark(PlanNode node)
    {
        if (Bottom(node) is not SourceScan { Source: var source } || _owners[node] != source.Name || !HasWatermark(source)) return false;
        var above = source.Plan;
        while (above is UnaryNode unary && above is not AssignWatermark) above = unary.Input;
        for (; above is UnaryNode below; above = below.Input)
            if (ReferenceEquals(below, node)) return true;
        return false;
    }

    Reader Read(string name, PlanNode plan, Emit emit, TableDefinition shape, SinkDefinition? sink)
    {
        var port = PortOf(emit, plan);
        var isConsolidated = !shape.Key.IsEmpty && plan.Mode == ChangeMode.Retract && port != Ports.Final;
        if (sink is { IsUpsert: false }) isConsolidated = false;
        return new(name, Make(plan, port), sink is null ? shape : null, sink, shape, emit.Mode == EmitMode.Every ? emit.Every : TimeSpan.Zero, isConsolidated);
    }

    static TableDefinition Shape(string name, PlanNode plan, Emit emit, TimeSpan? retention)
    {
        if (plan.Mode == ChangeMode.Retract && plan.Key.IsEmpty && emit.Mode != EmitMode.Final)
            throw new PlanException($"'{name}' takes rows back but has no key to find them by. Give it one by PlanBuilder.Keyed, or read it EMIT FINAL.");
        var time = plan.TimeColumn;
        if (time < 0 && !plan.Times.IsEmpty) time = plan.Times[0].Column;
        return new(name, plan.Schema, plan.Key, TableKind.View, time, retention);
    }

    static Dictionary<PlanNode, bool[]> Uses(ImmutableArray<SourceDefinition> sources, List<PlanNode> order, List<(PlanNode Plan, int Port)> roots)
    {
        var used = new Dictionary<PlanNode, bool[]>(ReferenceEqualityComparer.Instance);
        foreach (var node in order) used[node] = new bool[node.Schema.Count];
        foreach (var (plan, _) in roots) used[plan].AsSpan().Fill(true);
        foreach (var source in sources)
            if (source.Late.Table is not null && used.TryGetValue(source.Rows ?? source.Plan!, out var all)) all.AsSpan().Fill(true);
        foreach (var node in order)
        {
            // Where changes become final rows their times say when.
            if (node is { HasState: true, HasPorts: false, Mode: ChangeMode.Retract })
                foreach (var time in node.Times) used[node][time.Column] = true;
            node.MarkUse(used[node], [.. node.Inputs.Select(i => used[i])]);
        }
        return used;
    }

    static ImmutableArray<ScanUse> Scans(Pipeline pipeline, List<PlanNode> order, Dictionary<PlanNode, bool[]> used)
    {
        var scans = ImmutableArray.CreateBuilder<ScanUse>();
        foreach (var source in pipeline.Sources)
        {
            if (order.OfType<SourceScan>().FirstOrDefault(s => ReferenceEquals(s.Source, source)) is not { } scan) continue;
            Debug.Assert(Bottom(source.Plan!) == scan);
            var time = PhysicalTime(source.Plan!);
            if (time >= 0) used[scan][time] = true;
            var late = source.Late.Table is { } table ? LateTables.Definition(table, source) : null;
            scans.Add(new(source, [.. used[scan]], late is not null || NeedsOrigin(source, order), late, time));
        }
        return scans.ToImmutable();
    }

    static bool NeedsOrigin(SourceDefinition source, List<PlanNode> order)
    {
        bool IsOver(PlanNode node) => node is SourceScan scan ? ReferenceEquals(scan.Source, source) : !node.HasState && node.Inputs.Any(IsOver);
        return order.Any(n => Fallible.SetsAside(n) && (source.BadData is BadData.Fail or BadData.DeadLetter || n is Expect) && IsOver(n));
    }

    /// <summary>The physical column that the watermark of a source goes by, or -1.</summary>
    static int PhysicalTime(PlanNode plan)
    {
        var column = -1;
        for (var node = plan; node is UnaryNode unary; node = unary.Input)
        {
            if (node is AssignWatermark { Times: [var time, ..] }) column = time.Column;
            else if (column >= 0 && node is Project project) column = project.Expressions[column] is Expressions.ColumnReference reference ? reference.Index : -1;
        }
        return column;
    }
}

/// <summary>A pipeline cannot run as it is declared; the message says what to change.</summary>
public sealed class PlanException(string message) : Exception(message);
