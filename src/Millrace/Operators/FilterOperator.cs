using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>Keeps the rows for which a condition is true. A batch that passes whole is passed on as it is.</summary>
/// <remarks>Rows in which the condition fails are reported and left out (with bad_data = 'null' too: the condition is NULL, which is not true).</remarks>
sealed class FilterOperator(Filter node, OperatorContext context) : IOperator
{
    readonly Evaluator _condition = Evaluator.Compile(node.Condition, context.Memory);
    readonly RowErrors _errors = new(context.Memory.BatchRows);
    readonly int[] _rows = new int[context.Memory.BatchRows];

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        _errors.Clear();
        var count = _condition.Select(batch, _rows, _errors);
        if (_errors.Any) context.Reports.Failed(batch, _errors);
        if (count == batch.RowCount) output.Push(batch.Retain());
        else if (count > 0) output.Push(batch.Gather(_rows.AsSpan(0, count), context.Used));
    }

    public void Dispose() => _condition.Dispose();
}
