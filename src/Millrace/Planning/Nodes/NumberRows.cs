using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Numbers rows that are only added and have no key, so that what is made of them can be found again when it is taken back. The last column, a hidden one, is the number.</summary>
public sealed class NumberRows : UnaryNode
{
    internal override IEnumerable<object?> Parameters => [];

    internal override bool HasState => true;

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => ColumnUse.Pass(output[..Input.Schema.Count], inputs[0]);

    internal override IOperator CreateOperator(OperatorContext context) => new NumberRowsOperator(this, context);
}
