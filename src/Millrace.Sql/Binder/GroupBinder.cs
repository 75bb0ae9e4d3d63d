using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>GROUP BY and aggregates: keys and arguments are projected below, the aggregate node stands in the middle, and what is selected is rewritten over its columns.</summary>
internal sealed class GroupBinder(Compilation compilation, string view)
{
    /// <summary>Whether a select aggregates.</summary>
    public bool IsGrouped(SelectBody select) =>
        !select.GroupBy.IsEmpty || select.Having is not null || select.Items.Any(i => HasAggregate(i.Expression));

    bool HasAggregate(Expr expression) =>
        expression is CallExpr call && compilation.Options.Catalog.Aggregate(call.Function.Text) is not null
            && (compilation.Options.Catalog.Scalar(call.Function.Text) is null || call.IsAggregate)
        || expression.Parts.Any(HasAggregate);

    /// <summary>Binds the whole of a select that aggregates.</summary>
    /// <param name="select">The select; stars are resolved in <paramref name="items"/>.</param>
    /// <param name="items">The select list and the names of its columns.</param>
    /// <param name="from">FROM.</param>
    /// <param name="where">Conditions of WHERE, each bound over <paramref name="from"/>, and where they stand.</param>
    /// <param name="overs">Takes the OVERs of the list; they are left over the columns of the groups.</param>
    public SelectStage Bind(SelectBody select, IReadOnlyList<(Expr Expression, string Name)> items, From from, IReadOnlyList<(Expression Condition, Span Span)> where, OverCalls overs)
    {
        var scope = from.Scope;
        var keyBinder = new ExpressionBinder(compilation, scope, null, "in GROUP BY");
        var sets = GroupingSets.Bind(select.GroupBy, e => keyBinder.Bind(scope.GroupWindow?.Key(e) ?? KeyOf(e, items, scope)));
        var keys = sets.Keys;
        // A set without the window never closes: then window columns are keys as others are.
        var isWindowed = keys.Any(k => k is ColumnReference column && from.IsWindowColumn(column.Index))
            && (sets.Sets.Count == 1 || keys.All(k => sets.IsInAll(k) || !UsesWindow(k, from, select.GroupBy[0].Span, "GROUP BY")));
        WindowKeys.Check(select, from, keys, sets, isWindowed);
        var node = from.Node;
        var window = isWindowed ? from.Window : null;
        if (from.Window is not null && !isWindowed) node = PlanBuilder.Window(node, from.Window, compilation.Where(select.Span));
        var before = where.Where(w => !isWindowed || !UsesWindow(w.Condition, from, w.Span, "WHERE")).ToList();
        var after = where.Except(before).Select(w => w.Condition).ToList();
        if (before.Count > 0)
        {
            var condition = before.Count == 1 ? before[0].Condition : new Logical(true, [.. before.Select(w => w.Condition)]);
            node = PlanBuilder.Filter(node, condition, compilation.Where(before[0].Span));
        }
        // What is computed from window columns alone is known once the window is.
        if (isWindowed) keys.RemoveAll(k => UsesWindow(k, from, select.GroupBy[0].Span, "GROUP BY"));

        var calls = new AggregateCalls { Time = TimeOf(from) };
        var binder = new ExpressionBinder(compilation, scope, calls);
        var selected = new List<Expression>();
        var itemBinder = binder.WithOvers(overs);
        foreach (var (expression, _) in items) selected.Add(itemBinder.Bind(expression));
        var having = select.Having is null ? null : binder.Condition(select.Having, "HAVING");

        return Build(select, items, from, keys, sets, node, window, after, calls, selected, having, overs);
    }

