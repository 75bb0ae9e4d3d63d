using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Queries inside the conditions of WHERE, and as values: IN and EXISTS become semi and anti joins, values are joined as columns.</summary>
internal sealed class SubqueryBinder(Compilation compilation, string view, Interval? stateTtl, FromBinder froms, Func<Query, CommonTables, PlanNode> bindQuery)
{
    /// <summary>A query that stands for a value: its rows (the value is column 0), and which of their columns equal which expressions of the rows around it.</summary>
    internal sealed record Scalar(PlanNode Node, IReadOnlyList<(Expression Outer, int Column)> Outer, bool IsSingle, bool IsCount);

    public static SqlError Misplaced(Expr expression) => new(Codes.MisplacedQuery, expression.Span, expression switch
    {
        ExistsExpr => "EXISTS stands only as a condition of WHERE that AND joins to the others. Join the table in FROM instead.",
        InQueryExpr => "IN (SELECT ...) stands only as a condition of WHERE that AND joins to the others. Join the table in FROM instead.",
        _ => "a query cannot stand for a value here. Compute it in a query in FROM, or join the table.",
    });

    /// <summary>Whether an expression has a query inside.</summary>
    public static bool Has(Expr expression) => expression is QueryExpr or InQueryExpr or ExistsExpr || expression.Parts.Any(Has);

    /// <summary>The rows for which conditions with queries inside are true, and what is left of the other conditions: most are tested before.</summary>
    public (From From, IReadOnlyList<(Expression Condition, Span Span)> Where) Where(From rows, IReadOnlyList<(Expression Condition, Span Span)> where, IReadOnlyList<Expr> conditions, CommonTables common)
    {
        if (conditions.Count == 0) return (rows, where);
        var (node, width) = (rows.Node, rows.Node.Schema.Count);
        foreach (var (condition, span) in where)
            if (!IsBeyond(condition, width)) node = PlanBuilder.Filter(node, condition, compilation.Where(span));
        foreach (var condition in conditions) node = Where(node, rows.Scope, condition, common);
        var added = node.Schema.Count - width;
        int Place(int column) => column < width ? column : column + added;
        if (rows.Window is { } window && !compilation.IsQuery && PlanBuilder.LagOf(node, window.TimeColumn) is null)
        {
            throw new SqlError(Codes.LostTime, conditions[0].Span,
                "a row may pass this condition at any later time, so that windows over the rows would never be complete. Group first, in a query in FROM, and compare its rows.");
        }
        return (rows with { Node = node, Scope = new(rows.Scope.Description, [.. rows.Scope.Columns.Select(c => c with { Index = Place(c.Index) })]) },
            [.. where.Where(w => IsBeyond(w.Condition, width)).Select(w => (JoinCondition.Moved(w.Condition, Place), w.Span))]);
    }

    static bool IsBeyond(Expression expression, int width) => expression is ColumnReference column ? column.Index >= width : expression.Parts().Any(p => IsBeyond(p, width));

    /// <summary>The rows for which a condition with queries inside is true.</summary>
    /// <param name="node">The rows; their columns stay where they are.</param>
    /// <param name="scope">Their columns.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="common">Tables of WITH.</param>
    public PlanNode Where(PlanNode node, Scope scope, Expr condition, CommonTables common)
    {
        switch (condition)
        {
            case LogicalExpr { IsAnd: true } all: return all.Conditions.Aggregate(node, (rows, c) => Where(rows, scope, c, common));
            case NotExpr { Operand: ExistsExpr exists }: return Exists(node, scope, exists, isNegated: true, common);
            case ExistsExpr exists: return Exists(node, scope, exists, isNegated: false, common);
            case NotExpr { Operand: InQueryExpr within }: return In(node, scope, within with { IsNegated = !within.IsNegated }, common);
            case InQueryExpr within: return In(node, scope, within, common);
        }
        var width = node.Schema.Count;
        var outer = compilation.Scalars;
        var scalars = compilation.Scalars = new(compilation, this, scope, common);
        try
        {
            var bound = new ExpressionBinder(compilation, scope, null, "in WHERE").Condition(condition, "WHERE");
            CheckColumns(bound, width, condition.Span);
            var joined = scalars.Join(node);
            joined = PlanBuilder.Filter(joined, scalars.Resolve(bound), compilation.Where(condition.Span));
            return PlanBuilder.Project(joined, [.. Enumerable.Range(0, width).Select(i => ((Expression)new ColumnReference(i, joined.Schema[i].Name, joined.Schema[i].Type), joined.Schema[i].Name))], node.Where);
        }
        finally
        {
            compilation.Scalars = outer;
        }
    }

