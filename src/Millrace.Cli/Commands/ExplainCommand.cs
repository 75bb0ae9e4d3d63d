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
        var analyze = new Option<bool>("--analyze") { Description = "Runs the file, with results in memory and sinks that keep nothing, and shows what each step did." };
        var seconds = new Option<int?>("--for") { Description = "With --analyze: seconds to run at most, 1 to 86,400. Default 10.", HelpName = "SECONDS" };
        var lanes = new Option<int?>("--lanes") { Description = "With --analyze: threads that run operators, 1 to 64; 0 = as the file sets.", HelpName = "N" };
        seconds.Between(1, 86_400);
        lanes.Between(0, 64);
        var command = new Command("explain", "Shows the plan of a SQL file: for each step its key, how its rows change, its event time and what bounds its state.")
        {
            file, view, set, json, analyze, seconds, lanes,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var isToRun = parsed.GetValue(analyze);
            var pipeline = PipelineFile.Load(parsed.GetValue(file)!, parsed.GetValue(set) ?? [], isToRun);
            return isToRun ? await AnalyzeAsync(pipeline, parsed.GetValue(view), parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 10), parsed.GetValue(lanes) ?? 0, stop)
                : Run(pipeline, parsed.GetValue(view), parsed.GetValue(json));
        });
        return command;
    }

    static async Task<int> AnalyzeAsync(PipelineFile file, string? name, bool isJson, TimeSpan time, int lanes, CancellationToken stop)
    {
        Named(file.Pipeline, name);
        var begin = TimeProvider.System.GetTimestamp();
        var status = await Analysis.Analysis.RunAsync(file, time, lanes, stop);
        var elapsed = TimeProvider.System.GetElapsedTime(begin);
        if (name is not null) status = status with { Operators = [.. status.Operators.Where(o => o.Owner == name)] };
        if (!isJson)
        {
            foreach (var line in AnalysisText.Lines(status.Operators, elapsed)) Terminal.Line(line);
            return ExitCodes.Done;
        }
        foreach (var node in status.Operators)
            Terminal.Json(new
            {
                id = node.Id,
                owner = node.Owner,
                name = node.Name,
                details = node.Details,
                inputs = node.Inputs,
                rowsIn = node.RowsIn,
                rowsOut = node.RowsOut,
                batches = node.Batches,
                seconds = node.Time.TotalSeconds,
                timeShare = node.TimeShare,
                retracts = node.Retracts,
                watermark = node.Watermark?.Closed.ToString(),
                stateBound = node.StateBound,
                mostStateRows = node.MostStateRows,
                mostStateBytes = node.MostStateBytes,
                hotKeys = node.HotKeys.Select(k => new { key = k.Key, share = k.Share }),
            });
        return ExitCodes.Done;
    }

    static IReadOnlyList<(string Kind, string Name, PlanNode Plan)> Named(Pipeline pipeline, string? name)
    {
        var plans = NamedPlans(pipeline);
        if (name is null) return plans;
        var named = plans.Where(p => p.Name == name).ToList();
        return named.Count > 0 ? named : throw new CommandException($"There is no source, view or sink '{name}' in the file; there is {string.Join(", ", plans.Select(p => p.Name))}.");
    }

    static int Run(PipelineFile file, string? name, bool isJson)
    {
        var pipeline = file.Pipeline.Optimize();
        var plans = Named(pipeline, name);
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
