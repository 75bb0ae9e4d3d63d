using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>An aggregate picks the rows that its filter lets pass by their numbers, instead of reading a copy of them.</summary>
/// <remarks>
/// A copy costs a nanosecond or two a row, which is a good part of an aggregate that does ten. Where a projection stands between the two it must be cheap, for then it is
/// computed for all rows, and neither it nor the condition may fail.
/// </remarks>
sealed class FilterInAggregate : PlanRule
{
    public override string Name => "filter_in_aggregate";

    protected override PlanNode Apply(PlanNode node)
    {
        if (node is not Aggregate { Condition: null } aggregate || !IsReadOnce(aggregate.Input)) return node;
        switch (aggregate.Input)
        {
            case Filter filter when !Fallible.Is(filter.Condition):
                return aggregate.Over(filter.Input, filter.Condition);
            case Project { Input: Filter below } project when IsReadOnce(below) && !Fallible.Is(below.Condition) && project.Expressions.All(IsCheap):
                var items = project.Expressions.Select((e, i) => (e, project.Schema[i].Name)).ToList();
                var condition = Above(below.Condition, items);
                return aggregate.Over(PlanBuilder.Project(below.Input, items, project.Where), condition);
            default: return node;
        }
    }

    /// <summary>The condition over the projection's columns; what it needs of the input goes along.</summary>
    static Expression Above(Expression expression, List<(Expression Expression, string Name)> items)
    {
        if (expression is not ColumnReference column) return expression.WithParts(p => Above(p, items));
        var at = items.FindIndex(i => i.Expression is ColumnReference same && same.Index == column.Index);
        if (at < 0)
        {
            at = items.Count;
            items.Add((column, PlanBuilder.IsHidden(column.Name) ? column.Name : "$" + column.Name));
        }
        return column with { Index = at, Name = items[at].Name };
    }

    static bool IsCheap(Expression expression) => !Fallible.Is(expression) && expression switch
    {
        ColumnReference or Literal => true,
        Call { Type.Kind: Data.TypeKind.Double } sum => sum.Arguments.All(IsCheap), // what cannot fail and gives DOUBLE is + - *
        Cast { Type.Kind: Data.TypeKind.Double } widened => IsCheap(widened.Operand),
        _ => false,
    };
}
