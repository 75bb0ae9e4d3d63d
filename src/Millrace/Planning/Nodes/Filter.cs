using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Keeps the rows for which a condition is true.</summary>
public sealed class Filter : UnaryNode
{
    /// <summary>The condition, over the input's columns.</summary>
    public required Expression Condition { get; init; }
    /// <inheritdoc/>
    public override string Details => Condition.ToSql();

    internal override IEnumerable<object?> Parameters => [Condition];

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output, inputs[0]);
        ColumnUse.Mark(Condition, inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new FilterOperator(this, context);
}
