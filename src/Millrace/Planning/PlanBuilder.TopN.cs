using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Keeps the first rows of each partition.</summary>
    /// <param name="input">Its rows; partition and order are columns of it (project them first).</param>
    /// <param name="kind">How rows are counted.</param>
    /// <param name="partition">Columns that tell partitions apart.</param>
    /// <param name="order">The order within a partition.</param>
    /// <param name="limit">The greatest rank that is kept, or <see cref="TopN.NoLimit"/>.</param>
    /// <param name="withRank">Whether the rank is needed as a column. Where the input has no key ROW_NUMBER gives it anyhow, because rows are told apart by it.</param>
    /// <param name="stateTtl">Event time without a new row after which a partition begins anew.</param>
    /// <param name="view">Name of the view.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode TopN(PlanNode input, RankKind kind, ImmutableArray<int> partition, ImmutableArray<SortKey> order, long limit, bool withRank, Interval? stateTtl, string view,
        LatePolicy late, string where = "")
    {
        var isOne = kind == RankKind.RowNumber && limit == 1;
        withRank |= kind == RankKind.RowNumber && !isOne && input.Key.IsEmpty;
        // The rows of a partition change until time has passed it, however old they are themselves.
        var times = input.Times.Where(t => partition.Contains(t.Column));
        // Columns that the order does not need are no part of it.
        order = [.. order.Where(o => !partition.Contains(o.Column)).DistinctBy(o => o.Column)];
        var top = new TopN
        {
            Schema = withRank ? new Schema(input.Schema.Fields.Append(new(FreeName(input.Schema, "$rank"), DataType.BigInt))) : input.Schema,
            Input = input,
            Kind = kind,
            Partition = partition,
            Order = order,
            Limit = limit,
            WithRank = withRank,
            StateTtl = stateTtl,
            View = view,
            Late = late,
            Times = [.. times],
            Where = where,
            Key = isOne ? partition : kind == RankKind.RowNumber && withRank ? partition.Add(input.Schema.Count)
                // A row that changes its partition is told by both, in no order: it takes both to tell which row is meant.
                : input.Key.IsEmpty ? [] : [.. partition.Union(input.Key)],
        };
        return isOne && partition.IsEmpty ? Single(top) : top;
    }

    /// <summary>A hidden name that a schema does not have.</summary>
    static string FreeName(Schema schema, string name)
    {
        var free = name;
        for (var i = 2; schema.IndexOf(free) >= 0; i++) free = $"{name}{i}";
        return free;
    }
}
