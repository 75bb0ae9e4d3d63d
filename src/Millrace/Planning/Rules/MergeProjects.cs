using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>A projection over a projection is one projection, where nothing is computed twice by it and no error changes.</summary>
sealed class MergeProjects : PlanRule
{
    public override string Name => "merge_projects";

    protected override PlanNode Apply(PlanNode node)
    {
        if (node is not Project { Input: Project below } above || !IsReadOnce(below) && !below.Expressions.All(e => e is ColumnReference)) return node;
        // What is computed below may be read once; an error below is one of every row, also where nobody above reads it.
        var reads = new int[below.Schema.Count];
        foreach (var expression in above.Expressions) Count(expression, reads);
        for (var i = 0; i < reads.Length; i++)
            if (below.Expressions[i] is not (ColumnReference or Literal) && (reads[i] > 1 || Fallible.Is(below.Expressions[i]))) return node;
        return above.With([.. above.Expressions.Select(e => Substitution.Of(e, below))], below.Input);
    }

    static void Count(Expression expression, int[] reads)
    {
        if (expression is ColumnReference column) reads[column.Index]++;
        foreach (var part in expression.Parts()) Count(part, reads);
    }
}

/// <summary>Expressions over the columns of a projection as expressions over those of its input.</summary>
static class Substitution
{
    public static Expression Of(Expression expression, Project project) =>
        expression is ColumnReference column ? project.Expressions[column.Index] : expression.WithParts(p => Of(p, project));
}
