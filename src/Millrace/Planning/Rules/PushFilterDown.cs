using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>A filter goes below what does not change its answer: projections of plain columns, windows whose columns it does not read, and both sides of UNION ALL.</summary>
/// <remarks>
/// Only conditions that cannot fail go down, and only past expressions that cannot: errors of rows are the same with and without. Down at the source a filter runs before rows
/// are copied into windows, and its columns alone need to be there.
/// </remarks>
sealed class PushFilterDown : PlanRule
{
    public override string Name => "push_filter_down";

    protected override PlanNode Apply(PlanNode node)
    {
        if (node is not Filter filter || Fallible.Is(filter.Condition) || !IsReadOnce(filter.Input)) return node;
        switch (filter.Input)
        {
            case Project project when !project.Expressions.Any(Fallible.Is):
                return project.WithInputs([Push(project.Input, Substitution.Of(filter.Condition, project), filter.Where)]);
            case AssignWindow window when ReadsOnly(filter.Condition, window.Input.Schema.Count):
                return window.WithInputs([Push(window.Input, filter.Condition, filter.Where)]);
            case UnionAll union:
                return union.WithInputs([.. union.All.Select(i => Push(i, filter.Condition, filter.Where))]);
            default: return node;
        }
    }

    PlanNode Push(PlanNode input, Expression condition, string where) => Apply(PlanBuilder.Filter(input, condition, where));

    static bool ReadsOnly(Expression expression, int columns) => expression is ColumnReference column ? column.Index < columns : expression.Parts().All(p => ReadsOnly(p, columns));
}
