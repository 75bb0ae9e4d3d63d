using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace check FILE</c>: finds what is wrong before anything starts.</summary>
sealed class CheckCommand : ICommand
{
    public Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "The SQL file.", Arity = ArgumentArity.ZeroOrOne };
        var set = CommonOptions.Set();
        var infer = new Option<string?>("--infer") { Description = "Prints a CREATE SOURCE for a data file (CSV or JSON lines, .gz too) from a sample of it.", HelpName = "DATAFILE" };
        var command = new Command("check", "Explains every error of a SQL file, and warns of what a crash would lose; starts nothing.") { file, set, infer };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null && result.GetValue(infer) is null) result.AddError("Name a SQL file to check, or a data file with --infer.");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(infer) is { } data) Console.Out.Write(Formats.Inference.Infer(data, Environment.CurrentDirectory));
            return parsed.GetValue(file) is { } path ? Check(path, parsed.GetValue(set) ?? []) : ExitCodes.Done;
        });
        return command;
    }

    static int Check(string path, string[] settings)
    {
        var file = PipelineFile.Read(path, settings);
        file.WriteFindings(Severity.Warning);
        var errors = file.Diagnostics.Count(d => d.Severity == Severity.Error);
        var warnings = file.Diagnostics.Count - errors;
        if (file.Compiled is not { } pipeline)
        {
            Terminal.Line($"{path}: {Count(errors, "error")}, {Count(warnings, "warning")}.");
            return ExitCodes.Faulty;
        }
        foreach (var source in pipeline.Sources)
        {
            if (CanReplay(source, file)) continue;
            Terminal.Warning($"source '{source.Name}' cannot give the same rows again: after a crash the results have what it gives then, and what it gave before is lost. {source.Connector} in docs/reference/connectors.md says how it can.");
            warnings++;
        }
        Terminal.Line($"{path} is fine: {Count(pipeline.Sources.Length, "source")}, {Count(pipeline.Views.Length, "view")} ({pipeline.Views.Count(v => v.IsMaterialized)} stored), {Count(pipeline.Sinks.Length, "sink")}, {Count(warnings, "warning")}.");
        return ExitCodes.Done;
    }

    static bool CanReplay(SourceDefinition source, PipelineFile file)
    {
        try
        {
            var connector = file.Options.Connectors.Find(source.Connector);
            return connector is null || connector.CreateSource(new(source.Name, source.Schema, source.Options, file.Folder, file.DefaultDataDirectory, TimeProvider.System)).CanReplay;
        }
        catch (ConnectorException)
        {
            return true; // what is wrong with it is said when it runs
        }
    }

    static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
