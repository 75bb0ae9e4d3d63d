using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Appends window_start, window_end and window_time (the end less a microsecond) to each row, once per window that it falls in.</summary>
public sealed class AssignWindow : UnaryNode
{
    /// <summary>The windows.</summary>
    public required WindowSpec Window { get; init; }
    /// <inheritdoc/>
    public override string Name => "Window";

    /// <inheritdoc/>
    public override string Details => Window.ToSql(Input.Schema);

    internal override IEnumerable<object?> Parameters => [Window];

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output[..Input.Schema.Count], inputs[0]);
        inputs[0][Window.TimeColumn] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => new AssignWindowOperator(this, context);
}
