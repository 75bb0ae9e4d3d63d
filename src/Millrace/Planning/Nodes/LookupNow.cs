using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Lookups;

namespace Millrace.Planning;

/// <summary>Joins each row of the left side, when it comes, with what the right side holds just then. What the right side becomes later changes nothing.</summary>
/// <remarks>
/// Not deterministic: which row comes first is a matter of the machine's time. So the answer is stored with the row and only added to; left rows that may be taken back are waited for
/// until they are final. The right side is read as it changes, and its time holds nobody back. Schema: the left columns, then the right ones.
/// </remarks>
public sealed class LookupNow : BinaryNode
{
    /// <summary>Columns of the left side that must equal <see cref="RightKeys"/>, of the same types.</summary>
    public required ImmutableArray<int> LeftKeys { get; init; }
    /// <summary>Columns of the right side.</summary>
    public required ImmutableArray<int> RightKeys { get; init; }
    /// <summary>What must be true besides, over the columns of the node; or null.</summary>
    public required Expression? Condition { get; init; }
    /// <summary>LEFT JOIN: rows without a match go on with NULLs.</summary>
    public required bool KeepsLeft { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
    /// <inheritdoc/>
    public override string StateBound => "the rows that the table holds";
    /// <inheritdoc/>
    public override string Details => LookupText.Of(KeepsLeft ? JoinKind.Left : JoinKind.Inner, Left.Schema, LeftKeys, Right.Schema, RightKeys, Condition);

    internal override bool HasState => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(input == 0 ? LeftKeys : RightKeys);
    internal override bool HoldsTime(int input) => input == 0;
    internal override int? PortOf(int input) => input == 1 ? Ports.Changes : Left.Mode == ChangeMode.Retract ? Ports.Final : null;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Split(output, Condition, inputs);
        ColumnUse.Mark(LeftKeys, inputs[0]);
        ColumnUse.Mark(RightKeys, inputs[1]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new LookupNowOperator(this, context);
}
