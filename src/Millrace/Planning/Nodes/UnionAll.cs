using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>UNION ALL of inputs with the same types.</summary>
public sealed class UnionAll : PlanNode
{
    ImmutableArray<PlanNode> _all;

    /// <summary>The inputs.</summary>
    public required ImmutableArray<PlanNode> All
    {
        get => _all;
        init => _all = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => All;
    /// <inheritdoc/>
    public override ChangeMode Mode => All.Any(i => i.Mode == ChangeMode.Retract) ? ChangeMode.Retract : ChangeMode.Append;

    internal override IEnumerable<object?> Parameters => Schema.Fields.Select(f => (object?)f);

    internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs)
    {
        var copy = (UnionAll)MemberwiseClone();
        copy._all = inputs;
        return copy;
    }
}
