using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>The operator that runs a plan node: one line a node.</summary>
public static class OperatorFactory
{
    /// <summary>Makes the operator of a node; a node that needs none (a scan, UNION ALL) has null.</summary>
    public static IOperator? Create(PlanNode node, OperatorContext context) => throw new NotImplementedException();
}
