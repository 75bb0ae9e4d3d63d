using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>JOIN and comma lists: names and conditions are resolved here, <see cref="JoinOrder"/> makes the plan.</summary>
internal sealed class JoinBinder(Compilation compilation, string view, Interval? stateTtl, Func<FromItem, CommonTables, From> bindItem)
{
    int _columns;
    IReadOnlyList<Expr> _where = [];

    /// <summary>The joined rows, with the conditions of WHERE where they do most good.</summary>
    /// <param name="item">FROM.</param>
    /// <param name="common">Tables of WITH.</param>
    /// <param name="where">Conditions of WHERE that are all true of the rows.</param>
    public From Bind(JoinItem item, CommonTables common, IReadOnlyList<Expr> where)
    {
        _where = HasOuter(item) ? [] : where;
        var tree = Tree(item, common);
        CheckNames(item);
        var binder = new ExpressionBinder(compilation, tree.Scope, null, "in WHERE");
        var conditions = where.Select(w => binder.Condition(w, "WHERE")).SelectMany(JoinCondition.Parts).ToList();
        var node = new JoinOrder(compilation, view, stateTtl).Plan(tree, conditions, _columns);
        return new(node, tree.Scope);
    }

    JoinTree Tree(FromItem item, CommonTables common)
    {
        if (item is JoinItem { Alias: null } join) return join.Right is TableFunctionItem function ? Lateral(join, function, common) : Pair(join, common);
        var from = bindItem(item, common);
        var node = from.Rows(compilation, item.Span);
        var start = _columns;
        _columns += node.Schema.Count;
        var scope = new Scope(from.Scope.Description, [.. from.Scope.Columns.Select(c => c with { Index = c.Index + start })]);
        return new JoinTree.Leaf(node, start, scope, scope.Columns.Select(c => c.Table).FirstOrDefault(t => t.Length > 0) ?? from.Scope.Description);
    }

    /// <summary>A table function behind other tables: it is asked for each of their rows, so it is no join but a leaf over them.</summary>
    JoinTree.Leaf Lateral(JoinItem join, TableFunctionItem function, CommonTables common)
    {
        if (join.Kind is JoinSyntax.Right or JoinSyntax.Full || !join.Using.IsEmpty)
            throw new SqlError(Codes.BadTableFunction, join.Word, $"{(join.Using.IsEmpty ? join.Kind.ToString().ToUpperInvariant() + " JOIN" : "USING")} with a table function, which exists only for rows of the tables before it. Use CROSS JOIN, or LEFT JOIN ... ON TRUE.");
        if (join is { Kind: JoinSyntax.Left, On: not ConstantExpr { Value: true } })
            throw new SqlError(Codes.BadTableFunction, join.On!.Span, "LEFT JOIN with a table function takes ON TRUE. Put conditions into a query over it.");
        var left = join.Left is JoinItem { Alias: null } before ? new JoinBinder(compilation, view, stateTtl, bindItem).BindBefore(before, common, _where) : bindItem(join.Left, common);
        var rows = new TableFunctionBinder(compilation).Bind(function, left, join.Kind == JoinSyntax.Left);
        var node = rows.Node;
        if (join is { Kind: JoinSyntax.Inner, On: { } on }) node = PlanBuilder.Filter(node, new ExpressionBinder(compilation, rows.Scope, null, "in ON").Condition(on, "ON"), compilation.Where(on.Span));
        var start = _columns;
        _columns += node.Schema.Count;
        var scope = new Scope(rows.Scope.Description, [.. rows.Scope.Columns.Select(c => c with { Index = c.Index + start })]);
        return new(node, start, scope, scope.Description);
    }

    /// <summary>Whether rows may go on without a partner: then conditions of WHERE wait until all is joined.</summary>
    static bool HasOuter(FromItem item) => item is JoinItem join
        && (join.Kind is JoinSyntax.Left or JoinSyntax.Right or JoinSyntax.Full && join.Right is not TableFunctionItem || HasOuter(join.Left) || HasOuter(join.Right));

