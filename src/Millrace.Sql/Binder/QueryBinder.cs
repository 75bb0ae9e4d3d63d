using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Queries to plans.</summary>
/// <param name="compilation">What they are resolved against.</param>
/// <param name="view">Name of the view that is made, for late rows and messages.</param>
/// <param name="stateTtl">The view's state_ttl, or null.</param>
internal sealed class QueryBinder(Compilation compilation, string view, Interval? stateTtl)
{
    const int MaxColumns = 1600;

    FromBinder? _from;
    FromBinder Froms => _from ??= new(compilation, Bind, view, stateTtl);

    OverBinder? _overs;
    OverBinder Overs => _overs ??= new(compilation, view, stateTtl);

    public PlanNode Bind(Query query)
    {
        var plan = Bind(query, CommonTables.None);
        Overs.CheckLimited(plan);
        return plan;
    }

    PlanNode Bind(Query query, CommonTables common)
    {
        foreach (var table in query.With)
        {
            var plan = Bind(table.Query, common);
            if (!table.Columns.IsEmpty) plan = Rename(plan, table);
            common = new(common.Plans.SetItem(table.Name.Text, plan));
        }
        var isDistinctOn = query.Body is SelectBody { DistinctOn.IsEmpty: false };
        if (!compilation.IsQuery && (query.Limit is not null || query.Offset is not null || !query.OrderBy.IsEmpty && !isDistinctOn))
        {
            throw new SqlError(Codes.MisplacedOrder, query.TailSpan,
                "ORDER BY, LIMIT and OFFSET belong to queries: a view is a stream without an end. To keep one row a key write SELECT DISTINCT ON (k, ...) ... ORDER BY e.");
        }
        long? limit = query.Limit is null ? null : Constants.Count(compilation, query.Limit, "LIMIT");
        var offset = query.Offset is null ? 0 : Constants.Count(compilation, query.Offset, "OFFSET");
        if (query.Body is SelectBody select) return BindSelect(select, common, query.OrderBy, limit, offset);
        var node = BindBody(query.Body, common);
        if (query.OrderBy.IsEmpty && limit is null && offset == 0) return node;
        var scope = Scope.Of(node, "", "the result");
        var stage = new SelectStage(node, [.. scope.Columns.Select(c => ((Expression)Scope.Reference(c), c.Name))], new ExpressionBinder(compilation, scope).Bind, scope);
        var order = query.OrderBy.Select(o => Key(OutputColumn(stage, o.Expression), o));
        return PlanBuilder.Sort(node, [.. order], limit, offset);
    }

    static int OutputColumn(SelectStage stage, Expr expression)
    {
        var item = stage.ItemOf(expression, inputFirst: false);
        if (item >= 0) return stage.Items[item].Expression is ColumnReference column ? column.Index : item;
        throw new SqlError(Codes.BadPosition, expression.Span, "ORDER BY here takes names or positions of the select list.");
    }

    static SortKey Key(int column, OrderItem item) => new(column, item.IsDescending, item.NullsFirst ?? item.IsDescending);

    static PlanNode Rename(PlanNode plan, CommonTable table)
    {
        var scope = Scope.Of(plan, table.Name.Text, table.Name.Text);
        if (table.Columns.Length > scope.Columns.Count)
            throw new SqlError(Codes.UnionColumns, table.Columns[scope.Columns.Count].Span, $"{table.Columns.Length} names for {scope.Columns.Count} columns.");
        return PlanBuilder.Project(plan, [.. scope.Columns.Select((c, i) => ((Expression)Scope.Reference(c), i < table.Columns.Length ? table.Columns[i].Text : c.Name))]);
    }

    PlanNode BindBody(QueryBody body, CommonTables common) => body switch
    {
        SelectBody select => BindSelect(select, common, [], null, 0),
        ValuesBody values => BindValues(values),
        NestedBody nested => Bind(nested.Query, common),
        UnionBody union => new SetBinder(compilation, view, stateTtl).Union([.. union.All.Select(b => (BindBody(b, common), b.Span))], union.Span),
        _ => BindSet((SetBody)body, common),
    };

