using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>What lies below a plan. Nodes are shared, so each is visited once.</summary>
internal static class PlanSearch
{
    /// <summary>The sources, in the order of the plan.</summary>
    public static IReadOnlyList<SourceDefinition> Sources(PlanNode node) => [.. Nodes(node).OfType<SourceScan>().Select(s => s.Source)];

    public static bool HasWatermark(PlanNode node) => Nodes(node).OfType<AssignWatermark>().Any();

    /// <summary>Whether a view has something of its own that state_ttl bounds.</summary>
    public static bool HasDistinct(PlanNode node, string view) => Nodes(node).Any(n => n is DistinctOn distinct && distinct.View == view || n is TopN top && top.View == view || n is Over over && over.View == view || n is Join join && join.View == view || n is TemporalJoin temporal && temporal.View == view);

    /// <summary>Whether nothing in it is final before the input ends.</summary>
    public static bool IsNeverFinal(PlanNode node) => Nodes(node).Any(n => n is Aggregate { Window: null } or DistinctOn { Order.IsEmpty: false } || n is TopN { Times.IsEmpty: true } or SetOperation { Times.IsEmpty: true, Mode: ChangeMode.Retract } or Join { Times.IsEmpty: true, Mode: ChangeMode.Retract });

    /// <summary>The policy for late rows: the longest time that a source allows, and the first late table.</summary>
    public static LatePolicy Late(PlanNode node)
    {
        var sources = Sources(node);
        return sources.Count == 0 ? LatePolicy.Drop : new(sources.Max(s => s.Late.AllowedMicroseconds), sources.FirstOrDefault(s => s.Late.Table is not null)?.Late.Table);
    }

    /// <summary>Whether all rows are one group, so that there is a single row.</summary>
    public static bool IsSingleRow(PlanNode node)
    {
        while (node is Project or Filter or Expect) node = node.Inputs[0];
        return node is Aggregate { Window: null, Keys.IsEmpty: true };
    }

    public static IEnumerable<PlanNode> Nodes(PlanNode root)
    {
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<PlanNode>();
        open.Push(root);
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            yield return node;
            for (var i = node.Inputs.Count - 1; i >= 0; i--) open.Push(node.Inputs[i]);
        }
    }
}