    PlanNode Exists(PlanNode node, Scope scope, ExistsExpr exists, bool isNegated, CommonTables common)
    {
        var (rows, outer, _) = Rows(exists.Query, scope, node.Schema.Count, common, withItem: false);
        return Join(node, rows, isNegated ? JoinKind.Anti : JoinKind.Semi, outer, exists.Span);
    }

    PlanNode In(PlanNode node, Scope scope, InQueryExpr within, CommonTables common)
    {
        var width = node.Schema.Count;
        var (rows, outer, item) = Rows(within.Query, scope, width, common, withItem: true);
        var (value, span) = item!.Value;
        var operand = new ExpressionBinder(compilation, scope, null, "in IN").Bind(within.Operand);
        CheckColumns(operand, width, within.Span);
        var values = ExpressionBinder.Common([operand, JoinCondition.Moved(value, i => i + width)], [within.Operand.Span, span], within.Span, "IN");
        var equal = Equal(values[0], values[1], within.Span);
        if (!within.IsNegated) return Join(node, rows, JoinKind.Semi, [equal, .. outer], within.Span);
        var joined = Join(node, rows, JoinKind.Anti, [equal, .. outer], within.Span);
        // NOT IN is NULL, which is not true, where the value is NULL or a NULL is among those compared with.
        var (isNull, hasNull) = (Nullability.CanBeNull(node, operand), Nullability.CanBeNull(rows, value));
        if (!isNull && !hasNull) return joined;
        // The first join may have added columns that a key needs.
        var added = joined.Schema.Count - width;
        if (outer.Count > 0)
        {
            IEnumerable<Expression> conditions = [.. outer, new Logical(false, [new IsNull(values[0]), new IsNull(values[1])])];
            return Join(joined, rows, JoinKind.Anti, [.. conditions.Select(c => JoinCondition.Moved(c, i => i < width ? i : i + added))], within.Span);
        }
        var flags = PlanBuilder.Project(rows, [(new IsNull(value), "is_null")], rows.Where);
        var kinds = PlanBuilder.DistinctOn(flags, [0], [], null, view, PlanSearch.Late(rows), rows.Where);
        return Join(joined, kinds, JoinKind.Anti, [new Logical(false, [new IsNull(operand), new ColumnReference(joined.Schema.Count, "is_null", DataType.Boolean)])], within.Span);
    }

    Expression Equal(Expression a, Expression b, Span span)
    {
        var function = compilation.Options.Catalog.Scalar("=")!;
        var signature = function.Resolve([a.Type, b.Type], [a as Literal, b as Literal]) ?? throw new SqlError(Codes.WrongTypes, span, $"= is not there for {a.Type} and {b.Type}.");
        return new Call(function, [a, b], signature.Result);
    }

    PlanNode Join(PlanNode node, PlanNode rows, JoinKind kind, IReadOnlyList<Expression> conditions, Span span)
    {
        var condition = conditions.Count switch { 0 => null, 1 => conditions[0], _ => new Logical(true, [.. conditions]) };
        var joined = PlanBuilder.Join(node, rows, kind, condition, stateTtl, view, PlanSearch.Late(node), PlanSearch.Late(rows), compilation.Where(span));
        JoinWarnings.Tell(compilation, joined, view, "the rows", "the query", span);
        return joined;
    }

