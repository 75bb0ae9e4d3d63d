using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Keeps one row for each key: the first to arrive, or with an order the least (then the least whole row), which may retract.</summary>
public sealed class DistinctOn : UnaryNode
{
    /// <summary>Key columns of the input.</summary>
    public required ImmutableArray<int> Keys { get; init; }
    /// <summary>Order by these, or empty: the first to arrive.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>Event time after which a key is forgotten when the key does not contain the time column; null = never.</summary>
    public required Interval? StateTtl { get; init; }
    /// <summary>Name of the view it belongs to.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => Order.IsEmpty ? ChangeMode.Append : ChangeMode.Retract;
    /// <inheritdoc/>
    public override string StateBound => Input.Times.Any(t => Keys.Contains(t.Column)) ? "rows younger than the watermark" : StateTtl is null ? "unbounded" : "state_ttl";
    /// <inheritdoc/>
    public override string Details => string.Join(", ", Keys.Select(k => Schema[k].Name)) + (Order.IsEmpty ? "" : " order by " + SortKey.ToSql(Order, Schema));

    internal override IEnumerable<object?> Parameters => [View, Late, StateTtl, Keys.Length, .. Keys, .. Order];

    internal override bool HasState => true;
    internal override bool HasPorts => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Keys);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        if (!Order.IsEmpty)
        {
            inputs[0].AsSpan().Fill(true); // ties are decided by the whole row
            return;
        }
        ColumnUse.Pass(output, inputs[0]);
        ColumnUse.Mark(Keys, inputs[0]);
        if (Input.TimeColumn >= 0) inputs[0][Input.TimeColumn] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => Order.IsEmpty ? new DistinctOnOperator(this, context) : new DistinctOnLeastOperator(this, context);
}
