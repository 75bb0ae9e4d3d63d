namespace Millrace.Planning;

/// <summary>Views that are declared as plain ones, stored all the same: so that a test can look at them.</summary>
static class StoredViews
{
    /// <summary>A view as it is stored.</summary>
    public static ViewDefinition Of(ViewDefinition view) =>
        view.IsMaterialized ? view : view with { IsMaterialized = true, Plan = view.Emit.Mode == EmitMode.Final ? view.Plan : PlanBuilder.Keyed(view.Plan) };

    /// <summary>A pipeline that stores these views too.</summary>
    public static Pipeline With(Pipeline pipeline, Func<ViewDefinition, bool> isStored) => pipeline with { Views = [.. pipeline.Views.Select(v => isStored(v) ? Of(v) : v)] };

    /// <summary>The names of the views that run anyway: they are stored or sunk, or something that is reads them.</summary>
    public static HashSet<string> Running(Pipeline pipeline)
    {
        var seen = new HashSet<PlanNode>(ReferenceEqualityComparer.Instance);
        void Visit(PlanNode node)
        {
            if (!seen.Add(node)) return;
            foreach (var input in node.Inputs) Visit(input);
        }
        foreach (var view in pipeline.Views.Where(v => v.IsMaterialized)) Visit(view.Plan);
        foreach (var sink in pipeline.Sinks) Visit(sink.Plan);
        return [.. pipeline.Views.Where(v => seen.Contains(v.Plan)).Select(v => v.Name)];
    }
}
