using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators;

namespace Millrace.Planning;

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
    /// <summary>Names of the views that it computes for: a late row is late for each of them.</summary>
    public required ImmutableArray<string> Views { get; init; }
    /// <summary>What happens to late rows: the policy of the source below.</summary>
    public required LatePolicy Late { get; init; }
    /// <summary>Where rows stand once for each grouping set: the column of the set's number, and the set whose rows are reported when they are late or have no time.</summary>
    public (int Column, long Reported)? Sets { get; init; }
    /// <summary>Only rows for which it is true count, without being copied first; null = all. Over the input's columns; cannot fail.</summary>
    public Expression? Condition { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Retract;
    /// <inheritdoc/>
    public override string StateBound => Window is null ? "unbounded" : "open windows";
    /// <inheritdoc/>
    public override string Details
    {
        get
        {
            var calls = string.Join(", ", Calls.Select(c => $"{c.Function.Name}({(c.Distinct ? "DISTINCT " : "")}{(c.Arguments.IsEmpty ? "*" : string.Join(", ", c.Arguments.Select(Column)))})"
                + (c.Filter < 0 ? "" : $" FILTER (WHERE {Column(c.Filter)})")));
            var keys = string.Join(", ", Window is null ? Keys.Select(Column) : Keys.Select(Column).Prepend(Window.ToSql(Input.Schema)));
            var text = string.Join(" by ", new[] { calls, keys }.Where(t => t.Length > 0));
            return Condition is null ? text : $"{text} where {Condition.ToSql()}";
        }
    }

    string Column(int index) => Input.Schema[index].Name;

    internal override IEnumerable<object?> Parameters =>
        [string.Join(", ", Views), Window, Late, Sets, Condition, .. Schema.Fields, Keys.Length, .. Keys, .. Calls.SelectMany(c => (object?[])[c.Function, c.Distinct, c.Filter, c.Arguments.Length, .. c.Arguments.Cast<object?>()])];

    /// <summary>By the names of columns, not by where they stand; and whoever reads it, it computes the same.</summary>
    internal override IEnumerable<object?> Computes(ReadOnlySpan<bool> used) => [.. Grouping(), Calls.Select(c => Computes(c))];

    /// <summary>What makes its groups, whatever is computed of them.</summary>
    internal IEnumerable<object?> Grouping()
    {
        var fields = Input.Schema;
        return
        [
            Window is { } window ? window with { TimeColumn = 0 } : null, Window is null ? null : fields[Window.TimeColumn], Late.AllowedMicroseconds, Sets is { } sets ? (fields[sets.Column], sets.Reported) : null,
            Condition, Keys.Select(k => fields[k]),
        ];
    }

    /// <summary>What one of its calls computes.</summary>
    internal object?[] Computes(AggregateCall call)
    {
        var fields = Input.Schema;
        return [call.Function.Name, call.Function.Placing, call.Signature.Result, call.Distinct, call.Filter < 0 ? null : fields[call.Filter], call.Arguments.Select(a => fields[a])];
    }

    /// <summary>Whether its saved groups can go on in one that makes the same groups and computes something else of them.</summary>
    internal bool CanAdoptGroups => Window is not { Kind: WindowKind.Session };

    /// <summary>Marks what makes its groups, and what some of its calls read.</summary>
    internal void MarkUse(bool[] input, IEnumerable<AggregateCall> calls)
    {
        if (Window is { } spec) input[spec.TimeColumn] = true;
        if (Sets is { } sets) input[sets.Column] = true;
        if (Condition is not null) ColumnUse.Mark(Condition, input);
        ColumnUse.Mark(Keys, input);
        foreach (var call in calls)
        {
            ColumnUse.Mark(call.Arguments, input);
            if (call.Filter >= 0) input[call.Filter] = true;
        }
    }

    /// <summary>The same aggregate over the rows of another input that a condition picks; the columns that it reads stand there in the same places.</summary>
    internal Aggregate Over(PlanNode input, Expression condition) => new()
    {
        Schema = Schema,
        Input = input,
        Window = Window,
        Keys = Keys,
        Calls = Calls,
        Views = Views,
        Late = Late,
        Sets = Sets,
        Condition = condition,
        Key = Key,
        Times = Times,
        Where = Where,
    };

    internal override string? WhyNotSpilled(Demand demand)
    {
        if (Keys.IsEmpty) return "it is one group";
        if (Window is { Kind: WindowKind.Session }) return "sessions stay in memory";
        if (Window is not null && !Time.Panes.Create(Window).AreWindows) return "windows that overlap stay in memory";
        if ((demand & Demand.OnClose) != 0) return "windows that are told on close and may change after that stay in memory";
        // Equal keys of these types may be of different bytes: -0 and 0, a month and 30 days.
        return Keys.Any(k => Input.Schema[k].Type.Storage is Data.Storage.Double or Data.Storage.Interval) ? "keys of type DOUBLE or INTERVAL stay in memory" : null;
    }

    internal override bool HasState => true;
    internal override bool HasPorts => true;

    /// <summary>Sessions keep no rows, so none can be taken out of one; nor can one out of a sketch: they read rows that are final.</summary>
    internal override bool ReadsFinal => Input.Mode == ChangeMode.Retract && (Window is { Kind: WindowKind.Session } || Calls.Any(c => !c.Function.CanRetract));
    internal override Expression? Needs => Condition;

    /// <summary>Each lane aggregates its own rows first; not where rows are taken back, not for sessions, which grow together, and not where it is done already.</summary>
    internal override PlanNode? BelowExchange =>
        Window is { Kind: WindowKind.Session } || Input.Mode == ChangeMode.Retract || Input is PartialAggregate ? null : new PartialAggregate { Schema = Input.Schema, Input = Input, Whole = this, Key = Input.Key, Times = Input.Times, Where = Where };

    internal override Exchange ExchangeOf(int input) => Exchange.By(Keys);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => MarkUse(inputs[0], Calls);

    internal override IOperator CreateOperator(OperatorContext context) => Window is { Kind: WindowKind.Session } ? new SessionOperator(this, context) : new AggregateOperator(this, context);
}

/// <summary>One aggregate: function, argument columns of the input, DISTINCT, and a BOOLEAN column of the input that filters (or -1).</summary>
public sealed record AggregateCall(AggregateFunction Function, Signature Signature, ImmutableArray<int> Arguments, bool Distinct, int Filter)
{
    /// <summary>Whether two compute the same.</summary>
    internal static bool AreSame(AggregateCall a, AggregateCall b) =>
        ReferenceEquals(a.Function, b.Function) && a.Distinct == b.Distinct && a.Filter == b.Filter && a.Arguments.SequenceEqual(b.Arguments);
}
