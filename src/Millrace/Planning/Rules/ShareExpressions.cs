using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>What several nodes over the same rows compute is computed once a batch, in a projection below them.</summary>
/// <remarks>
/// Within one node equal parts are one anyway (<see cref="Evaluator"/>). Here are meant projections, filters and conditions of aggregates of different views. Expressions that can
/// fail stay where they are: each view tells of its own errors. Comparisons cost no more than reading what they gave, so they stay too.
/// </remarks>
sealed class ShareExpressions : PlanRule
{
    readonly Dictionary<PlanNode, List<PlanNode>> _readers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<PlanNode, (PlanNode Rows, List<Expression> Shared)> _made = new(ReferenceEqualityComparer.Instance);

    public override string Name => "share_expressions";

    public override void See(PlanNode node)
    {
        if (!Running.Contains(node) || !Computed(node).Any()) return;
        var input = node.Inputs[0];
        if (!_readers.TryGetValue(input, out var readers)) _readers[input] = readers = [];
        readers.Add(node);
    }

    public override PlanNode Apply(PlanNode node, PlanNode seen)
    {
        if (!Running.Contains(seen) || !Computed(seen).Any()) return node;
        var input = seen.Inputs[0];
        if (!_made.TryGetValue(input, out var made)) _made[input] = made = Make(_readers[input], node.Inputs[0]);
        return made.Shared.Count > 0 && Computed(seen).Any(e => Contains(e, made.Shared)) ? Over(node, made.Rows, made.Shared) : node;
    }

    /// <summary>What a node computes for each row of its input.</summary>
    static IEnumerable<Expression> Computed(PlanNode node) => node switch
    {
        Project project => project.Expressions.Where(e => e is not (ColumnReference or Literal)),
        Filter filter => [filter.Condition],
        Aggregate { Condition: { } condition } => [condition],
        _ => [],
    };

    static (PlanNode Rows, List<Expression> Shared) Make(List<PlanNode> readers, PlanNode input)
    {
        var found = new List<Expression>();
        var uses = new Dictionary<Expression, HashSet<PlanNode>>();
        foreach (var reader in readers)
            foreach (var expression in Computed(reader)) Count(expression, reader);
        // A part goes along with the whole where whoever reads it reads the whole.
        var shared = new List<Expression>();
        foreach (var expression in found.Where(e => uses[e].Count > 1))
            if (!found.Any(whole => !ReferenceEquals(whole, expression) && uses[whole].Count == uses[expression].Count && Contains(whole.Parts(), expression))) shared.Add(expression);
        if (shared.Count == 0) return (input, shared);
        var columns = input.Schema.Fields.Select((f, i) => (Expression)new ColumnReference(i, f.Name, f.Type));
        return (new Project
        {
            Schema = new Schema(input.Schema.Fields.Concat(shared.Select((e, i) => new Field($"${i + 1}", e.Type)))),
            Input = input,
            Expressions = [.. columns, .. shared],
            Key = input.Key,
            Times = input.Times,
            Where = input.Where,
        }, shared);

        void Count(Expression expression, PlanNode reader)
        {
            if (IsWorthIt(expression))
            {
                if (!uses.TryGetValue(expression, out var by))
                {
                    uses[expression] = by = new(ReferenceEqualityComparer.Instance);
                    found.Add(expression);
                }
                by.Add(reader);
            }
            foreach (var part in expression.Parts()) Count(part, reader);
        }
    }

    static bool IsWorthIt(Expression expression) => expression is Call { Function.Name: "+" or "-" or "*" or "/" or "in" } or Case && !Fallible.Is(expression) && expression.IsDeterministic();

    static bool Contains(IEnumerable<Expression> parts, Expression expression) => parts.Any(p => p.Equals(expression) || Contains(p.Parts(), expression));

    static bool Contains(Expression whole, List<Expression> shared) => shared.Contains(whole) || whole.Parts().Any(p => Contains(p, shared));

    static PlanNode Over(PlanNode node, PlanNode rows, List<Expression> shared)
    {
        var width = rows.Schema.Count - shared.Count;
        Expression Read(Expression expression)
        {
            var at = shared.IndexOf(expression);
            return at >= 0 ? new ColumnReference(width + at, rows.Schema[width + at].Name, expression.Type) : expression.WithParts(Read);
        }
        switch (node)
        {
            case Project project: return project.With([.. project.Expressions.Select(Read)], rows);
            case Aggregate aggregate: return aggregate.Over(rows, Read(aggregate.Condition!));
            case Filter filter:
                var kept = PlanBuilder.Filter(rows, Read(filter.Condition), filter.Where);
                return new Project
                {
                    Schema = filter.Schema,
                    Input = kept,
                    Expressions = [.. filter.Schema.Fields.Select((f, i) => (Expression)new ColumnReference(i, f.Name, f.Type))],
                    Key = filter.Key,
                    Times = filter.Times,
                    Where = filter.Where,
                };
            default: return node;
        }
    }
}
