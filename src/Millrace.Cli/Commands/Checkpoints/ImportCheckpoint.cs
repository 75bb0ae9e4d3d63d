using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Sqlite;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints import FILE --data DIR</c>: a data folder of an exported checkpoint.</summary>
static class ImportCheckpoint
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that 'checkpoints export' wrote." };
        var data = new Option<string>("--data") { Description = "The data folder to make; it holds no results yet.", HelpName = "DIR", Required = true };
        var command = new Command("import", "Makes a data folder of an exported checkpoint: 'millrace run FILE --data DIR' goes on from it.") { file, data };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(data)!;
            var record = SqliteStore.Import(parsed.GetValue(file)!, folder);
            Terminal.Line($"'{folder}' holds checkpoint {record.Version} of {CheckpointsCommand.TimeOf(record)}. 'millrace run FILE --data {folder}' goes on from it.");
            return ExitCodes.Done;
        });
        return command;
    }
}
