using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>The column that a window goes by: a TIMESTAMP that the watermark speaks of, or the machine's time.</summary>
internal static class WindowTime
{
    /// <summary>The rows and the index of the column; over the machine's time they follow the clock.</summary>
    /// <param name="compilation">What it is resolved against.</param>
    /// <param name="rows">The rows below the window.</param>
    /// <param name="time">The column.</param>
    public static (From Rows, int Time) Over(Compilation compilation, From rows, ColumnExpr time)
    {
        var column = rows.Scope.Find(time.Table, time.Column) ?? throw rows.Scope.Unknown(time.Table, time.Column);
        if (column.Type.Kind != TypeKind.Timestamp) throw new SqlError(Codes.WrongTypes, time.Span, $"'{time.Column}' is {column.Type}; a window goes by a TIMESTAMP column.");
        if (compilation.IsQuery || PlanBuilder.LagOf(rows.Node, column.Index) is not null) return (rows, column.Index);
        if (!PlanBuilder.IsProcessingTime(rows.Node, column.Index)) throw NoWatermark(rows, time.Column.Text, time.Span);
        return (rows with { Node = PlanBuilder.FollowProcessingTime(rows.Node, column.Index) }, column.Index);
    }

    static SqlError NoWatermark(From rows, string time, Span span)
    {
        var known = rows.Scope.Columns.Where(c => PlanBuilder.LagOf(rows.Node, c.Index) is not null).Select(c => $"'{c.Name}'").ToList();
        var sources = PlanSearch.Sources(rows.Node);
        if (known.Count == 0 && PlanSearch.Nodes(rows.Node).Any(n => n is Join { Times.IsEmpty: true } join && !(join.Left.Times.IsEmpty && join.Right.Times.IsEmpty)))
        {
            return new(Codes.LostTime, span,
                $"a row of the join may come at any later time, so that a window over '{time}' would never close. Bound the join, e.g. AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 hour', or lay the windows below it.");
        }
        var message = known.Count > 0
            ? $"the watermark says nothing about '{time}', so a window over it would never close. A window here can go by {string.Join(" or ", known)}."
            : sources.Any(s => s.Plan is { } plan && PlanSearch.HasWatermark(plan))
                ? $"no column of event time is left in {rows.Scope.Description}: '{time}' is computed. Select the source's time column as it is."
                : $"a window over '{time}' would never close: {(sources.Count == 0 ? "there is" : $"source '{sources[0].Name}' has")} no watermark. Add WATERMARK FOR {time} AS {time} - INTERVAL '5 seconds' to it.";
        return new(Codes.NoWatermark, span, message);
    }
}
