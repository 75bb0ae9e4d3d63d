using System.CommandLine;
using System.Globalization;
using Millrace.Sqlite;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints</c>: what a run could go on from, and what is done to it.</summary>
sealed class CheckpointsCommand : ICommand
{
    public Command Create() => new("checkpoints", "Lists, shows, checks, carries away and drops the checkpoints of a pipeline.")
    {
        ListCheckpoints.Create(), ShowCheckpoint.Create(), VerifyCheckpoints.Create(), ExportCheckpoint.Create(), ImportCheckpoint.Create(), DropCheckpoint.Create(),
    };

    /// <summary>The number of a checkpoint on the command line.</summary>
    public static Argument<long> Number() => new("N") { Description = "The number of the checkpoint, as 'checkpoints list' shows it.", CustomParser = result =>
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
        result.AddError($"'{text}' is no number of a checkpoint.");
        return 0;
    } };

    /// <summary>A checkpoint that is kept.</summary>
    /// <exception cref="CommandException">There is none of this number.</exception>
    public static CheckpointRecord Find(SqliteStore store, long number)
    {
        var records = store.Checkpoints();
        return records.FirstOrDefault(r => r.Version == number) ?? throw new CommandException(string.Create(CultureInfo.InvariantCulture,
            $"There is no checkpoint {number}: {(records.Count > 0 ? $"{string.Join(", ", records.Select(r => r.Version))} are kept" : "none is kept")}."));
    }

    /// <summary>The clock when a checkpoint was begun.</summary>
    public static string TimeOf(CheckpointRecord record) => new Timestamp(record.Time).ToString();

    /// <summary>A number as people read it.</summary>
    public static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
