using System.Collections.Immutable;
using Millrace.Operators;
using Millrace.Stores;

namespace Millrace.Planning;

/// <summary>A plan made ready to run: which operators stand where, what they are read for, where rows change lanes, and what the store keeps.</summary>
/// <param name="Nodes">Inputs before what reads them.</param>
/// <param name="Readers">Everything that results go to.</param>
/// <param name="Tables">The tables of the store: materialized views, late tables, dead letters.</param>
/// <param name="Scans">The sources that somebody reads.</param>
sealed record PhysicalPlan(ImmutableArray<PhysicalNode> Nodes, ImmutableArray<Reader> Readers, ImmutableArray<TableDefinition> Tables, ImmutableArray<ScanUse> Scans)
{
    /// <summary>The edit that each view or sink came with, where that is not the first start: see <see cref="Planning.Rounds"/>.</summary>
    public IReadOnlyDictionary<string, int> Rounds { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Aggregates, by number, whose groups go on from those of an aggregate that computed something else of them.</summary>
    public IReadOnlyDictionary<int, AdoptedGroups> Adopted { get; init; } = ImmutableDictionary<int, AdoptedGroups>.Empty;

    /// <summary>The sources that are best read only after others have ended, with those others: see <see cref="ReadingOrder"/>.</summary>
    public ILookup<SourceDefinition, SourceDefinition> ReadAfter => ReadingOrder.Of(Nodes);

    /// <summary>The stages that rows pass: 0 up to the first exchange, one more after each.</summary>
    public int Stages => Nodes.IsEmpty ? 1 : Nodes.Max(n => n.Stage) + 1;
}

/// <summary>One operator of the running plan: a logical node, once for each port of the state below that somebody reads.</summary>
sealed class PhysicalNode
{
    /// <summary>Its index in <see cref="PhysicalPlan.Nodes"/>.</summary>
    public required int Id { get; init; }

    /// <summary>The logical node.</summary>
    public required PlanNode Logical { get; init; }

    /// <summary>Where it runs.</summary>
    public required Scope Scope { get; init; }

    /// <summary>What it reads: a node and the port of it.</summary>
    public required ImmutableArray<Edge> Inputs { get; init; }

    /// <summary>The ports that are read, for nodes with state.</summary>
    public Demand Demand { get; init; } = Demand.Changes;

    /// <summary>For each column whether anybody above reads it.</summary>
    public required ImmutableArray<bool> Used { get; init; }

    /// <summary>The same for each port by itself, for nodes that speak on several; empty for others.</summary>
    public ImmutableArray<ImmutableArray<bool>> UsedByPort { get; set; } = [];

    /// <summary>For each input how its rows find their lane.</summary>
    public required ImmutableArray<Exchange> Exchanges { get; init; }

    /// <summary>Whether it is told of every tick of the engine's clock.</summary>
    public bool IsClocked => Scope == Scope.Lane && Logical.FollowsClock;

    /// <summary>Exchanges that rows have passed on the way here, this node's own included.</summary>
    public required int Stage { get; init; }

    /// <summary>The source or view whose text it comes from.</summary>
    public required string Owner { get; init; }

    /// <summary>The sources whose rows reach it.</summary>
    public required ImmutableArray<SourceDefinition> Sources { get; init; }

    /// <summary>Whether state lies below: its rows are no longer rows of a source, so errors name view and key.</summary>
    public required bool IsAboveState { get; init; }

    /// <summary>The source whose clean rows leave here, or null.</summary>
    public SourceDefinition? CleanExitOf { get; init; }

    /// <summary>Whether another node does the same for a port that tells rows sooner: what both find in them is counted and set aside there.</summary>
    public bool IsRepeated { get; set; }
}

/// <summary>The saved groups that an aggregate goes on from, and how its calls stand in them.</summary>
/// <param name="State">The name that they were saved under, and keep.</param>
/// <param name="Places">For each call that was saved its place among those of today, or -1.</param>
/// <param name="Skipped">For those without a place what they were, so that what was saved of them can be passed over; null for the others.</param>
/// <param name="IsSame">Whether the calls are the same in the same order.</param>
sealed record AdoptedGroups(UInt128 State, ImmutableArray<int> Places, ImmutableArray<AggregateCall?> Skipped, bool IsSame);

/// <summary>What a node reads.</summary>
sealed record Edge(PhysicalNode Node, int Port);

/// <summary>How often a node stands.</summary>
enum Scope
{
    /// <summary>Once for each partition of its source: scans and what lies below the watermark.</summary>
    Partition,
    /// <summary>The place where the partitions of a source meet; no operator.</summary>
    Join,
    /// <summary>Once in each lane.</summary>
    Lane,
}

/// <summary>Where results go: a table of the store or a sink.</summary>
/// <param name="Name">Name of the view or sink.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Table">The table, or null for a sink. A sink's key and schema stand in <paramref name="Shape"/>.</param>
/// <param name="Sink">The sink, or null for a table.</param>
/// <param name="Shape">Schema and key of the rows.</param>
/// <param name="Every">Changes are coalesced to one moment in each interval; zero = every commit.</param>
/// <param name="Consolidates">Whether several changes of one key may arrive in one commit.</param>
sealed record Reader(string Name, Edge Input, TableDefinition? Table, SinkDefinition? Sink, TableDefinition Shape, TimeSpan Every, bool Consolidates);

/// <summary>A source that is read, and what of it is needed.</summary>
/// <param name="Source">The source.</param>
/// <param name="Used">For each physical column whether anything reads it.</param>
/// <param name="KeepsOrigin">Whether somebody may have to say where a row came from.</param>
/// <param name="LateTable">The table of its late rows, or null.</param>
/// <param name="TimeColumn">The physical column of event time, or -1 where it is computed or there is none.</param>
sealed record ScanUse(SourceDefinition Source, ImmutableArray<bool> Used, bool KeepsOrigin, TableDefinition? LateTable, int TimeColumn);
