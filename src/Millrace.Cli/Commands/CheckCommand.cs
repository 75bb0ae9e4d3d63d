using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Connectors;
using Millrace.Connectors.Files;
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
        var against = new Option<string?>("--against") { Description = "Says what of the state in this data folder survives the edits of the file, what starts empty and why, also while the pipeline runs. Ends with 1 where 'run' would be refused.", HelpName = "DIR" };
        var startOver = CommonOptions.StartOver();
        var json = CommonOptions.Json("Writes the findings as one JSON object.");
        var command = new Command("check", "Explains every error of a SQL file, and warns of what a crash would lose; starts nothing.") { file, set, against, startOver, infer, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null && result.GetValue(infer) is null) result.AddError("Name a SQL file to check, or a data file with --infer.");
            if (result.GetValue(startOver) is { Length: > 0 } && result.GetValue(against) is null) result.AddError("--start-over needs --against.");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(infer) is { } data) Console.Out.Write(Formats.Inference.Infer(data, Environment.CurrentDirectory));
            return parsed.GetValue(file) is { } path ? Check(path, parsed.GetValue(set) ?? [], parsed.GetValue(against), [.. parsed.GetValue(startOver) ?? []], parsed.GetValue(json)) : ExitCodes.Done;
        });
        return command;
    }

    static int Check(string path, string[] settings, string? against, HashSet<string> mayStartOver, bool isJson)
    {
        var file = PipelineFile.Read(path, settings);
        var notes = file.Compiled is { } compiled ? compiled.Sources.Select(s => Note(s, file)).OfType<string>().ToList() : [];
        var errors = file.Diagnostics.Count(d => d.Severity == Severity.Error);
        var warnings = file.Diagnostics.Count - errors + notes.Count;
        var finding = against is not null && file.Compiled is not null ? CheckAgainst.Of(file.Compiled, against, mayStartOver) : null;
        if (isJson) WriteJson(file, notes, errors, warnings, finding);
        else
        {
            file.WriteFindings(Severity.Warning);
            foreach (var note in notes) Terminal.Warning(note);
            var found = $"{Count(warnings, "warning")}.";
            Terminal.Line(file.Compiled is { IsEmpty: true } ? $"{path} declares nothing: {found}"
                : file.Compiled is { } pipeline ? $"{path} is fine: {Count(pipeline.Sources.Length, "source")}, {Count(pipeline.Views.Length, "view")} ({pipeline.Views.Count(v => v.IsMaterialized)} stored), {Count(pipeline.Sinks.Length, "sink")}, {(pipeline.Tests.IsEmpty ? "" : Count(pipeline.Tests.Length, "test") + ", ")}{found}"
                : $"{path}: {Count(errors, "error")}, {found}");
            if (finding is not null) CheckAgainst.Write(finding);
        }
        return file.Compiled is null || finding is { IsRefused: true } ? ExitCodes.Faulty : ExitCodes.Done;
    }

    static void WriteJson(PipelineFile file, List<string> notes, int errors, int warnings, CheckAgainst.Finding? against) => Terminal.Json(new
    {
        file = file.FilePath,
        errors,
        warnings,
        diagnostics = file.Diagnostics.Select(d => new { code = d.Code, severity = d.Severity == Severity.Error ? "error" : "warning", line = d.Line, column = d.Column, length = d.Length, message = d.Message }),
        notes,
        against = against is null ? null : CheckAgainst.Json(against),
    });

    /// <summary>What stands against a source outside the file: what it reads is not there, or is not what it declares; null where nothing does.</summary>
    static string? Note(SourceDefinition source, PipelineFile file)
    {
        if (file.Options.Connectors.Find(source.Connector) is not { } connector) return null;
        try
        {
            var opened = connector.CreateSource(new(source.Name, source.Schema, source.Options, file.Folder, file.DefaultDataDirectory, TimeProvider.System));
            return opened is FileSource found ? FirstRecords.Problem(source, found, file.Options.Formats) : null;
        }
        catch (ConnectorException e)
        {
            return $"{e.Message} It must be there when the pipeline runs.";
        }
    }

    static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
