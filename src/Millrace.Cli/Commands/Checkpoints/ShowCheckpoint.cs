using System.CommandLine;
using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace checkpoints show N</c>: what a checkpoint holds.</summary>
static class ShowCheckpoint
{
    public static Command Create()
    {
        var number = CheckpointsCommand.Number();
        var data = CommonOptions.Data();
        var json = CommonOptions.Json("Writes it as one JSON object.");
        var command = new Command("show", "Shows what a checkpoint holds: positions of sources, event times, states with their sizes, results that wait for sinks.") { number, data, json };
        command.SetAction(parsed =>
        {
            using var store = StoredResults.Open(parsed.GetValue(data));
            var record = CheckpointsCommand.Find(store, parsed.GetValue(number));
            try
            {
                var states = States(store.Blobs, record);
                if (parsed.GetValue(json)) WriteJson(record, states);
                else Write(record, states);
            }
            catch (InvalidDataException e)
            {
                throw new CommandException($"Checkpoint {record.Version} is damaged: {e.Message}. 'millrace checkpoints verify' shows which are whole.");
            }
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A state of a checkpoint.</summary>
    sealed record State(string Name, string Owner, string What, IReadOnlyList<string> Readers, long Bytes, int Files, bool IsGivenUp);

    static List<State> States(IBlobStore blobs, CheckpointRecord record)
    {
        Recovery.Open(blobs, record).Dispose(); // sizes are read of whole files alone
        var sizes = CheckpointFiles.Sizes(blobs, record);
        var note = PlanNote.Of(record, blobs) ?? new();
        var known = note.States.ToDictionary(s => s.Name, s => (s.Owner, What: $"{s.Operator} {s.Details}".TrimEnd(), Readers: (IReadOnlyList<string>)s.Readers));
        foreach (var reader in note.Readers) known.TryAdd(Succession.StateOf(reader.Kind, reader.Name, reader.Round), (reader.Name, $"the {reader.Kind} itself: its time, changes that wait", []));
        foreach (var source in record.Positions.Select(p => p.Source).Distinct()) known.TryAdd(Recovery.StateOf("source", source), (source, "how far its time moved on while idle", []));
        var states = new List<State>();
        foreach (var (name, size) in sizes)
        {
            var (owner, what, readers) = known.GetValueOrDefault(name, ("", "", []));
            states.Add(new(name.ToString("x32", CultureInfo.InvariantCulture)[..8], owner, what, readers, size.Bytes, size.Pieces, record.GivenUp.Contains(name)));
        }
        return [.. states.OrderByDescending(s => s.Bytes).ThenBy(s => s.Name, StringComparer.Ordinal)];
    }

    static void Write(CheckpointRecord record, List<State> states)
    {
        Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"Checkpoint {record.Version} of {CheckpointsCommand.TimeOf(record)}, written by {record.Lanes} {(record.Lanes == 1 ? "lane" : "lanes")}{(record.IsFinished ? ", finished: a run starts afresh" : "")}."));
        Table("Sources", ["source", "partition", "position"], [false, true, true], record.Positions.Select(p => (string[])[p.Source, CheckpointsCommand.Text(p.Partition), CheckpointsCommand.Text(p.Position)]));
        Table("Event time", ["table", "closed up to", "final up to"], [false, false, false],
            record.Frontiers.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (string[])[f.Key, f.Value.Closed.ToString(), f.Value.Final.ToString()]));
        Table("State", ["name", "owner", "what", "read by", "bytes", "files"], [false, false, false, false, true, true],
            states.Select(s => (string[])[s.Name, s.Owner, TextTable.OneLine(s.IsGivenUp ? "given up: " + s.What : s.What), string.Join(", ", s.Readers), CheckpointsCommand.Text(s.Bytes), CheckpointsCommand.Text(s.Files)]));
        Table("Files", ["file", "bytes"], [false, true], record.Chain.Select(p => (string[])[p.Name, CheckpointsCommand.Text(p.Bytes)]));
        Table("Results that wait for sinks", ["sink", "of checkpoint", "file"], [false, true, false], record.Pending.Select(p => (string[])[p.Sink, CheckpointsCommand.Text(p.Version), p.Blob]));
    }

    static void Table(string title, string[] names, bool[] toTheRight, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        Terminal.Line($"\n{title}:");
        TextTable.Write(Console.Out, names, toTheRight, all);
    }

    static void WriteJson(CheckpointRecord record, List<State> states) => Terminal.Json(new
    {
        checkpoint = record.Version,
        time = CheckpointsCommand.TimeOf(record),
        lanes = record.Lanes,
        finished = record.IsFinished,
        positions = record.Positions.Select(p => new { source = p.Source, partition = p.Partition, position = p.Position }),
        frontiers = record.Frontiers.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new { table = f.Key, closed = f.Value.Closed.ToString(), final = f.Value.Final.ToString() }),
        states = states.Select(s => new { name = s.Name, owner = s.Owner, what = s.What, readers = s.Readers, bytes = s.Bytes, files = s.Files, givenUp = s.IsGivenUp }),
        files = record.Chain.Select(p => new { file = p.Name, bytes = p.Bytes }),
        pending = record.Pending.Select(p => new { sink = p.Sink, checkpoint = p.Version, file = p.Blob }),
    });
}
