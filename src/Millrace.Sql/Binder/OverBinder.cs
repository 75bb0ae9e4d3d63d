using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>The OVERs of a select list to plan nodes: what they need is projected below, each window is a node, and their results are columns behind the others.</summary>
/// <remarks>
/// ROW_NUMBER, RANK and DENSE_RANK over windows of their own come behind the others and each alone, so that a condition on the rank in the query around (see <see cref="TopNBinder"/>)
/// finds it. By an order that is not that of event time they are a <see cref="TopN"/> without a limit, which a view may not keep.
/// </remarks>
internal sealed class OverBinder(Compilation compilation, string view, Interval? stateTtl)
{
    readonly Dictionary<PlanNode, Span> _unlimited = new(ReferenceEqualityComparer.Instance);

    /// <summary>Refuses ranks that nothing limits, once a view is bound.</summary>
    public void CheckLimited(PlanNode plan)
    {
        if (compilation.IsQuery) return;
        foreach (var node in PlanSearch.Nodes(plan))
        {
            if (node is not TopN { Limit: TopN.NoLimit } top) continue;
            throw new SqlError(Codes.UnlimitedRank, _unlimited.GetValueOrDefault(node, new(0, 1)), $"{top.Kind.ToSql()} by this order numbers rows anew with every row that comes. "
                + "Keep the first n: SELECT ... FROM (SELECT *, ROW_NUMBER() OVER (...) AS rn FROM ...) WHERE rn <= n; or order by the time column, ascending.");
        }
    }

    /// <summary>A stage whose list has columns in place of OVERs.</summary>
    public SelectStage Apply(SelectStage stage, OverCalls overs)
    {
        if (overs.Calls.Count == 0) return stage;
        var below = stage.Node.Schema.Count;
        var needed = new List<(Expression Expression, string Name)>();
        for (var i = 0; i < below; i++) needed.Add((new ColumnReference(i, stage.Node.Schema[i].Name, stage.Node.Schema[i].Type), stage.Node.Schema[i].Name));
        int Column(Expression expression)
        {
            expression = QueryBinder.Typed(expression);
            if (expression is ColumnReference reference) return reference.Index;
            var at = needed.FindIndex(below, n => n.Expression == expression);
            if (at >= 0) return at;
            needed.Add((expression, $"$over{needed.Count - below + 1}"));
            return needed.Count - 1;
        }
        var calls = overs.Calls.Select(c => (Call: c, Arguments: c.Arguments.Select(Column).ToImmutableArray(), Partition: c.Partition.Select(Column).Distinct().ToImmutableArray(),
            Order: c.Order.Select(o => new SortKey(Column(o.Expression), o.Item.IsDescending, o.Item.NullsFirst ?? o.Item.IsDescending)).ToImmutableArray())).ToList();
        var node = needed.Count == below ? stage.Node : PlanBuilder.Project(stage.Node, needed, compilation.Where(calls[0].Call.Span));

        var columns = new int[calls.Count];
        // What looks ahead comes last: behind it nothing is said of time any more.
        var windows = Enumerable.Range(0, calls.Count).GroupBy(i => calls.FindIndex(c => c.Call.HasSameWindow(calls[i].Call)))
            .SelectMany(w => w.All(i => calls[i].Call.IsRank) ? w.Select(i => new List<int> { i }) : [w.ToList()])
            .OrderBy(w => w.Any(i => calls[i].Call.Function == OverFunction.Lead || calls[i].Call.Frame.End < 0) ? 2 : calls[w[0]].Call.IsRank ? 1 : 0);
        foreach (var together in windows)
        {
            var first = calls[together[0]];
            var isRank = together.Count == 1 && first.Call.IsRank;
            var at = node.Schema.Count;
            var span = first.Call.Span;
            var release = Release(node, first.Partition, first.Order);
            if (release is null && isRank)
            {
                node = PlanBuilder.TopN(node, KindOf(first.Call.Function), first.Partition, first.Order, TopN.NoLimit, withRank: true, stateTtl, view, PlanSearch.Late(node), compilation.Where(span));
                _unlimited[node] = span;
            }
            else
            {
                if (release is null && !compilation.IsQuery) NotByTime(node, first.Call);
                node = PlanBuilder.Over(node, first.Partition, first.Order, release,
                    [.. together.Select(i => new OverCall(calls[i].Call.Function, calls[i].Arguments, calls[i].Call.Distance, calls[i].Call.Frame, calls[i].Call.Type)
                    {
                        Aggregate = calls[i].Call.Aggregate?.Function, Signature = calls[i].Call.Aggregate?.Signature, Distinct = calls[i].Call.Aggregate?.Distinct ?? false,
                    })], stateTtl, view, PlanSearch.Late(node), compilation.Where(span));
                foreach (var i in together) CheckFrame(calls[i].Call, ((Over)node).PartitionsEnd || compilation.IsQuery);
                if (!compilation.IsQuery && node.StateBound == "unbounded" && !isRank) Warn(span);
            }
            for (var k = 0; k < together.Count; k++) columns[together[k]] = at + k;
        }
        var items = stage.Items.Select(i => (Put(i.Expression, columns, node.Schema), i.Name)).ToList();
        return new SelectStage(node, items, stage.Bind, stage.Scope);
    }