    /// <summary>The rows of a query inside another, and its conditions that compare with the columns around it (over those, then its own).</summary>
    (PlanNode Node, IReadOnlyList<Expression> Outer, (Expression Value, Span Span)? Item) Rows(Query query, Scope scope, int width, CommonTables common, bool withItem)
    {
        if (query is { With.IsEmpty: true, Limit: null, Offset: null, Body: SelectBody { IsDistinct: false, DistinctOn.IsEmpty: true, GroupBy.IsEmpty: true, Having: null } select }
            && !select.Items.Any(i => HasAggregate(i.Expression)))
        {
            var (node, inner, outer) = Correlated(select, scope, width, common);
            if (!withItem) return (node, outer, null);
            if (select.Items is [{ Expression: not StarExpr } only])
                return (node, outer, (new ExpressionBinder(compilation, inner, null, "in IN (SELECT ...)").Bind(only.Expression), only.Expression.Span));
            if (outer.Count > 0) throw new SqlError(Codes.QueryColumns, query.Span, "the query behind IN needs one column.");
        }
        var rows = bindQuery(query, common);
        if (!withItem) return (rows, [], null);
        var columns = Enumerable.Range(0, rows.Schema.Count).Where(i => !PlanBuilder.IsHidden(rows.Schema[i].Name)).ToList();
        if (columns.Count != 1) throw new SqlError(Codes.QueryColumns, query.Span, $"the query behind IN has {columns.Count} columns; it needs one.");
        return (rows, [], (new ColumnReference(columns[0], rows.Schema[columns[0]].Name, rows.Schema[columns[0]].Type), query.Span));
    }

    /// <summary>Added to the index of a column that is not there yet: beyond all that are.</summary>
    const int NotMade = 1_000_000;

    /// <summary>FROM and WHERE of a query inside another; conditions that name columns around it are left over.</summary>
    (PlanNode Node, Scope Scope, IReadOnlyList<Expression> Outer) Correlated(SelectBody select, Scope scope, int width, CommonTables common)
    {
        IReadOnlyList<Expr> conditions = select.Where switch { null => [], LogicalExpr { IsAnd: true } all => all.Conditions, var one => [one] };
        var from = select.From is JoinItem { Alias: null } join ? froms.BindJoin(join, common, []) : froms.Bind(select.From, common);
        var node = from.Rows(compilation, select.From?.Span ?? select.Span);
        var binder = new ExpressionBinder(compilation, from.Scope, null, "in WHERE");
        // Names are looked for in the query itself first. Window columns around it that are not made yet must not be taken for its own.
        var around = new Scope(scope.Description, [.. scope.Columns.Select(c => c.Index < width ? c : c with { Index = c.Index + NotMade })]) { Outer = scope.Outer };
        var inner = new Scope(from.Scope.Description, [.. from.Scope.Columns.Select(c => c with { Index = c.Index + width })]) { Outer = around };
        var both = new ExpressionBinder(compilation, inner, null, "in WHERE");
        var outer = new List<Expression>();
        foreach (var condition in conditions)
        {
            if (Has(condition)) node = Where(node, from.Scope, condition, common);
            else if (IsOwn(condition, from.Scope, scope)) node = PlanBuilder.Filter(node, binder.Condition(condition, "WHERE"), compilation.Where(condition.Span));
            else
            {
                var bound = both.Condition(condition, "WHERE");
                CheckColumns(bound, width + node.Schema.Count, condition.Span);
                outer.Add(bound);
            }
        }
        return (node, from.Scope, outer);
    }

    /// <summary>Whether a condition names no column that only the query around it has.</summary>
    static bool IsOwn(Expr condition, Scope own, Scope around) =>
        condition is ColumnExpr column ? own.Find(column.Table, column.Column) is not null || around.Find(column.Table, column.Column) is null : condition.Parts.All(p => IsOwn(p, own, around));

    bool HasAggregate(Expr expression) =>
        expression is CallExpr call && compilation.Options.Catalog.Aggregate(call.Function.Text) is not null
            && (compilation.Options.Catalog.Scalar(call.Function.Text) is null || call.IsAggregate)
        || expression.Parts.Any(HasAggregate);

