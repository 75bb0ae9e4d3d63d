using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Derives the frontier of a source from a time column: its largest value so far less the delay, per partition. Rows whose time is NULL do not move it.</summary>
public sealed class AssignWatermark : UnaryNode
{
    /// <summary>How far rows may be out of order, in microseconds.</summary>
    public required long DelayMicroseconds { get; init; }
    /// <summary>The source whose partitions it watches.</summary>
    public required SourceDefinition Source { get; init; }
    /// <inheritdoc/>
    public override string Name => "Watermark";

    /// <inheritdoc/>
    public override string Details => $"{Schema[TimeColumn].Name} - {new Literal(new Interval(0, 0, DelayMicroseconds), DataType.Interval).ToSql()}";

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output, inputs[0]);
        foreach (var time in Times) inputs[0][time.Column] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => new AssignWatermarkOperator(this, context);
}
