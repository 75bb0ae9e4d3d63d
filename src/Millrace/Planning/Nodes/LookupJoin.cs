using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Lookups;

namespace Millrace.Planning;

/// <summary>Joins rows with a table that ends: the right side is read whole, then every row of the left side is looked up in it as it comes.</summary>
/// <remarks>
/// Schema: the left columns, then (but for semi and anti) the right ones. Rows of the left side keep their lane, their weights and their time; every lane holds all of the right side. A key that is NULL
/// matches nothing. The runtime reads the right side first; left rows that come before it has ended wait in the operator.
/// </remarks>
public sealed class LookupJoin : BinaryNode
{
    /// <summary>Columns of the left side that must equal <see cref="RightKeys"/>, one by one; of the same types. None = every row of the right side.</summary>
    public required ImmutableArray<int> LeftKeys { get; init; }
    /// <summary>Columns of the right side.</summary>
    public required ImmutableArray<int> RightKeys { get; init; }
    /// <summary>What must be true besides, over the columns of the node; or null.</summary>
    public required Expression? Condition { get; init; }
    /// <summary>Which rows go on: inner, left, semi or anti.</summary>
    public required JoinKind Kind { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => Left.Mode;
    /// <inheritdoc/>
    public override string StateBound => "the rows of the table";
    /// <inheritdoc/>
    public override string Details => LookupText.Of(Kind, Left.Schema, LeftKeys, Right.Schema, RightKeys, Condition);

    internal override IEnumerable<object?> Parameters => [Kind, Condition, LeftKeys.Length, .. LeftKeys, .. RightKeys];
    internal override bool HasState => true;
    internal override Exchange ExchangeOf(int input) => input == 0 ? Exchange.None : Exchange.Broadcast;
    internal override int? PortOf(int input) => input == 1 ? Ports.Final : null;
    internal override bool ReadsFirst(int input) => input == 1;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Split(output, Condition, inputs);
        ColumnUse.Mark(LeftKeys, inputs[0]);
        ColumnUse.Mark(RightKeys, inputs[1]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new LookupJoinOperator(this, context);
}
