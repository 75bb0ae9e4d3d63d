using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Sqlite;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints drop N</c>: a checkpoint is no longer kept.</summary>
static class DropCheckpoint
{
    public static Command Create()
    {
        var number = CheckpointsCommand.Number();
        var data = CommonOptions.Data();
        var force = new Option<bool>("--force") { Description = "Drops the newest one too: results go back to the one before." };
        var command = new Command("drop", "Drops a checkpoint and the files that no other needs. The pipeline must not run.") { number, data, force };
        command.SetAction(parsed =>
        {
            var (version, folder) = (parsed.GetValue(number), StoredResults.FolderOf(parsed.GetValue(data)));
            using (StoredResults.Open(folder))
            {
                // A folder without results is told as such.
            }
            using var store = new SqliteStore(folder);
            var records = store.Checkpoints();
            CheckpointsCommand.Find(store, version);
            var isNewest = records[0].Version == version;
            var consequence = records.Count > 1 ? $"results go back to checkpoint {records[1].Version}" : "there is nothing to go on from any more, and the next run starts afresh";
            if (isNewest && !parsed.GetValue(force))
                throw new CommandException($"Checkpoint {version} is the newest, which a run goes on from. With --force it is dropped all the same, and {consequence}.");
            var before = Bytes(store);
            store.Drop(version);
            Terminal.Line($"Checkpoint {version} is dropped{(isNewest ? $": {consequence}" : "")}. {CheckpointsCommand.Text(before - Bytes(store))} bytes of files are free.");
            return ExitCodes.Done;
        });
        return command;
    }

    static long Bytes(SqliteStore store) => store.Blobs.List().Sum(name =>
    {
        using var blob = store.Blobs.Open(name);
        return blob?.Length ?? 0;
    });
}
