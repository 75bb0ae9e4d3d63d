using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>MATCH_RECOGNIZE: what it reads is projected below, the pattern node tells what measures need of a match, and measures are computed above it.</summary>
internal sealed class MatchBinder(Compilation compilation, string view)
{
    /// <summary>Binds the whole of it.</summary>
    /// <param name="item">The clause.</param>
    /// <param name="input">The rows in which the pattern is looked for.</param>
    public From Bind(MatchItem item, From input)
    {
        if (input.Window is not null)
            throw new SqlError(Codes.BadWindow, item.Input.Span, "MATCH_RECOGNIZE over a window. Write a query in FROM: (SELECT * FROM TUMBLE(...)) MATCH_RECOGNIZE (...).");
        var columns = new RowColumns(input);
        var variables = Variables(item);
        var partition = item.PartitionBy.Select(p => (Column: ColumnOf(p, input.Scope, "PARTITION BY"), p.Span)).Select(p => (At: columns.Add(Scope.Reference(p.Column)), p.Column.Name)).ToList();
        var order = Order(item, input, columns);
        var expressions = new PatternExpressions(compilation, input.Scope, variables, columns, order[0].Column);

        var conditions = Conditions(item, variables, expressions);
        var elements = item.Pattern.Select((p, i) => new PatternElement(p.Variable.Text, p.Min, p.Max, p.IsReluctant, conditions[i].Condition, [.. conditions[i].Items])).ToImmutableArray();
        var items = new List<PatternItem>();
        var measures = item.Measures.Select(m => (Expression: expressions.Bind(m.Expression, -1, items, "MEASURES"), Name: m.Alias!.Text)).ToList();
        if (partition.Count + measures.Count == 0) throw new SqlError(Codes.BadPattern, item.Span, "a match would have no columns. Add PARTITION BY or MEASURES.");

        var skipTo = item.SkipTo is { } to ? VariableOf(to, variables) : -1;
        var within = item.Within is { } limit ? Within(limit) : (long?)null;
        var late = PlanSearch.Late(input.Node);
        var where = compilation.Where(item.PatternSpan);
        var node = PlanBuilder.MatchRecognize(columns.ToNode(compilation.Where(item.Span)), [.. partition.Select(p => p.At)], order, elements,
            [.. items.Select((t, i) => (t, NameOf(t, i, variables, columns)))], item.Skip, skipTo, within, view, late, where);
        Warn(item, node);

        // Above: columns of the partition come first, then what measures read.
        Expression Shift(Expression expression) => expression is ColumnReference column
            ? new ColumnReference(partition.Count + column.Index, node.Schema[partition.Count + column.Index].Name, column.Type) : expression.WithParts(Shift);
        var selected = partition.Select((p, i) => ((Expression)new ColumnReference(i, p.Name, node.Schema[i].Type), p.Name)).Concat(measures.Select(m => (Shift(m.Expression), m.Name))).ToList();
        var project = PlanBuilder.Project(node, selected, compilation.Where(item.Span));
        return new(project, Scope.Of(project, item.Alias?.Text ?? "", "the result of MATCH_RECOGNIZE"));
    }

