using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>A node with one input.</summary>
public abstract class UnaryNode : PlanNode
{
    PlanNode _input = null!;

    /// <summary>Where rows come from.</summary>
    public required PlanNode Input
    {
        get => _input;
        init => _input = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [Input];

    /// <inheritdoc/>
    public override ChangeMode Mode => Input.Mode;

    internal sealed override PlanNode WithInputs(ImmutableArray<PlanNode> inputs)
    {
        var copy = (UnaryNode)MemberwiseClone();
        copy._input = inputs[0];
        return copy;
    }
}
