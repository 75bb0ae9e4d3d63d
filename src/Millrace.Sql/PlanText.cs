using System.Text;
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
            lines.Add($"{indent}{node.Name} (the same as in line {line})");
            return;
        }
        lines.Add($"{indent}{Describe(node)}");
        seen[node] = lines.Count;
        foreach (var input in node.Inputs) Write(input, depth + 1, lines, seen, names);
    }

    static string Describe(PlanNode node)
    {
        var text = new StringBuilder(node.Name);
        if (node.Details is { Length: > 0 } detail) text.Append(' ').Append(detail);
        text.Append("  [key: ").Append(node.Key.IsEmpty ? "none" : string.Join(", ", node.Key.Select(k => node.Schema[k].Name)));
        text.Append("; ").Append(node.Mode == ChangeMode.Append ? "append" : "retract");
        if (node.TimeColumn >= 0) text.Append("; time: ").Append(node.Schema[node.TimeColumn].Name);
        if (node.StateBound != "none") text.Append("; state: ").Append(node.StateBound);
        return text.Append(']').ToString();
    }
}
