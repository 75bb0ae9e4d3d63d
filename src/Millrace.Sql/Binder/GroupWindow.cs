using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>A window that GROUP BY lays over the rows, Flink's older spelling: GROUP BY TUMBLE(ts, size), with TUMBLE_START, TUMBLE_END and TUMBLE_ROWTIME of the same arguments beside it.</summary>
internal sealed class GroupWindow
{
    readonly Compilation _compilation;
    readonly Scope _scope;
    readonly CallExpr _call;
    readonly WindowSpec _spec;
    readonly int _columns;

    GroupWindow(Compilation compilation, Scope scope, CallExpr call, WindowSpec spec, int columns)
    {
        (_compilation, _scope, _call, _spec, _columns) = (compilation, scope, call, spec, columns);
    }

    /// <summary>The rows with the window that GROUP BY says, if it says one.</summary>
    public static From Apply(Compilation compilation, From rows, SelectBody select)
    {
        CallExpr? window = null;
        foreach (var call in select.GroupBy.SelectMany(Calls))
        {
            if (window is null && rows.Window is not null) throw new SqlError(Codes.BadWindow, call.Span, "FROM has a window already; group by its columns window_start and window_end.");
            if (window is not null && Spec(compilation, rows, call).Spec != Spec(compilation, rows, window).Spec)
                throw new SqlError(Codes.BadWindow, call.Span, "GROUP BY has another window already. Windows over windows need a query in FROM.");
            window ??= call;
        }
        if (window is null) return rows;
        (rows, var spec) = Spec(compilation, rows, window);
        var scope = new Scope(rows.Scope.Description, rows.Scope.Columns) { Outer = rows.Scope.Outer, GroupWindow = new(compilation, rows.Scope, window, spec, rows.Node.Schema.Count) };
        return rows with { Scope = scope, Window = spec };
    }

    static IEnumerable<CallExpr> Calls(Expr key) => key switch
    {
        GroupingExpr grouping => grouping.Elements.SelectMany(Calls),
        CallExpr { Function.Text: "tumble" or "hop" or "session" } call => [call],
        _ => [],
    };

    static (From Rows, WindowSpec Spec) Spec(Compilation compilation, From rows, CallExpr call)
    {
        (rows, var time) = WindowTime.Over(compilation, rows, TimeOf(call));
        return (rows, new WindowArguments(compilation, call.Function, [.. call.Arguments.Skip(1).Select(a => ((Name?)null, a))], call.Span, isTable: false).Spec(time));
    }

    static ColumnExpr TimeOf(CallExpr call) => call is { IsAggregate: false, Arguments: [ColumnExpr time, ..] } ? time
        : throw new SqlError(Codes.BadWindow, call.Span, $"{call.Function.Text.ToUpperInvariant()} here takes the time column first. Usage: {WindowArguments.Usage(call.Function.Text, isTable: false)}.");

    /// <summary>What a key of GROUP BY is grouped by, if it is this window: of its columns the one that tells windows apart.</summary>
    public ScopeExpr? Key(Expr key) => key is CallExpr { Function.Text: "tumble" or "hop" or "session" } call ? Column(_spec.Kind == WindowKind.Session ? 1 : 0, call.Span) : null;

    /// <summary>Whether a function names a column of a window of GROUP BY.</summary>
    public static bool IsColumn(string function) => Which(function).Column >= 0;

    /// <summary>The column that TUMBLE_START and the like name.</summary>
    /// <param name="window">The window of GROUP BY; null where there is none.</param>
    /// <param name="call">The call.</param>
    public static ScopeExpr Column(GroupWindow? window, CallExpr call)
    {
        var (kind, column) = Which(call.Function.Text);
        var shown = call.Function.Text.ToUpperInvariant();
        if (window is null) throw new SqlError(Codes.BadWindow, call.Span, $"{shown} belongs to GROUP BY {kind.ToUpperInvariant()}({(kind == "hop" ? "time, slide, size" : kind == "session" ? "time, gap" : "time, size")}). A window in FROM has columns: window_start, window_end, window_time.");
        if (kind != window._call.Function.Text) throw new SqlError(Codes.BadWindow, call.Span, $"{shown} of a window that is {window._call.Function.Text.ToUpperInvariant()} in GROUP BY.");
        var time = TimeOf(call);
        var index = window._scope.Find(time.Table, time.Column)?.Index;
        if (index != window._spec.TimeColumn || new WindowArguments(window._compilation, call.Function with { Text = kind }, [.. call.Arguments.Skip(1).Select(a => ((Name?)null, a))], call.Span, isTable: false).Spec(index.Value) != window._spec)
            throw new SqlError(Codes.BadWindow, call.Span, $"{shown} takes the arguments of {window._call.Function.Text.ToUpperInvariant()} in GROUP BY, written as they are there.");
        return window.Column(column, call.Span);
    }

    static (string Kind, int Column) Which(string function)
    {
        foreach (var kind in (string[])["tumble", "hop", "session"])
        {
            if (!function.StartsWith(kind, StringComparison.Ordinal)) continue;
            return (kind, function[kind.Length..] switch { "_start" => 0, "_end" => 1, "_rowtime" or "_proctime" => 2, _ => -1 });
        }
        return ("", -1);
    }

    ScopeExpr Column(int which, Span span)
    {
        var field = PlanBuilder.WindowFields[which];
        return new(new ScopeColumn("", field.Name, _columns + which, field.Type), span);
    }
}