    /// <summary>The tables before a table function, with those conditions of WHERE that name nothing else.</summary>
    From BindBefore(JoinItem item, CommonTables common, IReadOnlyList<Expr> where)
    {
        _where = where;
        var tree = Tree(item, common);
        CheckNames(item);
        var binder = new ExpressionBinder(compilation, tree.Scope, null, "in WHERE");
        bool Names(Expr part) => part is ColumnExpr column ? tree.Scope.Columns.Count(c => c.Name == column.Column.Text && (column.Table is null ? !c.NeedsTable : c.Table == column.Table.Text)) == 1
            : part is not (StarExpr or ScopeExpr) && part.Parts.All(Names);
        var conditions = where.Where(Names).Select(w => binder.Condition(w, "WHERE")).SelectMany(JoinCondition.Parts).ToList();
        return new(new JoinOrder(compilation, view, stateTtl).Plan(tree, conditions, _columns), tree.Scope);
    }

    JoinTree.Pair Pair(JoinItem join, CommonTables common)
    {
        var left = Tree(join.Left, common);
        var right = Tree(join.Right, common);
        var kind = join.Kind switch { JoinSyntax.Left => JoinKind.Left, JoinSyntax.Right => JoinKind.Right, JoinSyntax.Full => JoinKind.Full, _ => JoinKind.Inner };
        var description = $"{left.Name} JOIN {right.Name}";
        var scope = new Scope(description, [.. left.Scope.Columns, .. right.Scope.Columns]);
        if (join.On is not null)
        {
            var on = new ExpressionBinder(compilation, scope, null, "in ON").Condition(join.On, "ON");
            return new(kind, left, right, [.. JoinCondition.Parts(on)], [], join.Word, scope, description);
        }
        return join.Using.IsEmpty ? new(kind, left, right, [], [], join.Word, scope, description) : Using(join, kind, left, right, description);
    }

    /// <summary>USING: equal columns of one name, which stand for one column from then on.</summary>
    JoinTree.Pair Using(JoinItem join, JoinKind kind, JoinTree left, JoinTree right, string description)
    {
        var conditions = new List<Expression>();
        var merged = new List<(Expression, string, int)>();
        var columns = new List<ScopeColumn>();
        var hidden = new HashSet<int>();
        foreach (var name in join.Using)
        {
            var l = left.Scope.Find(null, name) ?? throw left.Scope.Unknown(null, name);
            var r = right.Scope.Find(null, name) ?? throw right.Scope.Unknown(null, name);
            var both = new Scope(description, [l with { Table = "left" }, r with { Table = "right" }]);
            var binder = new ExpressionBinder(compilation, both, null, "in USING");
            var (a, b) = (new ScopeExpr(l, name.Span), new ScopeExpr(r, name.Span));
            conditions.Add(binder.Bind(new BinaryExpr("=", a, b, name.Span, name.Span)));
            var shown = kind == JoinKind.Right ? r : l;
            if (kind == JoinKind.Full)
            {
                var value = binder.Bind(new CallExpr(new("coalesce", name.Span), [a, b], false, false, null, name.Span));
                shown = new ScopeColumn("", name.Text, _columns++, value.Type);
                merged.Add((value, name.Text, shown.Index));
            }
            columns.Add(shown);
            if (kind == JoinKind.Full) hidden.UnionWith([l.Index, r.Index]);
            else hidden.Add(shown == l ? r.Index : l.Index);
        }
        // The shared columns come first; the others can still be named with their table.
        var first = columns.Select(c => c.Index).ToHashSet();
        var rest = left.Scope.Columns.Concat(right.Scope.Columns).Where(c => !first.Contains(c.Index)).Select(c => hidden.Contains(c.Index) ? c with { NeedsTable = true } : c);
        return new(kind, left, right, conditions, merged, join.Word, new Scope(description, [.. columns, .. rest]), description);
    }

    static void CheckNames(JoinItem item)
    {
        var seen = new Dictionary<string, Name>(StringComparer.Ordinal);
        foreach (var name in Names(item))
            if (!seen.TryAdd(name.Text, name))
                throw new SqlError(Codes.RepeatedTable, name.Span, $"'{name}' stands for two tables of this FROM. Give one of them another name: {name} AS other.");
    }

    static IEnumerable<Name> Names(FromItem item) => item switch
    {
        { Alias: { } alias } => [alias],
        JoinItem join => Names(join.Left).Concat(Names(join.Right)),
        LookupItem lookup => Names(lookup.Left).Concat(Names(lookup.Right)),
        TableItem table => [table.Table],
        WindowItem window => Names(window.Input),
        TableFunctionItem function => [function.Function],
        _ => [],
    };
}