    /// <summary>Warns of partitions that are kept for ever.</summary>
    public void Warn(Span span) => compilation.Findings.Warning(Codes.UnboundedState, span,
        $"every partition of '{view}' is kept for ever. Add WITH (state_ttl = '1 day') to the view, or a time column such as window_start to PARTITION BY, so that old partitions are forgotten.");

    static Expression Put(Expression expression, int[] columns, Schema schema) => expression is OverSlot slot
        ? new ColumnReference(columns[slot.Index], schema[columns[slot.Index]].Name, slot.Type) : expression.WithParts(p => Put(p, columns, schema));

    /// <summary>The column of event time that says when rows are complete: one that partitions have, or the one that the order goes by; null where there is none.</summary>
    static EventTime? Release(PlanNode node, ImmutableArray<int> partition, ImmutableArray<SortKey> order)
    {
        foreach (var time in node.Times)
            if (partition.Contains(time.Column)) return time;
        if (order.IsEmpty || order[0].Descending) return null;
        foreach (var time in node.Times)
            if (time.Column == order[0].Column) return time;
        return null;
    }

    static RankKind KindOf(OverFunction function) => function switch { OverFunction.RowNumber => RankKind.RowNumber, OverFunction.Rank => RankKind.Rank, _ => RankKind.DenseRank };

    static void CheckFrame(BoundOver call, bool partitionsEnd)
    {
        if (call.Frame.NeedsWhole && !partitionsEnd)
        {
            throw new SqlError(Codes.BadOver, call.Span, $"a frame with {(call.Frame.End == OverFrame.Unbounded ? "UNBOUNDED FOLLOWING" : "RANGE ... FOLLOWING")} needs the whole partition, and these go on. "
                + "Let PARTITION BY have a column of event time such as window_start; or use ROWS n FOLLOWING, which waits for n rows.");
        }
        if (call.Frame.Start is not null && call.Aggregate is { Function: { CanRetract: false } function })
            throw new SqlError(Codes.CannotRetract, call.Span, $"{function.Name} cannot take rows back, and rows leave this frame. Let the frame start at UNBOUNDED PRECEDING.");
    }

    /// <summary>Refuses an order that is not that of event time; where nothing is known of time, as above a group that never ends, the rows may wait for the end of the input.</summary>
    void NotByTime(PlanNode node, BoundOver call)
    {
        var span = call.Order.IsEmpty ? call.Span : call.Order[0].Item.Expression.Span;
        var what = call.Order.IsEmpty ? "no ORDER BY" : "an ORDER BY that event time says nothing about";
        var times = node.Times.Where(t => !PlanBuilder.IsHidden(node.Schema[t.Column].Name)).Select(t => $"'{node.Schema[t.Column].Name}'").ToList();
        if (node.Times.IsEmpty && PlanSearch.HasWatermark(node))
        {
            compilation.Findings.Warning(Codes.OverWaits, span, $"OVER with {what}: its rows wait for the end of the input, because the rows below may change until then. Group or rank by a window, so that they become final.");
            return;
        }
        throw new SqlError(Codes.OverOrder, span, $"OVER with {what}: a stream has no end at which its rows could be put in order. "
            + (times.Count == 0 ? "No column of event time is left here: select the source's time column as it is." : $"Order by {string.Join(" or ", times)}, ascending, or let PARTITION BY have it."));
    }
}
