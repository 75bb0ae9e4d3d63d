using System.Collections.Immutable;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Passes rows on and sees to it that no more than one of each key holds at a commit: what a query that stands for a value promises.</summary>
public sealed class SingleRow : UnaryNode
{
    /// <summary>Key columns of the input; none = one row in all.</summary>
    public required ImmutableArray<int> Keys { get; init; }

    /// <summary>The query, for the message.</summary>
    public required string Query { get; init; }

    /// <inheritdoc/>
    public override string StateBound => Keys.IsEmpty ? "one row" : "unbounded";

    /// <inheritdoc/>
    public override string Details => Keys.IsEmpty ? "" : "a " + string.Join(", ", Keys.Select(k => Schema[k].Name));

    internal override IEnumerable<object?> Parameters => [Query, .. Keys.Cast<object?>()];

    internal override bool HasState => true;

    internal override Exchange ExchangeOf(int input) => Exchange.By(Keys);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output, inputs[0]);
        ColumnUse.Mark(Keys, inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new SingleRowOperator(this, context);
}
