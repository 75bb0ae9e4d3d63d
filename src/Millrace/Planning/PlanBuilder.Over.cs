using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Results of OVER behind the columns of the input.</summary>
    /// <param name="input">Its rows; partition, order and arguments are columns of it (project them first).</param>
    /// <param name="partition">Columns that tell partitions apart.</param>
    /// <param name="order">The order within a partition.</param>
    /// <param name="release">The column of event time that says when rows are complete: one of the partition's, or the order's first, ascending. null = when the input ends.</param>
    /// <param name="calls">What is computed.</param>
    /// <param name="stateTtl">Event time without a new row after which a partition begins anew.</param>
    /// <param name="view">Name of the view.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Over(PlanNode input, ImmutableArray<int> partition, ImmutableArray<SortKey> order, EventTime? release, ImmutableArray<OverCall> calls, Interval? stateTtl, string view,
        LatePolicy late, string where = "")
    {
        var fields = input.Schema.Fields.ToList();
        foreach (var call in calls) fields.Add(new(FreeName(new Schema(fields), "$" + (call.Aggregate?.Name ?? call.Function.ToString().ToLowerInvariant())), call.Type));
        // Rows wait for their time, and with LEAD and FOLLOWING for those behind them: what other columns say of time no longer holds.
        var waits = calls.Any(c => c.Ahead > 0) && !(release is { } r && partition.Contains(r.Column));
        return new Over
        {
            Schema = new Schema(fields),
            Input = input,
            Partition = partition,
            Order = order,
            Release = release,
            Calls = calls,
            StateTtl = stateTtl,
            View = view,
            Late = late,
            Key = input.Key,
            Times = waits || release is null ? [] : [release.Value],
            Where = where,
        };
    }
}
