using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Sqlite;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints export N FILE</c>: a checkpoint as one file.</summary>
static class ExportCheckpoint
{
    public static Command Create()
    {
        var number = CheckpointsCommand.Number();
        var file = new Argument<string>("FILE") { Description = "The file to write, a ZIP archive." };
        var data = CommonOptions.Data();
        var command = new Command("export", "Writes a checkpoint into one file: its results, its state and the journals of the data folder. The pipeline must not run.") { number, file, data };
        command.SetAction(parsed =>
        {
            var (version, target, folder) = (parsed.GetValue(number), parsed.GetValue(file)!, StoredResults.FolderOf(parsed.GetValue(data)));
            using (StoredResults.Open(folder))
            {
                // A folder without results is told as such.
            }
            using var store = new SqliteStore(folder);
            store.Export(version, target);
            Terminal.Line($"Checkpoint {version} is in '{target}', {CheckpointsCommand.Text(new FileInfo(target).Length)} bytes. 'millrace checkpoints import {target} --data DIR' makes a data folder of it.");
            return ExitCodes.Done;
        });
        return command;
    }
}
