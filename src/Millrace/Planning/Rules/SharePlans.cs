namespace Millrace.Planning.Rules;

/// <summary>Equal parts of plans are one part that runs once, in one view or in several.</summary>
sealed class SharePlans : PlanRule
{
    readonly Dictionary<(Type, int), List<PlanNode>> _known = [];

    public override string Name => "share_plans";

    protected override PlanNode Apply(PlanNode node)
    {
        // Rows that fail are told by each view for itself.
        if (node.Parameters is not { } parameters || Fallible.SetsAside(node)) return node;
        var hash = new HashCode();
        foreach (var input in node.Inputs) hash.Add(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(input));
        foreach (var parameter in parameters) hash.Add(parameter);
        var key = (node.GetType(), hash.ToHashCode());
        if (!_known.TryGetValue(key, out var alike)) _known[key] = alike = [];
        foreach (var other in alike)
            if (IsSame(node, other)) return other;
        alike.Add(node);
        return node;
    }

    static bool IsSame(PlanNode a, PlanNode b) =>
        a.Inputs.Count == b.Inputs.Count && a.Inputs.Zip(b.Inputs).All(p => ReferenceEquals(p.First, p.Second)) && a.Parameters!.SequenceEqual(b.Parameters!);
}
