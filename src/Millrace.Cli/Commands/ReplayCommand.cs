using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Millrace.Cli.Output;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace replay FILE</c>: records that were set aside, to look at, to mend, to send again.</summary>
sealed class ReplayCommand : ICommand
{
    const int Shown = 100;

    public Command Create()
    {
        var file = CommonOptions.File();
        var data = CommonOptions.Data();
        var set = CommonOptions.Set();
        var source = new Option<string?>("--source") { Description = "Only records of this source.", HelpName = "NAME" };
        var at = CommonOptions.Store();
        var rule = new Option<string?>("--rule") { Description = "Only records set aside by this rule; 'decode' and 'compute' are those that are no record at all.", HelpName = "NAME" };
        var export = new Option<string?>("--export") { Description = "Writes the records of one source to a file, as they came, to be mended in an editor.", HelpName = "FILE" };
        var to = new Option<Uri?>("--to") { Description = "Sends them to the http sources of the same names of the Millrace at this address.", HelpName = "URL", CustomParser = Address };
        var mended = new Option<string?>("--from") { Description = "With --to and --source: sends the content of this file instead, an export that was mended.", HelpName = "FILE" };
        var json = CommonOptions.Json("Lists them as one JSON object a line, all columns of dead_letters.");
        var command = new Command("replay", "Lists the records in dead_letters of a pipeline, writes them to a file, or sends them again.") { file, data, at, set, source, rule, export, to, mended, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(mended) is not null && (result.GetValue(to) is null || result.GetValue(source) is null)) result.AddError("--from needs --to and --source.");
            if (result.GetValue(export) is not null && result.GetValue(to) is not null) result.AddError("--export and --to cannot both be given.");
        });
        command.SetAction(async (parsed, stop) =>
        {
            var pipeline = PipelineFile.Load(parsed.GetValue(file)!, parsed.GetValue(set) ?? [], isToRun: false);
            var name = parsed.GetValue(source);
            if (name is not null && !pipeline.Pipeline.Sources.Any(s => s.Name == name))
                throw new CommandException($"There is no source '{name}' in the file; there is {string.Join(", ", pipeline.Pipeline.Sources.Select(s => s.Name))}.");
            if (parsed.GetValue(mended) is { } path) return await SendAsync([await ReadMendedAsync(pipeline.Pipeline, name!, path, stop)], parsed.GetValue(to)!, stop);

            using var store = StoredResults.Open(parsed.GetValue(at), parsed.GetValue(data) ?? pipeline.DefaultDataDirectory);
            using var snapshot = store.Snapshot();
            var letters = Letters(snapshot, name, parsed.GetValue(rule));
            if (parsed.GetValue(to) is { } address) return await SendAsync(Replay.Collect(letters, pipeline.Pipeline, pipeline.Folder), address, stop);
            return parsed.GetValue(export) is { } target ? Export(Replay.Collect(letters, pipeline.Pipeline, pipeline.Folder), target) : parsed.GetValue(json) ? ListJson(letters) : List(letters);
        });
        return command;
    }

    static Uri? Address(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")) return address;
        result.AddError($"--to is '{text}'; it is an address such as http://127.0.0.1:8080.");
        return null;
    }

    /// <summary>The dead letters that were asked for. They live as long as the command.</summary>
    static List<Batch> Letters(IStoreSnapshot snapshot, string? source, string? rule)
    {
        var kept = new List<Batch>();
        if (!snapshot.Tables.Any(t => t.Name == DeadLetters.TableName)) return kept;
        foreach (var batch in snapshot.Scan(DeadLetters.TableName, new MemoryAccountant()))
        {
            var rows = Enumerable.Range(0, batch.RowCount).Where(r => (source is null || Text(batch, 0, r) == source) && (rule is null || Text(batch, 3, r) == rule)).ToArray();
            kept.Add(batch.Gather(rows));
            batch.Release();
        }
        return kept;
    }

    static string Text(Batch batch, int column, int row) => batch[column].IsNull(row) ? "" : Encoding.UTF8.GetString(((TextColumn)batch[column])[row]);

    static int List(List<Batch> letters)
    {
        var rows = new List<string[]>();
        var count = 0;
        foreach (var batch in letters)
            for (var row = 0; row < batch.RowCount; row++)
                if (count++ < Shown)
                    rows.Add([Text(batch, 0, row), Text(batch, 3, row), TextTable.OneLine(Text(batch, 4, row)), TextTable.OneLine(Text(batch, 5, row).TrimEnd())]);
        TextTable.Write(Console.Out, ["source", "rule", "error", "record"], [false, false, false, false], rows);
        Terminal.Line(count <= Shown ? $"({Count(count)})" : $"({Shown} of {Count(count)}; --export writes all)");
        return ExitCodes.Done;
    }

    static int ListJson(List<Batch> letters)
    {
        using var output = Console.OpenStandardOutput();
        if (letters.Count > 0) ResultOutput.Write(letters[0].Schema, letters, ResultForm.Json, long.MaxValue, output);
        return ExitCodes.Done;
    }

    static int Export(IReadOnlyList<ReplayPart> parts, string path)
    {
        if (parts.Count > 1) throw new CommandException($"There are records of {string.Join(" and ", parts.Select(p => p.Source))}; name one with --source.");
        if (parts.Count == 0)
        {
            Terminal.Line("There is nothing to write.");
            return ExitCodes.Done;
        }
        File.WriteAllBytes(path, parts[0].ToArray());
        Terminal.Line($"{path}: {Count(parts[0].Count)} of '{parts[0].Source}'.{Left(parts[0])}");
        return ExitCodes.Done;
    }

    static async Task<ReplayPart> ReadMendedAsync(Pipeline pipeline, string source, string path, CancellationToken stop)
    {
        var bytes = await File.ReadAllBytesAsync(path, stop);
        var isCsv = pipeline.Sources.Single(s => s.Name == source).Format == "csv";
        return new(source, isCsv ? "text/csv" : "application/x-ndjson", ReadOnlyMemory<byte>.Empty, bytes, bytes.AsSpan().Count((byte)'\n') - (isCsv ? 1 : 0), 0);
    }

    static async Task<int> SendAsync(IReadOnlyList<ReplayPart> parts, Uri address, CancellationToken stop)
    {
        using var client = new HttpClient();
        foreach (var part in parts)
        {
            using var content = new ByteArrayContent(part.ToArray());
            content.Headers.ContentType = new(part.ContentType);
            try
            {
                using var answer = await client.PostAsync(new Uri(address, $"ingest/{Uri.EscapeDataString(part.Source)}"), content, stop);
                var text = await answer.Content.ReadAsStringAsync(stop);
                if (!answer.IsSuccessStatusCode) throw new CommandException($"{address} did not take the records of '{part.Source}' ({(int)answer.StatusCode}): {text}");
                Terminal.Line($"{part.Source}: {Count(part.Count)} sent, answered {text}.{Left(part)}");
            }
            catch (HttpRequestException e)
            {
                throw new CommandException($"{address} cannot be reached: {e.Message} Start the pipeline there, or name another address with --to.", ExitCodes.Failed);
            }
        }
        if (parts.Count == 0) Terminal.Line("There is nothing to send.");
        return ExitCodes.Done;
    }

    static string Left(ReplayPart part) => part.WithoutBytes == 0 ? "" : $" {Count(part.WithoutBytes)} without raw bytes stay.";

    static string Count(int records) => records == 1 ? "1 record" : $"{records} records";
}
