using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Appends the machine's time to each row: the engine's last tick, the same for all rows until the next one. Event time goes on as it was.</summary>
/// <remarks>Ticks come at most 10 ms apart and are the only way in which a pipeline sees a clock. Rows that may be taken back are waited for until they are final: the time is stored with the row.</remarks>
public sealed class AssignProcessingTime : UnaryNode
{
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
    internal override bool HasState => Input.Mode == ChangeMode.Retract;
    internal override bool ReadsFinal => true;
    internal override bool FollowsClock => true;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => ColumnUse.Pass(output[..Input.Schema.Count], inputs[0]);

    internal override IOperator CreateOperator(OperatorContext context) => new AssignProcessingTimeOperator(this, context);
}
