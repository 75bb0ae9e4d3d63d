using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators;

sealed class OverOperator(Over node, OperatorContext context) : IOperator
{
    public void OnBatch(int input, Batch batch, IOutput output) => throw new PlanException(node.View + context.Lane);
}
