using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>Constant parts of expressions are computed once; a filter that is always true goes.</summary>
sealed class FoldConstants : PlanRule
{
    public override string Name => "fold_constants";

    protected override PlanNode Apply(PlanNode node)
    {
        switch (node)
        {
            case Filter filter:
                var condition = ConstantFolding.Fold(filter.Condition);
                if (condition is Literal { Value: true }) return filter.Input;
                return ReferenceEquals(condition, filter.Condition) ? filter : PlanBuilder.Filter(filter.Input, condition, filter.Where);
            case Project project:
                var expressions = project.Expressions.Select(ConstantFolding.Fold).ToList();
                return expressions.Zip(project.Expressions).All(p => ReferenceEquals(p.First, p.Second)) ? project : project.With([.. expressions], project.Input);
            default: return node;
        }
    }
}
