using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>UNION ALL of inputs with the same types.</summary>
public sealed class UnionAll : PlanNode
{
    /// <summary>The inputs.</summary>
    public required ImmutableArray<PlanNode> All { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => All;
    /// <inheritdoc/>
    public override ChangeMode Mode => All.Any(i => i.Mode == ChangeMode.Retract) ? ChangeMode.Retract : ChangeMode.Append;
}
