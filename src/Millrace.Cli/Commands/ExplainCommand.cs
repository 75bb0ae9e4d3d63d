using System.CommandLine;
using Millrace.Cli.Output;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace explain FILE [VIEW]</c>: what a view is computed by, and what each step keeps.</summary>
sealed class ExplainCommand : ICommand
{
    public Command Create()
    {
        var file = CommonOptions.File();
        var view = new Argument<string?>("VIEW") { Description = "One source, view or sink. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var set = CommonOptions.Set();
        var command = new Command("explain", "Shows the plan of a SQL file: for each step its key, how its rows change, its event time and what bounds its state.") { file, view, set };
        command.SetAction(parsed => Run(PipelineFile.Load(parsed.GetValue(file)!, parsed.GetValue(set) ?? []), parsed.GetValue(view)));
        return command;
    }

    static int Run(PipelineFile file, string? name)
    {
        var plans = PlanText.NamedPlans(file.Pipeline);
        if (name is not null)
        {
            plans = [.. plans.Where(p => p.Name == name)];
            if (plans.Count == 0)
                throw new CommandException($"There is no source, view or sink '{name}' in the file; there is {string.Join(", ", PlanText.NamedPlans(file.Pipeline).Select(p => p.Name))}.");
        }
        for (var i = 0; i < plans.Count; i++)
        {
            if (i > 0) Terminal.Line();
            Terminal.Line($"{plans[i].Kind} {plans[i].Name}");
            // A view that is read by another is shown once, under its own name.
            foreach (var line in PlanText.Lines(plans[i].Plan, file.Pipeline)) Terminal.Line("  " + line);
        }
        return ExitCodes.Done;
    }
}
