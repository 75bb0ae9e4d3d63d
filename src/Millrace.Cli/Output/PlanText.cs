using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Cli.Output;

/// <summary>Plans as trees of text: what flows out first, where rows come from below it.</summary>
static class PlanText
{
    /// <summary>All plans of a pipeline under the names that SQL gives them.</summary>
    public static IReadOnlyList<(string Kind, string Name, PlanNode Plan)> NamedPlans(Pipeline pipeline) =>
    [
        .. pipeline.Sources.Where(s => s.Plan is not null).Select(s => ("source", s.Name, s.Plan!)),
        .. pipeline.Views.Select(v => (v.IsMaterialized ? "materialized view" : "view", v.Name, v.Plan)),
        .. pipeline.Sinks.Select(s => ("sink", s.Name, s.Plan)),
    ];

    /// <summary>The tree of one plan; a node that has a name of its own is only named.</summary>
    public static IEnumerable<string> Lines(PlanNode plan, Pipeline pipeline)
    {
        var names = new Dictionary<PlanNode, string>(ReferenceEqualityComparer.Instance);
        foreach (var (kind, name, node) in NamedPlans(pipeline))
            if (kind != "sink" && node != plan) names.TryAdd(node, name);
        return Lines(plan, names, "");
    }

    static IEnumerable<string> Lines(PlanNode node, Dictionary<PlanNode, string> names, string indent)
    {
        if (indent.Length > 0 && names.TryGetValue(node, out var name))
        {
            yield return $"{indent}{name}";
            yield break;
        }
        yield return $"{indent}{What(node)}{Facts(node)}";
        foreach (var input in node.Inputs)
            foreach (var line in Lines(input, names, indent + "  ")) yield return line;
    }

    static string What(PlanNode node) => node switch
    {
        SourceScan scan => $"scan {scan.Source.Name} ({scan.Source.Connector}{(scan.Source.Format is { } format ? ", " + format : "")})",
        StoredScan stored => $"stored {stored.Table}",
        Project project => $"project {string.Join(", ", project.Schema.Fields.Select(f => f.Name))}",
        Filter filter => $"filter {filter.Condition.ToSql()}",
        Expect expect => $"expect {string.Join(", ", expect.Constraints.Select(c => $"{c.Name} {Action(c.Action)}"))}",
        AssignWatermark watermark => $"watermark, {Duration(watermark.DelayMicroseconds)} out of order",
        AssignWindow window => $"window {Window(window.Window)}",
        DelayFrontier delay => $"delay {Duration(delay.LagMicroseconds)}",
        Aggregate aggregate => $"aggregate {(aggregate.Window is { } w ? Window(w) + " " : "")}by ({Columns(aggregate.Input, aggregate.Keys)}): {string.Join(", ", aggregate.Calls.Select(c => $"{c.Function.Name}{(c.Distinct ? " distinct" : "")}({Columns(aggregate.Input, c.Arguments)})"))}",
        DistinctOn distinct => $"distinct on ({Columns(distinct.Input, distinct.Keys)})",
        UnionAll => "union all",
        Sort => "sort",
        Values values => $"values, {values.Rows.Length} rows",
        _ => node.GetType().Name,
    };

    static string Facts(PlanNode node)
    {
        var facts = new List<string>();
        if (!node.Key.IsEmpty) facts.Add($"key ({string.Join(", ", node.Key.Select(k => node.Schema[k].Name))})");
        if (node.Mode == ChangeMode.Retract) facts.Add("rows change");
        if (node.TimeColumn >= 0) facts.Add($"time {node.Schema[node.TimeColumn].Name}");
        if (node.StateBound != "none") facts.Add($"state: {node.StateBound}");
        return facts.Count == 0 ? "" : $"   [{string.Join("; ", facts)}]";
    }

    static string Columns(PlanNode node, IEnumerable<int> columns) => string.Join(", ", columns.Select(c => node.Schema[c].Name));

    static string Window(WindowSpec window) => window.Kind == WindowKind.Tumble ? $"TUMBLE {Length(window.Size)}" : $"HOP {Length(window.Size)} every {Length(window.Slide)}";

    static string Length(Data.Interval interval) =>
        string.Join(' ', ((string[])[Part(interval.Months, "month"), Part(interval.Days, "day"), interval.Microseconds == 0 ? "" : Duration(interval.Microseconds)]).Where(p => p.Length > 0));

    static string Part(int count, string unit) => count == 0 ? "" : count == 1 ? $"1 {unit}" : $"{count} {unit}s";

    static string Action(ViolationAction action) => action switch
    {
        ViolationAction.Warn => "WARN",
        ViolationAction.DropRow => "DROP ROW",
        ViolationAction.Quarantine => "QUARANTINE",
        _ => "FAIL",
    };

    static string Duration(long microseconds) => TimeSpan.FromMicroseconds(microseconds).ToString();
}