    SelectStage Build(SelectBody select, IReadOnlyList<(Expr Expression, string Name)> items, From from, List<Expression> keys, GroupingSets sets, PlanNode node, WindowSpec? window,
        List<Expression> after, AggregateCalls calls, List<Expression> selected, Expression? having, OverCalls overs)
    {
        var span = select.GroupBy.IsEmpty ? select.Span : select.GroupBy[0].Span.To(select.GroupBy[^1].Span);
        var late = PlanSearch.Late(node);
        var inputs = new InputColumns(node, late.Table is not null);
        var time = window is null ? -1 : inputs.Add(new ColumnReference(window.TimeColumn, node.Schema[window.TimeColumn].Name, node.Schema[window.TimeColumn].Type));
        var keyColumns = keys.Select(inputs.Add).ToList();
        var bound = new List<(AggregateCall, string)>();
        foreach (var key in keys) ScalarQueries.Refuse(key, span, "a key of GROUP BY");
        foreach (var call in calls.Calls)
        {
            foreach (var part in call.Arguments) ScalarQueries.Refuse(part, call.Span, "an aggregate");
            if (call.Filter is not null) ScalarQueries.Refuse(call.Filter, call.Span, "FILTER");
            foreach (var part in call.Arguments)
                if (window is not null && UsesWindow(part, from, call.Span, "an aggregate's argument")) throw Mixed(call.Span, "an aggregate's argument");
            if (call.Filter is not null && window is not null && UsesWindow(call.Filter, from, call.Span, "FILTER")) throw Mixed(call.Span, "FILTER");
            // It reads rows that are final; where they never are it would be silent for ever.
            if (node.Mode == ChangeMode.Retract && !call.Function.CanRetract && node.Times.IsEmpty && !compilation.IsQuery)
            {
                throw new SqlError(Codes.CannotRetract, call.Span, $"{call.Function.Name} cannot take rows back, and {from.Scope.Description} updates its rows without end. "
                    + "Group by a window below, so that its rows become final, or aggregate what it is made of.");
            }
            var arguments = call.Arguments.Select(inputs.Add).ToImmutableArray();
            var filter = call.Filter is null ? -1 : inputs.Add(call.Filter);
            bound.Add((new AggregateCall(call.Function, call.Signature, arguments, call.Distinct, filter), Unique(bound.Select(b => b.Item2), call.Function.Name)));
        }
        var input = inputs.ToNode(compilation.Where(span), out var map);
        var spec = window is null ? null : window with { TimeColumn = map(time) };
        ImmutableArray<int> mapped = [.. keyColumns.Select(map)];
        var numbers = sets.Numbers(keys);
        if (!numbers.IsEmpty)
        {
            var columns = input.Schema.Count;
            input = PlanBuilder.Expand(input, mapped, numbers, compilation.Where(span));
            mapped = [.. Enumerable.Range(columns, keys.Count + 1)];
        }
        var result = PlanBuilder.Aggregate(input, spec, mapped, [.. bound.Select(b => (b.Item1 with
        {
            Arguments = [.. b.Item1.Arguments.Select(map)], Filter = b.Item1.Filter < 0 ? -1 : map(b.Item1.Filter),
        }, b.Item2))], view, late, compilation.Where(span));
        if (!compilation.IsQuery && window is null && keys.Count > 0)
        {
            compilation.Findings.Warning(Codes.UnboundedState, span, from.Window is not null && sets.Sets.Count > 1 && keys.Any(k => k is ColumnReference c && from.IsWindowColumn(c.Index))
                ? $"every group of '{view}' is kept for ever: not every grouping set has the window. Write GROUP BY window_start, and the sets of the other keys behind it."
                : $"every group of '{view}' is kept for ever: GROUP BY has no window. Group by window_start of TUMBLE(...) or HOP(...) if the keys grow without end.");
        }
        var scalars = compilation.Scalars!;
        // What a query that stands for a value compares with is a key of the group, or made of keys.
        var groups = new GroupRewriter(compilation, from, window is not null, keys, !numbers.IsEmpty, result);
        result = scalars.Join(result, groups.Rewrite);
        var rewriter = new GroupRewriter(compilation, from, window is not null, keys, !numbers.IsEmpty, result);
        Expression Rewrite(Expression expression, Span at) => rewriter.Rewrite(expression, at);
        foreach (var condition in after) result = PlanBuilder.Filter(result, Rewrite(condition, span), compilation.Where(span));
        if (having is not null) result = PlanBuilder.Filter(result, Rewrite(having, select.Having!.Span), compilation.Where(select.Having.Span));
        var rewritten = selected.Select((s, i) => (Rewrite(s, items[i].Expression.Span), items[i].Name)).ToList();
        overs.Rewrite(Rewrite);
        return new SelectStage(result, rewritten, further =>
        {
            var more = new AggregateCalls { Time = calls.Time };
            foreach (var call in calls.Calls) more.Add(call);
            var expression = new ExpressionBinder(compilation, from.Scope, more).Bind(further);
            if (more.Calls.Count > calls.Calls.Count) throw new SqlError(Codes.MisplacedAggregate, further.Span, "an aggregate that is not in the select list. Select it, and order by its name.");
            return Rewrite(expression, further.Span);
        }, from.Scope);
    }

    /// <summary>The column that says when rows happened: that of the window, else the first event time of the input.</summary>
    static ColumnReference? TimeOf(From from)
    {
        var index = from.Window is { } window ? window.TimeColumn : from.Node.Times.IsEmpty ? -1 : from.Node.Times[0].Column;
        return index < 0 ? null : new(index, from.Node.Schema[index].Name, from.Node.Schema[index].Type);
    }

    static string Unique(IEnumerable<string> taken, string name)
    {
        var all = taken.ToHashSet(StringComparer.Ordinal);
        for (var i = 2; ; i++)
        {
            var candidate = i == 2 ? name : $"{name}_{i - 1}";
            if (!all.Contains(candidate)) return candidate;
        }
    }

    /// <summary>What a key means: a position, a column of the input, or the item of an alias.</summary>
    static Expr KeyOf(Expr item, IReadOnlyList<(Expr Expression, string Name)> items, Scope scope)
    {
        if (item is NumberExpr number)
        {
            if (int.TryParse(number.Digits, System.Globalization.NumberStyles.AllowLeadingSign, null, out var position) && position >= 1 && position <= items.Count) return items[position - 1].Expression;
            throw new SqlError(Codes.BadPosition, number.Span, $"no position {number.Digits} in a select list of {items.Count} columns.");
        }
        if (item is not ColumnExpr { Table: null } column || scope.Find(null, column.Column) is not null) return item;
        foreach (var (expression, name) in items)
            if (name == column.Column.Text) return expression;
        throw scope.Unknown(null, column.Column, items.Select(i => i.Name));
    }

