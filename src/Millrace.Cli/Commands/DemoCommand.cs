using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Cli.Running;
using Millrace.Runtime;
using PipelineRun = Millrace.Cli.Running.PipelineRun;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace demo</c>: a sample that runs at once, with its SQL where it can be edited.</summary>
sealed class DemoCommand : ICommand
{
    public Command Create()
    {
        var name = new Argument<string>("SAMPLE") { Description = "Which sample.", DefaultValueFactory = _ => "sales" };
        name.AcceptOnlyFromAmong([.. Samples.Names]);
        var directory = new Option<string>("--dir") { Description = "Where its SQL is written, unless it is there already.", HelpName = "DIR", DefaultValueFactory = _ => "demo" };
        var port = new Option<int?>("--port") { Description = "Port of the page; 0 = any free one. Default 8080.", HelpName = "N" };
        port.Between(0, 65535);
        var json = CommonOptions.Json("Writes status lines as JSON for other programs, as millrace run --json does.");
        var command = new Command("demo", "Runs a sample: sales that are generated, cleaned, analysed, stored and charted live; anew at each start.") { name, directory, port, json };
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(name)!, parsed.GetValue(directory)!, parsed.GetValue(port), parsed.GetValue(json)));
        return command;
    }

    static Task<int> RunAsync(string sample, string directory, int? port, bool isJson)
    {
        var path = Path.Combine(directory, sample + ".sql");
        if (File.Exists(path)) Say($"Using {path} as it is. Delete it to get the sample's own text again.");
        else
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(path, Samples.Text(sample));
            Say($"The SQL of this demo was written to {path}: edit it and start again to see what changes.");
        }
        var file = PipelineFile.Load(path, []);
        // What is made up can be made up anew: whoever edits the SQL sees at once what changes.
        return PipelineRun.RunAsync(file, new() { DataDirectory = file.DefaultDataDirectory, Port = port, Json = isJson, From = StartFrom.Fresh });

        void Say(string text)
        {
            if (!isJson) Terminal.Line(text);
        }
    }
}
