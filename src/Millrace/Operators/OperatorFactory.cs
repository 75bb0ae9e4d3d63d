using System.Diagnostics;
using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>The operator that runs a plan node: one line a node.</summary>
public static class OperatorFactory
{
    /// <summary>Makes the operator of a node; a node that needs none (a scan, UNION ALL) has null. Dispose it when its lane ends.</summary>
    public static IOperator? Create(PlanNode node, OperatorContext context) => node switch
    {
        Project project => new ProjectOperator(project, context),
        Filter filter => new FilterOperator(filter, context),
        Expect expect => new ExpectOperator(expect, context),
        AssignWatermark watermark => new AssignWatermarkOperator(watermark, context),
        AssignWindow window => new AssignWindowOperator(window, context),
        Aggregate aggregate => new AggregateOperator(aggregate, context),
        DistinctOn { Order.IsEmpty: true } distinct => new DistinctOnOperator(distinct, context),
        DistinctOn least => new DistinctOnLeastOperator(least, context),
        Sort sort => new SortOperator(sort, context),
        DelayFrontier delay => new DelayFrontierOperator(delay, context),
        Values values => new ValuesOperator(values, context),
        SourceScan or StoredScan or UnionAll => null,
        _ => throw new UnreachableException(node.GetType().Name),
    };
}