    PlanNode BindSet(SetBody set, CommonTables common) =>
        new SetBinder(compilation, view, stateTtl).Bind(set, [(BindBody(set.Left, common), set.Left.Span), (BindBody(set.Right, common), set.Right.Span)]);

    PlanNode BindValues(ValuesBody values)
    {
        var binder = new ExpressionBinder(compilation, Scope.Empty, null, "in VALUES");
        var width = values.Rows[0].Length;
        if (width > MaxColumns) throw TooWide(values.Span);
        foreach (var row in values.Rows)
            if (row.Length != width) throw new SqlError(Codes.UnionColumns, row[0].Span.To(row[^1].Span), $"this row of VALUES has {row.Length} values, the first has {width}.");
        var columns = Enumerable.Range(0, width).Select(i =>
            ExpressionBinder.Common([.. values.Rows.Select(r => binder.Bind(r[i]))], [.. values.Rows.Select(r => r[i].Span)], values.Span, $"column {i + 1} of VALUES")).ToList();
        Expression Constant(int column, int row) => ConstantFolding.Fold(columns[column][row]) as Literal
            ?? throw new SqlError(Codes.NotConstant, values.Rows[row][column].Span, "a value in VALUES must be a constant that can be computed.");
        var schema = new Schema(columns.Select((c, i) => new Field($"column{i + 1}", c[0].Type)));
        var rows = Enumerable.Range(0, values.Rows.Length).Select(r => Enumerable.Range(0, width).Select(c => Constant(c, r)).ToImmutableArray());
        return PlanBuilder.Values(schema, [.. rows], compilation.Where(values.Span));
    }

    static SqlError TooWide(Span span) => new(Codes.TooDeep, span, $"more than {MaxColumns} columns.");

    PlanNode BindSelect(SelectBody select, CommonTables common, ImmutableArray<OrderItem> orderBy, long? limit, long offset)
    {
        if (SeriesBinder.Has(select))
        {
            if (orderBy.IsEmpty && limit is null && offset == 0) return new SeriesBinder(compilation, view).Bind(select, below => BindSelect(below, common, [], null, 0));
            throw new SqlError(Codes.MisplacedOrder, select.Span, "ORDER BY, LIMIT and OFFSET belong around a query with ML_FORECAST or ML_DETECT_ANOMALIES.");
        }
        // Joined tables take the conditions of WHERE with them.
        var isJoin = select.From is JoinItem { Alias: null };
        var from = isJoin ? Froms.BindJoin((JoinItem)select.From!, common, [.. Conditions(select).Where(c => !SubqueryBinder.Has(c))]) : Froms.Bind(select.From, common);
        var items = Expand(select, from.Scope);
        if (items.Count > MaxColumns) throw TooWide(select.Span);
        IReadOnlyList<(Expression, Span)> where = [];
        if (!isJoin)
        {
            (from, select) = new TopNBinder(compilation, Overs, view, stateTtl).Limit(from, select, items, orderBy);
            var binder = new ExpressionBinder(compilation, from.Scope, null, "in WHERE");
            where = [.. Conditions(select).Where(c => !SubqueryBinder.Has(c)).Select(w => (binder.Condition(w, "WHERE"), w.Span))];
        }
        var queries = new SubqueryBinder(compilation, view, stateTtl, Froms, Bind);
        (from, where) = queries.Where(from, where, [.. Conditions(select).Where(SubqueryBinder.Has)], common);
        from = GroupWindow.Apply(compilation, from, select);
        var overs = new OverCalls(compilation, select);
        var around = compilation.Scalars;
        compilation.Scalars = new(compilation, queries, from.Scope, common);
        var stage = Overs.Apply(Stage(select, items, from, where, overs), overs);
        compilation.Scalars = around;
        if (!select.DistinctOn.IsEmpty) return DistinctOn(select, stage, orderBy, limit, offset);
        if (select.IsDistinct) return Distinct(select, stage, orderBy, limit, offset);
        if (orderBy.IsEmpty && limit is null && offset == 0) return PlanBuilder.Project(stage.Node, stage.Items, compilation.Where(select.Span));

        var columns = stage.Items.ToList();
        var order = orderBy.Select(o => Key(ColumnOf(stage, o.Expression, columns, inputFirst: false), o)).ToImmutableArray();
        var sorted = PlanBuilder.Sort(PlanBuilder.Project(stage.Node, columns, compilation.Where(select.Span)), order, limit, offset);
        return columns.Count == stage.Items.Count ? sorted : First(sorted, stage.Items.Count);
    }

