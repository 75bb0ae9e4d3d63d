using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Holds the frontier back by a lag, so that a window over a lagging time column (a view's window_start) closes only when its rows are complete.</summary>
public sealed class DelayFrontier : UnaryNode
{
    /// <summary>Microseconds, at least 0.</summary>
    public required long LagMicroseconds { get; init; }
    internal override IEnumerable<object?> Parameters => [LagMicroseconds];

    internal override IOperator CreateOperator(OperatorContext context) => new DelayFrontierOperator(this, context);
}
