using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>From here on time is the machine's: the frontier follows the engine's ticks, also while no rows come, and ends with the input. No row can be late.</summary>
public sealed class FollowProcessingTime : UnaryNode
{
    /// <inheritdoc/>
    public override string Details => $"by {Schema[Times[0].Column].Name}";
    internal override bool FollowsClock => true;
    internal override bool MakesTime => true;
    internal override IOperator CreateOperator(OperatorContext context) => new FollowProcessingTimeOperator();
}
