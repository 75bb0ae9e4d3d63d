using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>What FROM gives: rows, their columns, and the windows that are laid over them but not yet made.</summary>
/// <param name="Node">The rows, without window columns.</param>
/// <param name="Scope">Their columns; those of the window come last, behind the columns of <paramref name="Node"/>.</param>
/// <param name="Window">The windows, or null.</param>
/// <param name="Partition">PARTITION BY of SESSION; default where it is not given.</param>
internal sealed record From(PlanNode Node, Scope Scope, WindowSpec? Window = null, ImmutableArray<Expression> Partition = default)
{
    /// <summary>Whether an expression names a window column.</summary>
    public bool IsWindowColumn(int index) => Window is not null && index >= Node.Schema.Count;

    /// <summary>The rows with the columns of their windows, each as often as it falls into one. Sessions have no such rows: how long one is, is known only when it ends.</summary>
    /// <param name="compilation">Says where they stand.</param>
    /// <param name="span">FROM.</param>
    public PlanNode Rows(Compilation compilation, Span span) => Window switch
    {
        null => Node,
        { Kind: WindowKind.Session } => throw WindowKeys.NoRows(span),
        _ => PlanBuilder.Window(Node, Window, compilation.Where(span)),
    };
}

/// <summary>Tables that WITH declares.</summary>
internal sealed record CommonTables(ImmutableDictionary<string, PlanNode> Plans)
{
    public static CommonTables None { get; } = new(ImmutableDictionary<string, PlanNode>.Empty.WithComparers(StringComparer.Ordinal));
}

/// <summary>FROM: tables, queries, windows, joins.</summary>
internal sealed class FromBinder(Compilation compilation, Func<Query, CommonTables, PlanNode> bindQuery, string view, Interval? stateTtl)
{
    /// <summary>Joined tables, with the conditions of WHERE tested where they are joined.</summary>
    public From BindJoin(JoinItem item, CommonTables common, IReadOnlyList<Expr> where) => new JoinBinder(compilation, view, stateTtl, Bind).Bind(item, common, where);

    public From Bind(FromItem? item, CommonTables common)
    {
        switch (item)
        {
            case null: return new(PlanBuilder.Values(Schema.Empty, [[]]), Scope.Empty);
            case TableItem { AsOf: { } time }:
                throw new SqlError(Codes.BadLookup, time.Span, "FOR SYSTEM_TIME AS OF without a join: it looks up, for each row of another table, the row that held at its time. Write FROM rows JOIN table FOR SYSTEM_TIME AS OF rows.time AS t ON ...");
            case TableItem table:
                var node = common.Plans.GetValueOrDefault(table.Table.Text) ?? compilation.Relation(table.Table).Plan!;
                var known = table.Alias ?? table.Table;
                return Renamed(new(node, Scope.Of(node, known.Text, table.Table.Text)), table);
            case QueryItem query:
                var rows = bindQuery(query.Query, common);
                return Renamed(new(rows, Scope.Of(rows, query.Alias?.Text ?? "", query.Alias is { } alias ? alias.Text : "the query in FROM")), query);
            case JoinItem join:
                var joined = BindJoin(join with { Alias = null }, common, []);
                return Renamed(join.Alias is { } name ? joined with { Scope = new(joined.Scope.Description, [.. joined.Scope.Columns.Select(c => c with { Table = name.Text })]) } : joined, join);
            case TableFunctionItem function: return new TableFunctionBinder(compilation).Bind(function, Bind(null, common), isLeft: false);
            case LookupItem lookup:
                var found = new LookupBinder(compilation, view, stateTtl, Bind).Bind(lookup, common);
                return Renamed(lookup.Alias is { } called ? found with { Scope = new(found.Scope.Description, [.. found.Scope.Columns.Select(c => c with { Table = called.Text })]) } : found, lookup);
            case MatchItem match: return Renamed(new MatchBinder(compilation, view).Bind(match, Bind(match.Input, common)), match);
            case ModelItem model: return Renamed(new ModelFunctionBinder(compilation, view).Bind(model, model.Input is null ? null : Bind(model.Input, common)), model);
            default: return BindWindow((WindowItem)item, common);
        }
    }

    static From Renamed(From rows, FromItem item)
    {
        if (item.Columns.IsEmpty) return rows;
        var columns = rows.Scope.Columns;
        if (item.Columns.Length > columns.Count)
            throw new SqlError(Codes.UnionColumns, item.Columns[columns.Count].Span, $"{item.Columns.Length} names for {columns.Count} columns of {rows.Scope.Description}.");
        var renamed = columns.Select((c, i) => i < item.Columns.Length ? c with { Name = item.Columns[i].Text } : c);
        return rows with { Scope = new Scope(rows.Scope.Description, [.. renamed]) };
    }

    From BindWindow(WindowItem item, CommonTables common)
    {
        if (item.Input is WindowItem inner) throw new SqlError(Codes.BadWindow, inner.Span, "a window directly over a window. Write a query in FROM: TUMBLE((SELECT ... FROM HOP(...)), ...).");
        var input = Bind(item.Input, common);
        (input, var time) = WindowTime.Over(compilation, input, new ColumnExpr(null, item.Time, item.Time.Span));
        var window = new WindowArguments(compilation, item.Function, item.Arguments, item.Span, isTable: true).Spec(time);
        var partition = item.Partition.Select(p => new ExpressionBinder(compilation, input.Scope, null, "in PARTITION BY").Bind(p)).ToImmutableArray();
        var table = (item.Alias ?? item.Input.Alias ?? (item.Input as TableItem)?.Table)?.Text ?? "";
        var columns = input.Scope.Columns.Where(c => PlanBuilder.WindowFields.All(w => w.Name != c.Name)).Select(c => c with { Table = table })
            .Concat(PlanBuilder.WindowFields.Select((f, i) => new ScopeColumn(table, f.Name, input.Node.Schema.Count + i, f.Type)));
        var description = $"the result of {item.Function.Text.ToUpperInvariant()}({((item.Input as TableItem)?.Table.Text ?? "...")}, ...)";
        return Renamed(new(input.Node, new Scope(description, [.. columns]), window, partition), item);
    }
}
