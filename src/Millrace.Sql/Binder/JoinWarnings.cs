using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>What <c>check</c> says of joins whose state nothing bounds.</summary>
internal static class JoinWarnings
{
    public static void Tell(Compilation compilation, PlanNode plan, string view, string left, string right, Span span)
    {
        if (compilation.IsQuery) return;
        while (plan is not Join) plan = plan.Inputs[0];
        var join = (Join)plan;
        if (StaticTables.IsLookedUp(join.Right, isRight: true, join.Kind) || StaticTables.IsLookedUp(join.Left, isRight: false, join.Kind)) return; // only the table is kept
        var whose = (join.LeftDeadlines.IsEmpty && !PlanSearch.IsSingleRow(join.Left), join.RightDeadlines.IsEmpty && !PlanSearch.IsSingleRow(join.Right)) switch
        {
            (true, true) => "every row of both sides",
            (true, _) => $"every row of {left}",
            (_, true) => $"every row of {right}",
            _ => null,
        };
        if (whose is null) return;
        var (l, r) = (NameOf(join.Left), NameOf(join.Right));
        var bound = l is null || r is null
            ? "Bound it by event times of both sides; without them a view that is grouped by a window, or a table that is looked up, keeps less"
            : $"Bound it by event time, e.g. AND {right}.{r} BETWEEN {left}.{l} AND {left}.{l} + INTERVAL '1 hour', or add WITH (state_ttl = '1 day') to the view";
        compilation.Findings.Warning(Codes.UnboundedJoin, span, $"{whose} is kept for ever in '{view}': a partner may come at any time. {bound}.");
    }

    static string? NameOf(PlanNode side) => side.TimeColumn < 0 ? null : side.Schema[side.TimeColumn].Name;
}
