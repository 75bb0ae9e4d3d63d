namespace Millrace.Planning;

/// <summary>A node with one input.</summary>
public abstract class UnaryNode : PlanNode
{
    /// <summary>Where rows come from.</summary>
    public required PlanNode Input { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [Input];
    /// <inheritdoc/>
    public override ChangeMode Mode => Input.Mode;
}
