using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Lookups;

namespace Millrace.Planning;

/// <summary>Joins each row, when it comes, with the rows of its key in a table outside, which is asked for the keys that come. Answers are kept for a while.</summary>
/// <remarks>
/// Not deterministic: so the answer is stored with the row and only added to; rows that may be taken back are waited for until they are final. A row waits until the rows before it have their answers, and
/// event time waits with it; rows that wait at a barrier are part of the checkpoint. Schema: the columns of the input, then those of the table.
/// </remarks>
public sealed class LookupOutside : UnaryNode
{
    /// <summary>The table.</summary>
    public required SourceDefinition Table { get; init; }
    /// <summary>Columns of the input that must equal <see cref="TableKeys"/>, of the same types; at least one.</summary>
    public required ImmutableArray<int> Keys { get; init; }
    /// <summary>Columns of the table.</summary>
    public required ImmutableArray<int> TableKeys { get; init; }
    /// <summary>What must be true besides, over the columns of the node; or null.</summary>
    public required Expression? Condition { get; init; }
    /// <summary>LEFT JOIN: rows without a match go on with NULLs.</summary>
    public required bool KeepsLeft { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
    /// <inheritdoc/>
    public override string StateBound => "the answers of lookup.ttl";
    /// <inheritdoc/>
    public override string Details => $"in {Table.Name}, {LookupText.Of(KeepsLeft ? JoinKind.Left : JoinKind.Inner, Input.Schema, Keys, Table.Schema, TableKeys, Condition)}";

    internal override bool HasState => true;
    internal override bool FollowsClock => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Keys);
    internal override int? PortOf(int input) => Input.Mode == ChangeMode.Retract ? Ports.Final : null;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        var needed = new bool[Schema.Count];
        output.CopyTo(needed);
        if (Condition is not null) ColumnUse.Mark(Condition, needed);
        for (var i = 0; i < inputs[0].Length; i++) inputs[0][i] |= needed[i];
        ColumnUse.Mark(Keys, inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new LookupOutsideOperator(this, context);
}
