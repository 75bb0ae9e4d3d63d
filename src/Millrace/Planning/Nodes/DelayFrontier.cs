using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Holds the frontier back by a lag, so that a window over a lagging time column (a view's window_start) closes only when its rows are complete.</summary>
public sealed class DelayFrontier : UnaryNode
{
    /// <summary>Microseconds, at least 0.</summary>
    public required long LagMicroseconds { get; init; }
    /// <inheritdoc/>
    public override string Name => "Delay";

    /// <inheritdoc/>
    public override string Details => new Literal(new Interval(0, 0, LagMicroseconds), DataType.Interval).ToSql();

    internal override IEnumerable<object?> Parameters => [LagMicroseconds];

    internal override IOperator CreateOperator(OperatorContext context) => new DelayFrontierOperator(this, context);
}
