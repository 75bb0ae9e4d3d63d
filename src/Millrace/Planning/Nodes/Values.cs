using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Constant rows: VALUES.</summary>
public sealed class Values : PlanNode
{
    /// <summary>One list of literals (of the schema's types) a row.</summary>
    public required ImmutableArray<ImmutableArray<Expression>> Rows { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
    /// <inheritdoc/>
    public override string Details => $"{Rows.Length} rows";

    internal override IOperator CreateOperator(OperatorContext context) => new ValuesOperator(this, context);

    internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs) => this;
}
