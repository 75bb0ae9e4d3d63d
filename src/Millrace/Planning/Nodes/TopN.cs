using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Keeps the first rows of each partition in an order: ROW_NUMBER, RANK or DENSE_RANK() OVER (PARTITION BY ... ORDER BY ...) up to a limit.</summary>
/// <remarks>
/// Rows that the order does not tell apart stand in the order of whole rows, column by column. Schema: the columns of the input and, with <see cref="WithRank"/>, the rank as
/// BIGINT. Where rows are only added no more of them are kept than can be shown.
/// </remarks>
public sealed class TopN : UnaryNode
{
    /// <summary>How rows are counted.</summary>
    public required RankKind Kind { get; init; }
    /// <summary>Columns that tell partitions apart; none = all rows are one.</summary>
    public required ImmutableArray<int> Partition { get; init; }
    /// <summary>The order within a partition; none = that of whole rows.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>The greatest rank that is kept, from 1; <see cref="NoLimit"/> keeps all rows and is for queries, whose rows end.</summary>
    public required long Limit { get; init; }
    /// <summary>Whether the rank is a column: then a row that moves is told anew.</summary>
    public required bool WithRank { get; init; }
    /// <summary>Event time without a new row after which a partition begins anew; null = never.</summary>
    public required Interval? StateTtl { get; init; }
    /// <summary>Name of the view it belongs to.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <summary>All rows.</summary>
    public const long NoLimit = long.MaxValue;

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Retract;

    /// <inheritdoc/>
    public override string StateBound => !Times.IsEmpty ? "rows younger than the watermark" : StateTtl is null || Input.TimeColumn < 0 ? "unbounded" : "state_ttl";

    /// <inheritdoc/>
    public override string Details => string.Join(" ", new[]
    {
        $"{Kind.ToSql()}{(Limit == NoLimit ? "" : $" <= {Limit}")}{(WithRank ? " as a column" : "")}",
        Partition.IsEmpty ? "" : "by " + string.Join(", ", Partition.Select(c => Input.Schema[c].Name)),
        Order.IsEmpty ? "" : "order by " + SortKey.ToSql(Order, Input.Schema),
    }.Where(t => t.Length > 0));

    internal override IEnumerable<object?> Parameters => [View, Late, StateTtl, Kind, Limit, WithRank, Partition.Length, .. Partition.Cast<object?>(), .. Order];

    internal override bool HasState => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Partition);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row

    internal override IOperator CreateOperator(OperatorContext context) =>
        Kind == RankKind.RowNumber && Limit == 1 && !WithRank && (Input.Mode == ChangeMode.Append || context.Demand == Demand.Final)
            ? new TopOneOperator(this, context) : new TopNOperator(this, context);
}

/// <summary>How rows of a partition are counted.</summary>
public enum RankKind
{
    /// <summary>ROW_NUMBER: 1, 2, 3, 4.</summary>
    RowNumber,
    /// <summary>RANK: 1, 2, 2, 4.</summary>
    Rank,
    /// <summary>DENSE_RANK: 1, 2, 2, 3.</summary>
    DenseRank,
}

static class RankKinds
{
    /// <summary>The function's name in SQL.</summary>
    public static string ToSql(this RankKind kind) => kind switch { RankKind.RowNumber => "ROW_NUMBER", RankKind.Rank => "RANK", _ => "DENSE_RANK" };
}
