using System.Text;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Sql;

/// <summary>A plan as a tree of text: what EXPLAIN prints.</summary>
public static class PlanText
{
    /// <summary>One line a node, inputs indented below: operator, key, how rows change, time column, what bounds its state. A node that is shared is printed once.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="names">Nodes below it that are only named, because they are shown under that name; null = none.</param>
    public static IReadOnlyList<string> Lines(PlanNode plan, IReadOnlyDictionary<PlanNode, string>? names = null)
    {
        var lines = new List<string>();
        var seen = new Dictionary<PlanNode, int>(ReferenceEqualityComparer.Instance);
        Write(plan, 0, lines, seen, names);
        return lines;
    }

    static void Write(PlanNode node, int depth, List<string> lines, Dictionary<PlanNode, int> seen, IReadOnlyDictionary<PlanNode, string>? names)
    {
        var indent = new string(' ', 2 * depth);
        if (depth > 0 && names is not null && names.TryGetValue(node, out var name))
        {
            lines.Add($"{indent}{name}");
            return;
        }
        if (seen.TryGetValue(node, out var line))
        {
            lines.Add($"{indent}{Name(node)} (the same as in line {line})");
            return;
        }
        lines.Add($"{indent}{Describe(node)}");
        seen[node] = lines.Count;
        foreach (var input in node.Inputs) Write(input, depth + 1, lines, seen, names);
    }

    static string Describe(PlanNode node)
    {
        var text = new StringBuilder(Name(node));
        if (Detail(node) is { Length: > 0 } detail) text.Append(' ').Append(detail);
        text.Append("  [key: ").Append(node.Key.IsEmpty ? "none" : string.Join(", ", node.Key.Select(k => node.Schema[k].Name)));
        text.Append("; ").Append(node.Mode == ChangeMode.Append ? "append" : "retract");
        if (node.TimeColumn >= 0) text.Append("; time: ").Append(node.Schema[node.TimeColumn].Name);
        if (node.StateBound != "none") text.Append("; state: ").Append(node.StateBound);
        return text.Append(']').ToString();
    }

    static string Name(PlanNode node) => node switch
    {
        SourceScan => "Source",
        StoredScan => "Stored",
        Values => "Values",
        Project => "Project",
        Filter => "Filter",
        Expect => "Expect",
        AssignWatermark => "Watermark",
        AssignWindow => "Window",
        DelayFrontier => "Delay",
        Aggregate => "Aggregate",
        DistinctOn => "DistinctOn",
        UnionAll => "UnionAll",
        Sort => "Sort",
        _ => node.GetType().Name,
    };

    static string Detail(PlanNode node) => node switch
    {
        SourceScan scan => $"{scan.Source.Name} ({scan.Source.Connector}{(scan.Source.Format is { } format ? ", " + format : "")})",
        StoredScan stored => stored.Table,
        Values values => $"{values.Rows.Length} rows",
        Project project => string.Join(", ", project.Expressions.Select((e, i) => Item(e, project.Schema[i].Name))),
        Filter filter => filter.Condition.ToSql(),
        Expect expect => string.Join(", ", expect.Constraints.Select(c => c.Name)),
        AssignWatermark watermark => $"{watermark.Schema[watermark.TimeColumn].Name} - {Span(new(0, 0, watermark.DelayMicroseconds))}",
        AssignWindow window => Window(window.Window, window.Input),
        DelayFrontier delay => Span(new(0, 0, delay.LagMicroseconds)),
        Aggregate aggregate => string.Join(" by ", new[] { Calls(aggregate), Keys(aggregate) }.Where(t => t.Length > 0)),
        DistinctOn distinct => string.Join(", ", distinct.Keys.Select(k => distinct.Schema[k].Name)) + (distinct.Order.IsEmpty ? "" : " order by " + Order(distinct.Order, distinct)),
        Sort sort => string.Join(" ", new[] { Order(sort.Order, sort), sort.Limit is { } n ? $"limit {n}" : "", sort.Offset > 0 ? $"offset {sort.Offset}" : "" }.Where(t => t.Length > 0)),
        _ => node.Details,
    };

    static string Item(Expression expression, string name)
    {
        if (expression is ColumnReference column && column.Name == name) return name;
        var text = expression.ToSql();
        return text == name ? name : $"{text} AS {name}";
    }

    static string Calls(Aggregate node)
    {
        string Column(int index) => node.Input.Schema[index].Name;
        return string.Join(", ", node.Calls.Select(c => $"{c.Function.Name}({(c.Distinct ? "DISTINCT " : "")}{(c.Arguments.IsEmpty ? "*" : string.Join(", ", c.Arguments.Select(Column)))})"
            + (c.Filter < 0 ? "" : $" FILTER (WHERE {Column(c.Filter)})")));
    }

    static string Keys(Aggregate node)
    {
        var keys = node.Keys.Select(k => node.Input.Schema[k].Name);
        return string.Join(", ", node.Window is null ? keys : keys.Prepend(Window(node.Window, node.Input)));
    }

    static string Window(WindowSpec window, PlanNode input)
    {
        var time = input.Schema[window.TimeColumn].Name;
        var text = window.Kind == WindowKind.Tumble ? $"TUMBLE({time}, {Span(window.Size)}" : $"HOP({time}, {Span(window.Slide)}, {Span(window.Size)}";
        if (window.Offset != default) text += $", offset => {Span(window.Offset)}";
        if (window.Zone is not null) text += $", zone => '{window.Zone}'";
        return text + ")";
    }

    static string Order(IEnumerable<SortKey> order, PlanNode node) =>
        string.Join(", ", order.Select(o => node.Schema[o.Column].Name + (o.Descending ? " DESC" : "") + (o.NullsFirst == o.Descending ? "" : o.NullsFirst ? " NULLS FIRST" : " NULLS LAST")));

    static string Span(Data.Interval interval) => new Literal(interval, Data.DataType.Interval).ToSql();
}
