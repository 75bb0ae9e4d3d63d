using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Runtime;
using Millrace.Sqlite;
using Millrace.Stores;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints verify</c>: reads every file of the checkpoints and says which are whole.</summary>
static class VerifyCheckpoints
{
    public static Command Create()
    {
        var number = new Argument<long?>("N") { Description = "The number of one checkpoint; all where none is given.", Arity = ArgumentArity.ZeroOrOne };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json("Writes one JSON object a line.");
        var command = new Command("verify", "Reads every file of the checkpoints, compares checksums and formats, and names what is damaged and what a run goes on from. Ends with 1 where something is damaged.") { number, data, json };
        command.SetAction(parsed =>
        {
            var folder = StoredResults.FolderOf(parsed.GetValue(data));
            using var store = StoredResults.Open(folder);
            return Verify(store, parsed.GetValue(number) is { } one ? [CheckpointsCommand.Find(store, one)] : store.Checkpoints(), folder, parsed.GetValue(json));
        });
        return command;
    }

    static int Verify(SqliteStore store, IReadOnlyList<CheckpointRecord> records, string folder, bool isJson)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        var (damaged, usable) = (0, (CheckpointRecord?)null);
        foreach (var record in records)
        {
            var problems = CheckpointFiles.Problems(store.Blobs, record, known);
            // A pipeline that runs drops checkpoints meanwhile.
            if (problems.Count > 0 && store.Checkpoints().All(r => r.Version != record.Version)) continue;
            if (problems.Count > 0) damaged++;
            else usable ??= record;
            if (isJson) Terminal.Json(new { checkpoint = record.Version, whole = problems.Count == 0, problems });
            else if (problems.Count == 0)
                Terminal.Line($"Checkpoint {record.Version} is whole: {CheckpointsCommand.Text(record.Chain.Sum(p => p.Bytes))} bytes of state in {record.Chain.Length} {(record.Chain.Length == 1 ? "file" : "files")}.");
            else
                foreach (var problem in problems) Terminal.Line($"Checkpoint {record.Version} is damaged: {problem}.");
        }
        if (!isJson) Terminal.Line(Summary(records.Count, damaged, usable, folder));
        return damaged > 0 ? ExitCodes.Faulty : ExitCodes.Done;
    }

    static string Summary(int count, int damaged, CheckpointRecord? usable, string folder) =>
        count == 0 ? $"'{folder}' has no checkpoints: a run starts afresh."
        : usable is { IsFinished: true } ? "All sources had ended: a run starts afresh."
        : usable is not null ? damaged > 0 ? $"A run goes on from checkpoint {usable.Version}." : "All are whole."
        : "None can be used: restore the data folder from a copy, or start anew with 'millrace run FILE --from fresh'.";
}
