using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Aggregates rows before an <see cref="Aggregate"/> does: its rows are the aggregate's input, or groups of it with their states.</summary>
/// <remarks>The physical planner puts it below the exchange of an aggregate, so that fewer rows change lanes; <see cref="Rules.SharePanes"/> below several aggregates, so that rows are grouped once for all.</remarks>
sealed class PartialAggregate : UnaryNode
{
    /// <summary>The aggregate that it works for, or one that has the calls and the panes of all of them.</summary>
    public required Aggregate Whole { get; init; }

    /// <inheritdoc/>
    public override string Details => Whole.Details;

    internal override bool IsForSpeed => true;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => Whole.MarkUse(output, inputs);

    /// <summary>Where its keys stand; it changes no lane itself.</summary>
    internal override Exchange ExchangeOf(int input) => Exchange.By(Whole.Keys);

    internal override IOperator CreateOperator(OperatorContext context) => new PartialAggregateOperator(Whole, context);
}
