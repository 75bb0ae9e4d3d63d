using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>Keeps the views that came with an edit apart from those that have state already: they share no operator, so what is planned for the older ones stays as it was.</summary>
/// <remarks>Rules would else put a new view's aggregate together with an old one, whose saved state would fit no longer. The price is that the two compute for themselves until all is computed afresh.</remarks>
static class Rounds
{
    /// <summary>A pipeline with its plans rewritten as they will run, round by round.</summary>
    /// <param name="pipeline">What is declared.</param>
    /// <param name="rounds">The edit that a view or sink came with; those that are not there came with the first start.</param>
    public static Pipeline Optimize(Pipeline pipeline, IReadOnlyDictionary<string, int> rounds)
    {
        var later = rounds.Values.Where(r => r > 0).Distinct().Order().ToList();
        if (later.Count == 0) return pipeline.Optimize();
        var leaves = new HashSet<PlanNode>(pipeline.Sources.SelectMany(s => (PlanNode?[])[s.Plan, s.Rows]).OfType<PlanNode>(), ReferenceEqualityComparer.Instance);
        var (views, sinks) = (new Dictionary<string, ViewDefinition>(), new Dictionary<string, SinkDefinition>());
        foreach (var round in later.Prepend(0))
        {
            var copies = new Dictionary<PlanNode, PlanNode>(ReferenceEqualityComparer.Instance);
            var part = pipeline with
            {
                Views = [.. pipeline.Views.Where(v => (v.IsMaterialized ? rounds.GetValueOrDefault(v.Name) : 0) == round).Select(v => v with { Plan = Own(v.Plan) })],
                Sinks = [.. pipeline.Sinks.Where(s => rounds.GetValueOrDefault(s.Name) == round).Select(s => s with { Plan = Own(s.Plan) })],
            };
            part = part.Optimize();
            foreach (var view in part.Views) views.Add(view.Name, view);
            foreach (var sink in part.Sinks) sinks.Add(sink.Name, sink);

            PlanNode Own(PlanNode node)
            {
                if (round == 0 || leaves.Contains(node)) return node;
                if (copies.TryGetValue(node, out var known)) return known;
                return copies[node] = node.WithInputs([.. node.Inputs.Select(Own)]);
            }
        }
        return pipeline with { Views = [.. pipeline.Views.Select(v => views[v.Name])], Sinks = [.. pipeline.Sinks.Select(s => sinks[s.Name])] };
    }
}
