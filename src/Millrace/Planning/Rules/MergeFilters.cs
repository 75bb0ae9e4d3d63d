using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>A filter over a filter is one filter whose conditions are tried in order.</summary>
sealed class MergeFilters : PlanRule
{
    public override string Name => "merge_filters";

    protected override PlanNode Apply(PlanNode node) =>
        node is Filter { Input: Filter below } above && IsReadOnce(below) ? PlanBuilder.Filter(below.Input, new Logical(true, [.. Conditions(below), .. Conditions(above)]), above.Where) : node;

    static IEnumerable<Expression> Conditions(Filter filter) => filter.Condition is Logical { IsAnd: true } all ? all.Conditions : [filter.Condition];
}
