using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace explain FILE [VIEW]</c>: what a view is computed by, and what each step keeps.</summary>
sealed class ExplainCommand : ICommand
{
    public Command Create()
    {
        var file = CommonOptions.File();
        var view = new Argument<string?>("VIEW") { Description = "One source, view or sink. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var set = CommonOptions.Set();
        var json = CommonOptions.Json("Writes one JSON object a source, view or sink.");
        var command = new Command("explain", "Shows the plan of a SQL file: for each step its key, how its rows change, its event time and what bounds its state.") { file, view, set, json };
        command.SetAction(parsed => Run(PipelineFile.Load(parsed.GetValue(file)!, parsed.GetValue(set) ?? [], isToRun: false), parsed.GetValue(view), parsed.GetValue(json)));
        return command;
    }

    static int Run(PipelineFile file, string? name, bool isJson)
    {
        var pipeline = file.Pipeline.Optimize();
        var plans = NamedPlans(pipeline);
        if (name is not null)
        {
            plans = [.. plans.Where(p => p.Name == name)];
            if (plans.Count == 0)
                throw new CommandException($"There is no source, view or sink '{name}' in the file; there is {string.Join(", ", NamedPlans(pipeline).Select(p => p.Name))}.");
        }
        // A view that is read by another is shown once, under its own name.
        var names = new Dictionary<PlanNode, string>(ReferenceEqualityComparer.Instance);
        foreach (var (kind, view, plan) in NamedPlans(pipeline))
            if (kind != "sink") names.TryAdd(plan, view);
        for (var i = 0; i < plans.Count; i++)
        {
            var lines = PlanText.Lines(plans[i].Plan, names);
            if (isJson)
            {
                Terminal.Json(new { kind = plans[i].Kind, name = plans[i].Name, plan = lines });
                continue;
            }
            if (i > 0) Terminal.Line();
            Terminal.Line($"{plans[i].Kind} {plans[i].Name}");
            foreach (var line in lines) Terminal.Line("  " + line);
        }
        return ExitCodes.Done;
    }

    /// <summary>All plans of a pipeline under the names that SQL gives them.</summary>
    static IReadOnlyList<(string Kind, string Name, PlanNode Plan)> NamedPlans(Pipeline pipeline) =>
    [
        .. pipeline.Sources.Where(s => s.Plan is not null).Select(s => ("source", s.Name, s.Plan!)),
        .. pipeline.Views.Select(v => (v.IsMaterialized ? "materialized view" : "view", v.Name, v.Plan)),
        .. pipeline.Sinks.Select(s => ("sink", s.Name, s.Plan)),
    ];
}
