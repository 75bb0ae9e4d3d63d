using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Planning;

/// <summary>What a logical plan is made of. Nodes are immutable and shared by reference: two views that read a third hold the same node, and it runs once.</summary>
public abstract class PlanNode
{
    /// <summary>The columns that flow out.</summary>
    public required Schema Schema { get; init; }

    /// <summary>Where rows come from, left to right.</summary>
    public abstract IReadOnlyList<PlanNode> Inputs { get; }

    /// <summary>The columns that tell rows apart; empty where there are none (an append-only stream with a hidden key: its order of arrival).</summary>
    public ImmutableArray<int> Key { get; init; } = [];

    /// <summary>Whether rows are only added, or also taken back.</summary>
    public abstract ChangeMode Mode { get; }

    /// <summary>The columns that the watermark speaks of: a row whose value is older than the closed frontier less the lag is no longer expected.</summary>
    public ImmutableArray<EventTime> Times { get; init; } = [];

    /// <summary>The first of <see cref="Times"/> without a lag, or -1.</summary>
    public int TimeColumn
    {
        get
        {
            foreach (var time in Times)
                if (time.LagMicroseconds == 0) return time.Column;
            return -1;
        }
    }

    /// <summary>What bounds the state it keeps, in words for EXPLAIN: "none", "open windows", "rows younger than the watermark", "unbounded".</summary>
    public virtual string StateBound => "none";

    /// <summary>Where it stands in the SQL text, for messages; empty where it was built otherwise.</summary>
    public string Where { get; init; } = "";
}

/// <summary>A column of event time, and by how much it lags behind the frontier: a window's start lags by the window's size, its end does not.</summary>
public readonly record struct EventTime(int Column, long LagMicroseconds);

/// <summary>How the rows of a node change.</summary>
public enum ChangeMode
{
    /// <summary>Rows are only added.</summary>
    Append,
    /// <summary>Rows are added and taken back (weights).</summary>
    Retract,
}