    /// <summary>Whether an expression is over window columns alone; over both kinds it is refused.</summary>
    static bool UsesWindow(Expression expression, From from, Span span, string what)
    {
        var (hasWindow, hasOther) = (false, false);
        void Look(Expression part)
        {
            if (part is ColumnReference column)
            {
                if (from.IsWindowColumn(column.Index)) hasWindow = true;
                else hasOther = true;
            }
            foreach (var inner in part.Parts()) Look(inner);
        }
        Look(expression);
        return hasWindow && hasOther ? throw Mixed(span, what) : hasWindow;
    }

    static SqlError Mixed(Span span, string what) =>
        new(Codes.WindowMix, span, $"{what} uses window columns before the window is made. Write a query in FROM: SELECT ... FROM (SELECT *, ... FROM TUMBLE(...)) ..., or use the time column.");
}

/// <summary>The columns that an aggregate needs of its input: computed ones make a projection, otherwise the input serves as it is.</summary>
internal sealed class InputColumns
{
    readonly PlanNode _node;
    readonly bool _keepsAll;
    readonly List<(Expression Expression, string Name)> _items = [];

    /// <param name="node">The input.</param>
    /// <param name="keepsAll">Whether every column goes on, because late rows are kept whole.</param>
    public InputColumns(PlanNode node, bool keepsAll)
    {
        _node = node;
        _keepsAll = keepsAll;
        if (!keepsAll) return;
        for (var i = 0; i < node.Schema.Count; i++) _items.Add((new ColumnReference(i, node.Schema[i].Name, node.Schema[i].Type), node.Schema[i].Name));
    }

    public int Add(Expression expression)
    {
        var index = _items.FindIndex(i => i.Expression == expression);
        if (index >= 0) return index;
        // The type counts: the same column may stand once as it is and once converted.
        _items.Add((expression, expression is ColumnReference column ? column.Name : $"{(_keepsAll ? "$" : "")}{Shorten(expression.ToSql())}"));
        return _items.Count - 1;
    }

    // Computed columns are named by what they compute, for EXPLAIN.
    static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    /// <summary>The input of the aggregate, and where each added column stands in it.</summary>
    public PlanNode ToNode(string where, out Func<int, int> map)
    {
        if (_items.All(i => i.Expression is ColumnReference))
        {
            map = i => ((ColumnReference)_items[i].Expression).Index;
            return _node;
        }
        map = i => i;
        return PlanBuilder.Project(_node, _items, where);
    }
}

/// <summary>Expressions over the input and aggregates to expressions over the aggregate's columns.</summary>
internal sealed class GroupRewriter(Compilation compilation, From from, bool isWindowed, List<Expression> keys, bool hasSets, PlanNode aggregate)
{
    readonly Dictionary<Expression, Expression> _done = new(ReferenceEqualityComparer.Instance);

    public Expression Rewrite(Expression expression, Span span)
    {
        // Operands that BETWEEN and CASE repeat are one object: rewriting it once keeps them so.
        if (_done.TryGetValue(expression, out var done)) return done;
        return _done[expression] = compilation.At(RewriteNew(expression, span), compilation.SpanOf(expression, span));
    }

    Expression RewriteNew(Expression expression, Span span)
    {
        var windows = isWindowed ? PlanBuilder.WindowFields.Length : 0;
        if (expression is ScalarSlot) return compilation.Scalars!.Resolve(expression);
        var key = keys.IndexOf(expression);
        if (key >= 0) return Column(windows + key);
        if (expression is AggregateSlot slot) return Column(windows + keys.Count + (hasSets ? 1 : 0) + slot.Index);
        if (expression is GroupingSlot grouping) return GroupingSets.Grouping(hasSets ? Column(windows + keys.Count) : null, [.. grouping.Arguments.Select(a => BitOf(a.Key, a.Span))]);
        if (expression is not ColumnReference column) return expression.WithParts(p => Rewrite(p, span));
        if (isWindowed && from.IsWindowColumn(column.Index)) return Column(column.Index - from.Node.Schema.Count);
        throw new SqlError(Codes.NotGrouped, compilation.SpanOf(column, span), $"'{column.Name}' is neither in GROUP BY nor inside an aggregate. Add it to GROUP BY, or write e.g. MAX({column.Name}).");
    }

    int BitOf(Expression key, Span span)
    {
        var bit = keys.IndexOf(key);
        if (bit >= 0 || isWindowed && key is ColumnReference column && from.IsWindowColumn(column.Index)) return bit;
        throw new SqlError(Codes.BadGrouping, span, "GROUPING takes what GROUP BY groups by, written as it is there.");
    }

    ColumnReference Column(int index) => new(index, aggregate.Schema[index].Name, aggregate.Schema[index].Type);
}
