using System.CommandLine;
using Millrace.Cli.Running;
using Millrace.Runtime;
using PipelineRun = Millrace.Cli.Running.PipelineRun;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace run FILE</c>: runs a pipeline and serves it.</summary>
sealed class RunCommand : ICommand
{
    public Command Create()
    {
        var file = CommonOptions.File();
        var data = CommonOptions.Data();
        var store = CommonOptions.Store();
        var set = CommonOptions.Set();
        var port = new Option<int?>("--port") { Description = "Port of the page and the REST API; 0 = any free one. Default 8080.", HelpName = "N" };
        var host = new Option<string>("--host") { Description = "Address to listen on. Anything but loopback is open to the network.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var origin = new Option<string?>("--allow-origin") { Description = "An origin whose pages may read the API (CORS).", HelpName = "ORIGIN" };
        var untilDone = new Option<bool>("--until-done") { Description = "Ends when all bounded sources are read; serves nothing unless --port is given." };
        var noServer = new Option<bool>("--no-server") { Description = "Serves no page and no API." };
        var watch = new Option<bool>("--watch") { Description = "Shows a live table of all nodes in the terminal." };
        var json = new Option<bool>("--json") { Description = "Writes status lines as JSON for other programs." };
        var lanes = new Option<int?>("--lanes") { Description = "Threads that run operators, 1 to 64; 0 = as the file sets.", HelpName = "N" };
        var from = new Option<string?>("--from") { Description = "The checkpoint to go on from: latest (default), earliest, or the number of one that is kept; results go back to it. fresh = empties the results and reads the sources from their start.", HelpName = "CHECKPOINT" };
        var startOver = CommonOptions.StartOver();
        var dropState = new Option<bool>("--drop-state") { Description = "Lets every view and sink start over whose saved state no longer fits the edited file; everything else goes on." };
        from.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }, ..] && !StartFrom.TryParse(text, out _)) result.AddError($"--from: '{text}' is no checkpoint. Give latest, earliest, fresh or the number of a checkpoint.");
        });
        port.Between(0, 65535);
        lanes.Between(0, 64);
        var command = new Command("run", "Runs a pipeline, serves its page and its REST API.") { file, port, host, origin, data, store, untilDone, noServer, from, startOver, dropState, set, lanes, watch, json };
        command.SetAction((parsed, stop) =>
        {
            var pipeline = PipelineFile.Load(parsed.GetValue(file)!, parsed.GetValue(set) ?? []);
            return PipelineRun.RunAsync(pipeline, new RunSettings
            {
                DataDirectory = parsed.GetValue(data) ?? pipeline.DefaultDataDirectory,
                Store = parsed.GetValue(store),
                Port = parsed.GetValue(port),
                Host = parsed.GetValue(host)!,
                AllowOrigin = parsed.GetValue(origin),
                UntilDone = parsed.GetValue(untilDone),
                NoServer = parsed.GetValue(noServer),
                Watch = parsed.GetValue(watch),
                Json = parsed.GetValue(json),
                MayStartOver = [.. parsed.GetValue(startOver) ?? []],
                DropsState = parsed.GetValue(dropState),
                From = parsed.GetValue(from) is { } text && StartFrom.TryParse(text, out var start) ? start : StartFrom.Latest,
                Lanes = parsed.GetValue(lanes) ?? 0,
            });
        });
        return command;
    }
}