    /// <summary>The select list with stars resolved, and the name of each column.</summary>
    static List<(Expr Expression, string Name)> Expand(SelectBody select, Scope scope)
    {
        var items = new List<(Expr, string)>();
        foreach (var item in select.Items)
        {
            if (item.Expression is not StarExpr star)
            {
                items.Add((item.Expression, item.Alias?.Text ?? NameOf(item.Expression, items.Count)));
                continue;
            }
            if (item.Alias is { } alias) throw new SqlError(Codes.Unexpected, alias.Span, "* takes no alias.");
            var columns = scope.Columns.Where(c => star.Table is { } t ? c.Table == t.Text : !c.NeedsTable).ToList();
            if (columns.Count == 0)
            {
                if (star.Table is { } table) throw scope.Unknown(table, table);
                throw new SqlError(Codes.Unexpected, star.Span, "* without FROM has no columns.");
            }
            items.AddRange(columns.Select(c => ((Expr)new ScopeExpr(c, star.Span), c.Name)));
        }
        return items;
    }

    static string NameOf(Expr expression, int index) => expression switch
    {
        ColumnExpr column => column.Column.Text,
        CallExpr call => call.Function.Text,
        OverExpr over => over.Call.Function.Text,
        CastExpr cast => NameOf(cast.Operand, index),
        CaseExpr => "case",
        _ => $"column{index + 1}",
    };

    static IReadOnlyList<Expr> Conditions(SelectBody select) => select.Where switch { null => [], LogicalExpr { IsAnd: true } all => all.Conditions, var one => [one] };

    SelectStage Stage(SelectBody select, List<(Expr Expression, string Name)> items, From from, IReadOnlyList<(Expression Condition, Span Span)> where, OverCalls overs)
    {
        var groups = new GroupBinder(compilation, view);
        if (groups.IsGrouped(select)) return groups.Bind(select, items, from, where, overs);

        var node = from.Rows(compilation, select.From?.Span ?? select.Span);
        // One AND, so that a condition still guards those behind it.
        if (where.Count > 0)
        {
            var condition = where.Count == 1 ? where[0].Item1 : new Logical(true, [.. where.Select(w => w.Item1)]);
            node = PlanBuilder.Filter(node, condition, compilation.Where(select.Where!.Span));
        }
        (node, var clock) = ProctimeBinder.Assign(compilation, node, items.Select(i => i.Expression));
        var binder = new ExpressionBinder(compilation, from.Scope, null, "in ORDER BY or DISTINCT ON of a query without GROUP BY");
        var bound = new List<(Expression, string)>();
        var itemBinder = binder.WithOvers(overs);
        foreach (var (expression, name) in items) bound.Add((ProctimeBinder.IsCall(expression) ? new ColumnReference(clock, name, DataType.Timestamp) : Typed(itemBinder.Bind(expression)), name));
        var scalars = compilation.Scalars!;
        node = scalars.Join(node);
        if (scalars.Any) overs.Rewrite((e, _) => scalars.Resolve(e));
        return new SelectStage(node, [.. bound.Select(b => (scalars.Resolve(b.Item1), b.Item2))], binder.Bind, from.Scope);
    }

    /// <summary>A column needs a type: a bare NULL is TEXT, as in PostgreSQL.</summary>
    public static Expression Typed(Expression expression) => expression.Type.Kind == TypeKind.Null ? new Literal(null, DataType.Text) : expression;

    /// <summary>The column of an expression in a list that is about to be projected; added as a hidden one if need be.</summary>
    static int ColumnOf(SelectStage stage, Expr expression, List<(Expression Expression, string Name)> columns, bool inputFirst)
    {
        var item = stage.ItemOf(expression, inputFirst);
        if (item >= 0) return item;
        var bound = Typed(stage.Bind(expression));
        var index = columns.FindIndex(c => c.Expression == bound);
        if (index >= 0) return index;
        columns.Add((bound, $"${columns.Count + 1}"));
        return columns.Count - 1;
    }

