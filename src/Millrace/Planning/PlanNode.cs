using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>What a logical plan is made of. Nodes are immutable and shared by reference: two views that read a third hold the same node, and it runs once.</summary>
/// <remarks>
/// A node says everything about itself that planning needs: one file in Planning/Nodes, one operator, one method of <see cref="PlanBuilder"/>. A node with state tells
/// changes (rows with weights); who wants rows only when they are closed or final gets an <see cref="EmitRows"/> above it, unless the node has ports of its own.
/// </remarks>
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

    /// <summary>What EXPLAIN calls it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>What it does with which columns, in the words of SQL, for EXPLAIN.</summary>
    public virtual string Details => "";

    /// <summary>What tells it from another node of its type over the same inputs, in a fixed order; null where two of them are never the same.</summary>
    internal virtual IEnumerable<object?>? Parameters => null;

    /// <summary>What it computes, as far as the names of states go by it: what an edit of it makes another computation.</summary>
    /// <param name="used">For each of its columns whether anybody whom it is told to reads it; what is computed for others alone is left out where that is possible.</param>
    internal virtual IEnumerable<object?> Computes(ReadOnlySpan<bool> used) => [Details, .. Parameters ?? []];

    /// <summary>The same node over other inputs, which have the schema, keys and times of those that it has.</summary>
    internal abstract PlanNode WithInputs(ImmutableArray<PlanNode> inputs);

    /// <summary>Whether it remembers rows from batch to batch.</summary>
    internal virtual bool HasState => false;

    /// <summary>Whether its operator itself speaks on all <see cref="Ports"/>; otherwise it tells changes on port 0 alone.</summary>
    internal virtual bool HasPorts => false;

    /// <summary>Whether it reads final rows whatever its readers want, because it cannot take rows back: then its own rows are only added.</summary>
    internal virtual bool ReadsFinal => false;

    /// <summary>The port of an input that it reads whatever its own readers want (a table that is looked up as it is now, or as it is in the end); null = as they want.</summary>
    internal virtual int? PortOf(int input) => null;

    /// <summary>Whether its operator is told of every tick of the engine's clock; the others hear of one at each barrier.</summary>
    internal virtual bool FollowsClock => false;

    /// <summary>Whether its time is its own: it moves on while its input is idle.</summary>
    internal virtual bool MakesTime => false;

    /// <summary>Whether rows of its other inputs have to wait until this one has ended, so that it is best read first.</summary>
    internal virtual bool ReadsFirst(int input) => false;

    /// <summary>How the rows of an input find the lane that needs them; asked only of nodes with state.</summary>
    internal virtual Exchange ExchangeOf(int input) => Exchange.None;

    /// <summary>The rows of its input that it needs, a condition that cannot fail: where rows change lanes the others stay behind. null = all.</summary>
    internal virtual Expressions.Expression? Needs => null;

    /// <summary>What stands in every lane below its exchange, or null.</summary>
    internal virtual PlanNode? BelowExchange => null;

    /// <summary>Whether it has no state and changes no answer: a plan without it computes the same.</summary>
    internal virtual bool IsForSpeed => false;

    /// <summary>Whether time waits for an input. A table that is only looked up and has no event time does not hold the other side back.</summary>
    internal virtual bool HoldsTime(int input) => true;

    /// <summary>Marks the columns of its inputs that it reads.</summary>
    /// <param name="output">For each column of the node whether it is read.</param>
    /// <param name="inputs">For each input a mark for each of its columns.</param>
    internal virtual void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        foreach (var input in inputs) ColumnUse.Pass(output, input);
    }

    /// <summary>Why its state has to stay in memory, or null where it can go to disk.</summary>
    /// <param name="demand">What is read of it.</param>
    internal virtual string? WhyNotSpilled(Demand demand) => HasState ? "its state stays in memory" : null;

    /// <summary>Makes the operator that runs it in one place (a lane, a partition); null where rows only pass. Dispose it when its lane ends.</summary>
    internal virtual IOperator? CreateOperator(OperatorContext context) => null;
}

/// <summary>How rows find their lane on the way into a node with state.</summary>
/// <param name="Kind">How.</param>
/// <param name="Keys">Columns of the input whose values decide, for <see cref="ExchangeKind.ByKey"/>; none = all rows to one lane.</param>
readonly record struct Exchange(ExchangeKind Kind, ImmutableArray<int> Keys)
{
    /// <summary>Rows stay where they are.</summary>
    public static Exchange None => new(ExchangeKind.None, []);

    /// <summary>Every lane gets all rows.</summary>
    public static Exchange Broadcast => new(ExchangeKind.Broadcast, []);

    /// <summary>Rows go to the lane that owns their key.</summary>
    public static Exchange By(ImmutableArray<int> keys) => new(ExchangeKind.ByKey, keys);
}

/// <summary>The kinds of <see cref="Exchange"/>.</summary>
enum ExchangeKind
{
    /// <summary>Rows stay in their lane.</summary>
    None,
    /// <summary>Rows go to the lane that owns their key.</summary>
    ByKey,
    /// <summary>Rows go to all lanes.</summary>
    Broadcast,
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
