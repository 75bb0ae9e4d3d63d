using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Aggregates the rows of each lane before they change lanes. The physical planner puts it below the exchange of an <see cref="Aggregate"/>; its rows are the aggregate's input, or groups of it with their states.</summary>
sealed class PartialAggregate : UnaryNode
{
    /// <summary>The aggregate that it works for.</summary>
    public required Aggregate Whole { get; init; }

    /// <inheritdoc/>
    public override string Details => Whole.Details;

    internal override bool IsForSpeed => true;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => Whole.MarkUse(output, inputs);

    /// <summary>Where its keys stand; it changes no lane itself.</summary>
    internal override Exchange ExchangeOf(int input) => Exchange.By(Whole.Keys);

    internal override IOperator CreateOperator(OperatorContext context) => new PartialAggregateOperator(Whole, context);
}