    PlanNode DistinctOn(SelectBody select, SelectStage stage, ImmutableArray<OrderItem> orderBy, long? limit, long offset)
    {
        var columns = stage.Items.ToList();
        var keys = select.DistinctOn.Select(k => ColumnOf(stage, k, columns, inputFirst: true)).Distinct().ToImmutableArray();
        var sort = orderBy.Select(o => Key(ColumnOf(stage, o.Expression, columns, inputFirst: true), o)).ToImmutableArray();
        // Within a key its own columns order nothing.
        var order = sort.Where(s => !keys.Contains(s.Column)).ToImmutableArray();
        AddTime(stage.Node, columns);
        var span = select.DistinctOn[0].Span.To(select.DistinctOn[^1].Span);
        var node = PlanBuilder.DistinctOn(PlanBuilder.Project(stage.Node, columns, compilation.Where(select.Span)), keys, order, stateTtl, view, PlanSearch.Late(stage.Node), compilation.Where(span));
        Warn(node, span);
        if (compilation.IsQuery && (!sort.IsEmpty || limit is not null || offset > 0)) node = PlanBuilder.Sort(node, sort, limit, offset);
        return columns.Count == stage.Items.Count ? node : First(node, stage.Items.Count);
    }

    PlanNode Distinct(SelectBody select, SelectStage stage, ImmutableArray<OrderItem> orderBy, long? limit, long offset)
    {
        var columns = stage.Items.ToList();
        var where = compilation.Where(select.Span);
        PlanNode node;
        if (stage.Node.Mode == ChangeMode.Retract) node = PlanBuilder.Distinct(PlanBuilder.Bare(stage.Node, columns, where), stateTtl, view, PlanSearch.Late(stage.Node), where);
        else
        {
            AddTime(stage.Node, columns);
            var input = PlanBuilder.Project(stage.Node, columns, where);
            node = PlanBuilder.DistinctOn(input, [.. Enumerable.Range(0, stage.Items.Count)], [], stateTtl, view, PlanSearch.Late(stage.Node), where);
        }
        Warn(node, new(select.Span.Start, Math.Min(select.Span.Length, "SELECT DISTINCT".Length)));
        if (!orderBy.IsEmpty || limit is not null || offset > 0)
        {
            var order = orderBy.Select(o =>
            {
                var item = stage.ItemOf(o.Expression, inputFirst: false);
                if (item < 0)
                {
                    var bound = stage.Bind(o.Expression);
                    item = columns.FindIndex(0, stage.Items.Count, c => c.Expression == bound);
                }
                return item >= 0 ? Key(item, o) : throw new SqlError(Codes.BadPosition, o.Expression.Span, "with DISTINCT, ORDER BY takes what the select list has.");
            });
            node = PlanBuilder.Sort(node, [.. order], limit, offset);
        }
        return columns.Count == stage.Items.Count ? node : First(node, stage.Items.Count);
    }

    /// <summary>state_ttl is counted in event time, so the time column goes along.</summary>
    void AddTime(PlanNode node, List<(Expression Expression, string Name)> columns)
    {
        if (stateTtl is null || node.TimeColumn < 0 || columns.Any(c => c.Expression is ColumnReference r && r.Index == node.TimeColumn)) return;
        var field = node.Schema[node.TimeColumn];
        columns.Add((new ColumnReference(node.TimeColumn, field.Name, field.Type), "$" + field.Name));
    }

    void Warn(PlanNode node, Span span)
    {
        if (compilation.IsQuery || node.StateBound != "unbounded") return;
        compilation.Findings.Warning(Codes.UnboundedState, span,
            $"every key of '{view}' is kept for ever. Add WITH (state_ttl = '1 day') to the view, or the time column to the keys, so that old keys are forgotten.");
    }

    static PlanNode First(PlanNode node, int count) =>
        PlanBuilder.Project(node, [.. Enumerable.Range(0, count).Select(i => ((Expression)new ColumnReference(i, node.Schema[i].Name, node.Schema[i].Type), node.Schema[i].Name))]);
}
