using System.Collections.Immutable;

namespace Millrace.Planning.Rules;

/// <summary>The rewrites that every plan goes through before it runs, in order: one line each.</summary>
static class PlanRules
{
    static readonly IReadOnlyList<Func<PlanRule>> s_all =
    [
        () => new FoldConstants(),
        () => new PushFilterDown(),
        () => new MergeFilters(),
        () => new MergeProjects(),
        () => new StaticLookup(),
        () => new OrderJoins(),
        () => new SharePlans(),
        () => new ShareAggregates(),
        () => new MergeProjects(), // with those that pick columns out of a shared aggregate
        () => new SharePlans(),
        () => new ShareAggregates(), // of those that stand on shared ones
        () => new MergeProjects(),
        () => new FilterInAggregate(),
        () => new SharePlans(), // projections whose filters have gone
        () => new ShareExpressions(),
        () => new SharePanes(),
    ];

    /// <summary>The names of the rules that can be switched off, in the order in which they apply for the first time.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(r => r()).Where(r => r.IsOptional).Select(r => r.Name).Distinct()];

    /// <summary>The pipeline with its plans rewritten.</summary>
    /// <param name="pipeline">What is declared.</param>
    /// <param name="off">Names of rules that are left out.</param>
    public static Pipeline Apply(Pipeline pipeline, IReadOnlySet<string>? off = null)
    {
        var leaves = new HashSet<PlanNode>(pipeline.Sources.SelectMany(s => (PlanNode?[])[s.Plan, s.Rows]).OfType<PlanNode>(), ReferenceEqualityComparer.Instance);
        var plans = Apply([.. pipeline.Views.Select(v => (v.Plan, v.IsMaterialized)), .. pipeline.Sinks.Select(s => (s.Plan, true))], leaves, off);
        return pipeline with
        {
            Views = [.. pipeline.Views.Select((v, i) => v with { Plan = plans[i].Plan })],
            Sinks = [.. pipeline.Sinks.Select((s, i) => s with { Plan = plans[pipeline.Views.Length + i].Plan })],
        };
    }

    /// <summary>A single plan rewritten.</summary>
    public static PlanNode Apply(PlanNode plan, IReadOnlySet<string>? off = null) => Apply([(plan, true)], [], off)[0].Plan;

    static ImmutableArray<(PlanNode Plan, bool Runs)> Apply(ImmutableArray<(PlanNode Plan, bool Runs)> plans, HashSet<PlanNode> leaves, IReadOnlySet<string>? off)
    {
        foreach (var make in s_all)
        {
            var rule = make();
            if (!rule.IsOptional || off is null || !off.Contains(rule.Name)) plans = Apply(rule, plans, leaves);
        }
        return plans;
    }

    static ImmutableArray<(PlanNode Plan, bool Runs)> Apply(PlanRule rule, ImmutableArray<(PlanNode Plan, bool Runs)> plans, HashSet<PlanNode> leaves)
    {
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        foreach (var (plan, runs) in plans)
            if (runs) Run(plan);
        foreach (var (plan, _) in plans) See(plan);
        foreach (var (plan, _) in plans) rule.Readers[plan] = rule.Readers.GetValueOrDefault(plan) + 1;
        var done = new Dictionary<PlanNode, PlanNode>(ReferenceEqualityComparer.Instance);
        return [.. plans.Select(p => (Rewrite(p.Plan), p.Runs))];

        void Run(PlanNode node)
        {
            if (!rule.Running.Add(node)) return;
            foreach (var input in node.Inputs) Run(input);
        }

        void See(PlanNode node)
        {
            if (!seen.Add(node)) return;
            if (!leaves.Contains(node))
            {
                foreach (var input in node.Inputs)
                {
                    See(input);
                    rule.Readers[input] = rule.Readers.GetValueOrDefault(input) + 1;
                }
            }
            rule.See(node);
        }

        PlanNode Rewrite(PlanNode node)
        {
            if (leaves.Contains(node)) return node;
            if (done.TryGetValue(node, out var known)) return known;
            var inputs = node.Inputs.Select(Rewrite).ToImmutableArray();
            var isSame = inputs.Zip(node.Inputs).All(p => ReferenceEquals(p.First, p.Second));
            var made = rule.Apply(isSame ? node : node.WithInputs(inputs), node);
            rule.Readers[made] = Math.Max(rule.Readers.GetValueOrDefault(made), rule.Readers.GetValueOrDefault(node));
            return done[node] = made;
        }
    }
}
