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

    /// <summary>The joined rows, with the conditions of WHERE where they do most good.</summary>
    /// <param name="item">FROM.</param>
    /// <param name="common">Tables of WITH.</param>
    /// <param name="where">Conditions of WHERE that are all true of the rows.</param>
    public From Bind(JoinItem item, CommonTables common, IReadOnlyList<Expr> where)
    {
        var tree = Tree(item, common);
        CheckNames(item);
        var binder = new ExpressionBinder(compilation, tree.Scope, null, "in WHERE");
        var conditions = where.Select(w => binder.Condition(w, "WHERE")).SelectMany(JoinCondition.Parts).ToList();
        var node = new JoinOrder(compilation, view, stateTtl).Plan(tree, conditions, _columns);
        return new(node, tree.Scope);
    }

    JoinTree Tree(FromItem item, CommonTables common)
    {
        if (item is JoinItem { Alias: null } join) return Pair(join, common);
        var from = bindItem(item, common);
        var node = from.Window is null ? from.Node : PlanBuilder.Window(from.Node, from.Window, compilation.Where(item.Span));
        var start = _columns;
        _columns += node.Schema.Count;
        var scope = new Scope(from.Scope.Description, [.. from.Scope.Columns.Select(c => c with { Index = c.Index + start })]);
        return new JoinTree.Leaf(node, start, scope, scope.Columns.Select(c => c.Table).FirstOrDefault(t => t.Length > 0) ?? from.Scope.Description);
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
        TableItem table => [table.Table],
        WindowItem window => Names(window.Input),
        _ => [],
    };
}
