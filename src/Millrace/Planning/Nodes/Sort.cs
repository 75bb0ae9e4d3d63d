using System.Collections.Immutable;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>ORDER BY and LIMIT; in ad-hoc queries only.</summary>
public sealed class Sort : UnaryNode
{
    /// <summary>The order; empty keeps the input's.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>Rows at most, or null.</summary>
    public required long? Limit { get; init; }
    /// <summary>Rows to skip.</summary>
    public required long Offset { get; init; }
    /// <inheritdoc/>
    public override string Details => string.Join(" ", new[] { SortKey.ToSql(Order, Schema), Limit is { } n ? $"limit {n}" : "", Offset > 0 ? $"offset {Offset}" : "" }.Where(t => t.Length > 0));

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row

    internal override IOperator CreateOperator(OperatorContext context) => new SortOperator(this, context);
}
