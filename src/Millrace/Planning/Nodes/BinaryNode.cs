using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>A node with two inputs.</summary>
public abstract class BinaryNode : PlanNode
{
    PlanNode _left = null!, _right = null!;

    /// <summary>Where rows of the left side come from: input 0.</summary>
    public required PlanNode Left
    {
        get => _left;
        init => _left = value;
    }

    /// <summary>Where rows of the right side come from: input 1.</summary>
    public required PlanNode Right
    {
        get => _right;
        init => _right = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [Left, Right];

    internal sealed override PlanNode WithInputs(ImmutableArray<PlanNode> inputs)
    {
        var copy = (BinaryNode)MemberwiseClone();
        (copy._left, copy._right) = (inputs[0], inputs[1]);
        return copy;
    }
}