/// <summary>The rows of a source as its format decodes them: the declared physical columns.</summary>
public sealed class SourceScan : PlanNode
{
    /// <summary>The source.</summary>
    public required SourceDefinition Source { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
}

/// <summary>Constant rows: VALUES.</summary>
public sealed class Values : PlanNode
{
    /// <summary>One list of literals (of the schema's types) a row.</summary>
    public required ImmutableArray<ImmutableArray<Expression>> Rows { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
}

/// <summary>The stored rows of a materialized view at one version; in ad-hoc queries only.</summary>
public sealed class StoredScan : PlanNode
{
    /// <summary>Name of the table.</summary>
    public required string Table { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
}

/// <summary>A node with one input.</summary>
public abstract class UnaryNode : PlanNode
{
    /// <summary>Where rows come from.</summary>
    public required PlanNode Input { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [Input];
    /// <inheritdoc/>
    public override ChangeMode Mode => Input.Mode;
}

/// <summary>Computes columns.</summary>
public sealed class Project : UnaryNode
{
    /// <summary>An expression for each column of the schema, over the input's columns.</summary>
    public required ImmutableArray<Expression> Expressions { get; init; }
}

/// <summary>Keeps the rows for which a condition is true.</summary>
public sealed class Filter : UnaryNode
{
    /// <summary>The condition, over the input's columns.</summary>
    public required Expression Condition { get; init; }
}

/// <summary>Checks expectations: every constraint is evaluated on every row, the first violated one that is not WARN acts.</summary>
public sealed class Expect : UnaryNode
{
    /// <summary>Name of the source or view that the constraints stand on.</summary>
    public required string On { get; init; }
    /// <summary>In the order of the text.</summary>
    public required ImmutableArray<Constraint> Constraints { get; init; }
}

/// <summary>CONSTRAINT name EXPECT (predicate) ON VIOLATION action. A predicate that is NULL is not violated, as in SQL's CHECK.</summary>
public sealed record Constraint(string Name, Expression Predicate, string PredicateText, ViolationAction Action);

/// <summary>What happens to a row that violates a constraint.</summary>
public enum ViolationAction
{
    /// <summary>It is counted and passes.</summary>
    Warn,
    /// <summary>It is counted and dropped.</summary>
    DropRow,
    /// <summary>It is set aside in <c>dead_letters</c>.</summary>
    Quarantine,
    /// <summary>The pipeline stops with an error that names it.</summary>
    Fail,
}

/// <summary>Derives the frontier of a source from a time column: its largest value so far less the delay, per partition. Rows whose time is NULL do not move it.</summary>
public sealed class AssignWatermark : UnaryNode
{
    /// <summary>How far rows may be out of order, in microseconds.</summary>
    public required long DelayMicroseconds { get; init; }
    /// <summary>The source whose partitions it watches.</summary>
    public required SourceDefinition Source { get; init; }
}

/// <summary>Appends window_start, window_end and window_time (the end less a microsecond) to each row, once per window that it falls in.</summary>
public sealed class AssignWindow : UnaryNode
{
    /// <summary>The windows.</summary>
    public required WindowSpec Window { get; init; }
}

/// <summary>Holds the frontier back by a lag, so that a window over a lagging time column (a view's window_start) closes only when its rows are complete.</summary>
public sealed class DelayFrontier : UnaryNode
{
    /// <summary>Microseconds, at least 0.</summary>
    public required long LagMicroseconds { get; init; }
}

/// <summary>Aligned windows in event time.</summary>
/// <param name="Kind">TUMBLE or HOP.</param>
/// <param name="TimeColumn">Index of the time column in the input.</param>
/// <param name="Size">Length; months allowed.</param>
/// <param name="Slide">Distance between starts; equal to <paramref name="Size"/> for TUMBLE.</param>
/// <param name="Offset">Shifts all windows.</param>
/// <param name="Zone">Time zone (IANA) that days and months are those of; null = UTC.</param>
/// <remarks>Windows of whole days or weeks align to midnight, weeks to Monday, months to the first; others to 1970-01-01T00:00:00 in the zone.</remarks>
public sealed record WindowSpec(WindowKind Kind, int TimeColumn, Interval Size, Interval Slide, Interval Offset, string? Zone);

/// <summary>The kinds of aligned window.</summary>
public enum WindowKind
{
    /// <summary>One after the other.</summary>
    Tumble,
    /// <summary>Overlapping.</summary>
    Hop,
}

/// <summary>Groups rows, by window where there is one, and aggregates each group.</summary>
/// <remarks>
/// Schema: with a window first window_start, window_end, window_time; then the key columns; then one column a call. NULL keys are one group; rows whose
/// time is NULL fall in no window and are counted. Without a window and without keys there is one group, which exists even with no row.
/// </remarks>
public sealed class Aggregate : UnaryNode
{
    /// <summary>The windows, or null.</summary>
    public required WindowSpec? Window { get; init; }
    /// <summary>Key columns of the input.</summary>
    public required ImmutableArray<int> Keys { get; init; }
    /// <summary>What is computed for each group.</summary>
    public required ImmutableArray<AggregateCall> Calls { get; init; }
    /// <summary>Name of the view it belongs to, for late rows and messages.</summary>
    public required string View { get; init; }
    /// <summary>What happens to late rows: the policy of the source below.</summary>
    public required LatePolicy Late { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Retract;
    /// <inheritdoc/>
    public override string StateBound => Window is null ? "unbounded" : "open windows";
}

/// <summary>One aggregate: function, argument columns of the input, DISTINCT, and a BOOLEAN column of the input that filters (or -1).</summary>
public sealed record AggregateCall(AggregateFunction Function, Signature Signature, ImmutableArray<int> Arguments, bool Distinct, int Filter);

/// <summary>Keeps one row for each key: the first to arrive, or with an order the least (then the least whole row), which may retract.</summary>
public sealed class DistinctOn : UnaryNode
{
    /// <summary>Key columns of the input.</summary>
    public required ImmutableArray<int> Keys { get; init; }
    /// <summary>Order by these, or empty: the first to arrive.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>Event time after which a key is forgotten when the key does not contain the time column; null = never.</summary>
    public required Interval? StateTtl { get; init; }
    /// <summary>Name of the view it belongs to.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => Order.IsEmpty ? Input.Mode : ChangeMode.Retract;
    /// <inheritdoc/>
    public override string StateBound => TimeColumn >= 0 && Keys.Contains(TimeColumn) ? "rows younger than the watermark" : StateTtl is null ? "unbounded" : "state_ttl";
}

/// <summary>A column to sort by.</summary>
public sealed record SortKey(int Column, bool Descending, bool NullsFirst);

/// <summary>UNION ALL of inputs with the same types.</summary>
public sealed class UnionAll : PlanNode
{
    /// <summary>The inputs.</summary>
    public required ImmutableArray<PlanNode> All { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => All;
    /// <inheritdoc/>
    public override ChangeMode Mode => All.Any(i => i.Mode == ChangeMode.Retract) ? ChangeMode.Retract : ChangeMode.Append;
}

/// <summary>ORDER BY and LIMIT; in ad-hoc queries only.</summary>
public sealed class Sort : UnaryNode
{
    /// <summary>The order; empty keeps the input's.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>Rows at most, or null.</summary>
    public required long? Limit { get; init; }
    /// <summary>Rows to skip.</summary>
    public required long Offset { get; init; }
}