    static Dictionary<string, int> Variables(MatchItem item)
    {
        var variables = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var element in item.Pattern)
            if (!variables.TryAdd(element.Variable.Text, variables.Count))
                throw new SqlError(Codes.BadPattern, element.Span, $"'{element.Variable}' stands twice in the pattern. Give each place a variable of its own.");
        if (item.Pattern.All(e => e.Min == 0))
            throw new SqlError(Codes.BadPattern, item.PatternSpan, "the pattern would match where there is no row at all. Let one of its variables take at least one row, e.g. with + in place of *.");
        return variables;
    }

    static int VariableOf(Name name, Dictionary<string, int> variables) => variables.TryGetValue(name.Text, out var variable) ? variable
        : throw new SqlError(Codes.UnknownVariable, name.Span, $"no variable '{name}' in the pattern.{Suggestions.OrList(name.Text, variables.Keys, "There are")}");

    ImmutableArray<SortKey> Order(MatchItem item, From input, RowColumns columns)
    {
        var keys = ImmutableArray.CreateBuilder<SortKey>();
        foreach (var order in item.OrderBy)
        {
            var column = ColumnOf(order.Expression, input.Scope, "ORDER BY");
            if (keys.Count == 0) CheckTime(order, column, input);
            keys.Add(new(columns.Add(Scope.Reference(column)), order.IsDescending, order.NullsFirst ?? order.IsDescending));
        }
        return keys.ToImmutable();
    }

    void CheckTime(OrderItem order, ScopeColumn column, From input)
    {
        var span = order.Expression.Span;
        if (column.Type.Kind != TypeKind.Timestamp) throw new SqlError(Codes.BadMatchOrder, span, $"'{column.Name}' is {column.Type}; ORDER BY begins with a TIMESTAMP column, others may follow.");
        if (order.IsDescending) throw new SqlError(Codes.BadMatchOrder, span, "rows come in the order of their time: ORDER BY begins with the time column, ascending.");
        if (compilation.IsQuery || PlanBuilder.LagOf(input.Node, column.Index) is not null) return;
        var known = input.Scope.Columns.Where(c => PlanBuilder.LagOf(input.Node, c.Index) is not null).Select(c => $"'{c.Name}'").ToList();
        throw new SqlError(Codes.BadMatchOrder, span, known.Count > 0
            ? $"the watermark says nothing about '{column.Name}', so no row's turn would ever come. ORDER BY here can begin with {string.Join(" or ", known)}."
            : $"no row's turn would ever come: nothing says how far event time has come. Add WATERMARK FOR {column.Name} AS {column.Name} - INTERVAL '5 seconds' to the source.");
    }

    static ScopeColumn ColumnOf(Expr expression, Scope scope, string clause) => expression is ColumnExpr column
        ? scope.Find(column.Table, column.Column) ?? throw scope.Unknown(column.Table, column.Column)
        : throw new SqlError(Codes.BadMatchOrder, expression.Span, $"{clause} of MATCH_RECOGNIZE takes columns. Compute this one in a query in FROM.");

    static (Expression? Condition, List<PatternItem> Items)[] Conditions(MatchItem item, Dictionary<string, int> variables, PatternExpressions expressions)
    {
        var conditions = Enumerable.Range(0, variables.Count).Select(_ => (Condition: (Expression?)null, Items: new List<PatternItem>())).ToArray();
        foreach (var (variable, condition) in item.Define)
        {
            var place = VariableOf(variable, variables);
            if (conditions[place].Condition is not null) throw new SqlError(Codes.Repeated, variable.Span, $"'{variable}' is defined twice.");
            var items = conditions[place].Items;
            conditions[place].Condition = expressions.Condition(condition, place, items);
        }
        return conditions;
    }

    long Within(Expr expression)
    {
        var interval = Constants.Interval(compilation, expression, "the interval of WITHIN");
        if (!interval.IsFixed || interval.FixedMicroseconds <= 0)
            throw new SqlError(Codes.BadPattern, expression.Span, "WITHIN takes an interval longer than nothing, in days and time (months are not all alike).");
        return interval.FixedMicroseconds;
    }

    void Warn(MatchItem item, PlanNode node)
    {
        if (compilation.IsQuery) return;
        if (item.Within is null && item.Pattern.FirstOrDefault(p => p.Max == int.MaxValue) is { } open)
        {
            compilation.Findings.Warning(Codes.OpenPattern, open.Span,
                $"'{open.Variable}' can take rows for ever, and '{view}' keeps them until the match is decided. Add WITHIN INTERVAL '...' behind the pattern, or an upper limit: {open.Variable}{{{open.Min},100}}.");
        }
        else if (node.StateBound == "unbounded")
            compilation.Findings.Warning(Codes.UnboundedState, item.PatternSpan, $"'{view}' keeps how many matches each partition has had, for MATCH_NUMBER, for ever.");
        if (PlanSearch.IsNeverFinal(node))
            compilation.Findings.Warning(Codes.LateFinal, item.Input.Span, "MATCH_RECOGNIZE reads final rows, and nothing here is final before the input ends. Group by a window below it.");
    }

    /// <summary>What an item is called in EXPLAIN.</summary>
    static string NameOf(PatternItem item, int index, Dictionary<string, int> variables, RowColumns columns)
    {
        var of = item.Variable < 0 ? "" : variables.First(v => v.Value == item.Variable).Key + ".";
        var what = item.Kind switch
        {
            PatternItemKind.Aggregate => $"{item.Call!.Function.Name}({of}{(item.Call.Arguments.IsEmpty ? "*" : string.Join(", ", item.Call.Arguments.Select(columns.NameOf)))})",
            PatternItemKind.Classifier or PatternItemKind.MatchNumber => item.Kind.ToString(),
            _ => $"{item.Kind}({of}{columns.NameOf(item.Column)}{(item.Offset == 0 ? "" : $", {item.Offset}")})",
        };
        return $"{what.ToLowerInvariant()}#{index + 1}";
    }
}

/// <summary>The columns that a pattern reads of its input: nothing else goes into it.</summary>
internal sealed class RowColumns(From input)
{
    readonly List<(Expression Expression, string Name)> _items = [];

    /// <summary>The place of an expression over the input.</summary>
    public int Add(Expression expression)
    {
        var index = _items.FindIndex(i => i.Expression == expression);
        if (index >= 0) return index;
        _items.Add((expression, expression is ColumnReference column ? column.Name : expression.ToSql()));
        return _items.Count - 1;
    }

    /// <summary>The expression at a place.</summary>
    public Expression this[int index] => _items[index].Expression;

    public string NameOf(int index) => _items[index].Name;

    /// <summary>The input with these columns alone.</summary>
    public PlanNode ToNode(string where) => PlanBuilder.Project(input.Node, _items, where);
}