    /// <summary>A query that stands for a value.</summary>
    public Scalar BindScalar(QueryExpr value, Scope scope, CommonTables common)
    {
        var query = value.Query;
        if (query is { With.IsEmpty: true, Body: SelectBody { From: not null, Where: { } where, DistinctOn.IsEmpty: true, GroupBy.IsEmpty: true, Having: null, Items: [var item] } select }
            && OuterKeys(select, where, scope, common) is { Count: > 0 } keys)
        {
            // The keys that it is compared by become columns of its own, and groups where it aggregates.
            var isGrouped = HasAggregate(item.Expression);
            var own = keys.Select(k => k.Inner).ToImmutableArray();
            var rest = keys[0].Others;
            var body = select with
            {
                Items = [item, .. own.Select((k, i) => new SelectItem(k, new Name($"key{i + 1}", k.Span)))],
                GroupBy = isGrouped ? own : [],
                Where = rest.Count switch { 0 => null, 1 => rest[0], _ => new LogicalExpr(true, [.. rest], where.Span) },
            };
            var rows = bindQuery(query with { Body = body }, common);
            var outer = new ExpressionBinder(compilation, scope, null, "in WHERE");
            var pairs = keys.Select((k, i) => (outer.Bind(k.Outer), i + 1)).ToList();
            var columns = Enumerable.Range(1, keys.Count).ToImmutableArray();
            var isSingle = isGrouped || !rows.Key.IsEmpty && rows.Key.All(columns.Contains);
            if (!isSingle) rows = PlanBuilder.SingleRow(rows, columns, compilation.Text[value.Span], compilation.Where(value.Span));
            return new(rows, pairs, IsSingle: false, IsCount: item.Expression is CallExpr { Function.Text: "count" });
        }
        var plan = bindQuery(query, common);
        var shown = Enumerable.Range(0, plan.Schema.Count).Count(i => !PlanBuilder.IsHidden(plan.Schema[i].Name));
        if (shown != 1) throw new SqlError(Codes.QueryColumns, value.Span, $"a query that stands for a value has one column; this one has {shown}.");
        if (PlanSearch.IsSingleRow(plan) && plan is not Filter) return new(plan, [], IsSingle: true, IsCount: false);
        return new(PlanBuilder.SingleRow(plan, [], compilation.Text[value.Span], compilation.Where(value.Span)), [], IsSingle: false, IsCount: false);
    }

    /// <summary>The equalities between a query's own columns and those around it, with what else its WHERE says.</summary>
    List<(Expr Inner, Expr Outer, IReadOnlyList<Expr> Others)> OuterKeys(SelectBody select, Expr where, Scope scope, CommonTables common)
    {
        var conditions = where is LogicalExpr { IsAnd: true } all ? (IReadOnlyList<Expr>)all.Conditions : [where];
        var own = (select.From is JoinItem { Alias: null } join ? froms.BindJoin(join, common, []) : froms.Bind(select.From, common)).Scope;
        var foreign = conditions.Where(c => !IsOwn(c, own, scope)).ToList();
        var rest = conditions.Except(foreign).ToList();
        var keys = new List<(Expr, Expr, IReadOnlyList<Expr>)>();
        foreach (var condition in foreign)
        {
            if (condition is not BinaryExpr { Operator: "=" } equal) throw NotEqual(condition.Span);
            var (isLeft, isRight) = (IsOnly(equal.Left, own), IsOnly(equal.Right, own));
            if (isLeft == isRight) throw NotEqual(condition.Span);
            keys.Add(isLeft ? (equal.Left, equal.Right, rest) : (equal.Right, equal.Left, rest));
        }
        return keys;
    }

    static bool IsOnly(Expr expression, Scope own) =>
        expression is ColumnExpr column ? own.Find(column.Table, column.Column) is not null : expression.Parts.All(p => IsOnly(p, own)) && expression is not ColumnExpr;

    static SqlError NotEqual(Span span) =>
        new(Codes.OuterColumn, span, "a query that stands for a value may be compared with the query around it by equalities alone, e.g. WHERE t.k = o.k. Join the tables in FROM instead.");

    /// <summary>The rows with the value of a query as a further column.</summary>
    public PlanNode JoinScalar(PlanNode node, Scalar scalar, Span span)
    {
        var width = node.Schema.Count;
        var conditions = scalar.Outer.Select(o =>
        {
            CheckColumns(o.Outer, width, span);
            var field = scalar.Node.Schema[o.Column];
            var values = ExpressionBinder.Common([o.Outer, new ColumnReference(width + o.Column, field.Name, field.Type)], [span, span], span, "=");
            return Equal(values[0], values[1], span);
        }).ToList();
        return Join(node, scalar.Node, scalar.IsSingle ? JoinKind.Inner : JoinKind.Left, conditions, span);
    }

    static void CheckColumns(Expression expression, int width, Span span)
    {
        if (IsBeyond(expression, width))
            throw new SqlError(Codes.WindowMix, span, "a condition with a query inside uses window columns before the window is made. Write a query in FROM: SELECT ... FROM (SELECT * FROM TUMBLE(...)) ....");
    }
}
