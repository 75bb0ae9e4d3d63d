using System.CommandLine;
using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints list</c>: the checkpoints that are kept, newest first.</summary>
static class ListCheckpoints
{
    const int PartitionsShown = 3;

    public static Command Create()
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json("Writes one JSON object a line.");
        var command = new Command("list", "Lists the checkpoints that are kept, newest first, also while the pipeline runs.") { data, json };
        command.SetAction(parsed =>
        {
            var folder = StoredResults.FolderOf(parsed.GetValue(data));
            using var store = StoredResults.Open(folder);
            var records = store.Checkpoints();
            if (parsed.GetValue(json))
                foreach (var record in records) WriteJson(record);
            else if (records.Count == 0) Terminal.Line($"'{folder}' has no checkpoints.");
            else
                TextTable.Write(Console.Out, ["checkpoint", "time", "bytes", "files", "positions", ""], [true, false, true, true, false, false],
                    [.. records.Select(r => (string[])[Number(r.Version), CheckpointsCommand.TimeOf(r), CheckpointsCommand.Text(r.Chain.Sum(p => p.Bytes)), Number(r.Chain.Length), Positions(r), Notes(r)])]);
            return ExitCodes.Done;
        });
        return command;
    }

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static void WriteJson(CheckpointRecord record) => Terminal.Json(new
    {
        checkpoint = record.Version,
        time = CheckpointsCommand.TimeOf(record),
        bytes = record.Chain.Sum(p => p.Bytes),
        files = record.Chain.Length,
        lanes = record.Lanes,
        finished = record.IsFinished,
        givenUp = record.GivenUp.Length,
        pending = record.Pending.Length,
        positions = record.Positions.Select(p => new { source = p.Source, partition = p.Partition, position = p.Position }),
    });

    static string Positions(CheckpointRecord record) => string.Join(", ", record.Positions.GroupBy(p => p.Source).Select(s =>
        s.Count() > PartitionsShown ? $"{s.Key} in {s.Count()} partitions" : $"{s.Key} {string.Join(" + ", s.Select(p => CheckpointsCommand.Text(p.Position)))}"));

    static string Notes(CheckpointRecord record)
    {
        var notes = new List<string>();
        if (record.IsFinished) notes.Add("finished: a run starts afresh");
        if (record.GivenUp.Length is > 0 and var given) notes.Add($"{given} {(given == 1 ? "state" : "states")} given up");
        if (record.Pending.Length > 0) notes.Add($"results wait for {string.Join(", ", record.Pending.Select(p => p.Sink).Distinct())}");
        return string.Join("; ", notes);
    }
}
