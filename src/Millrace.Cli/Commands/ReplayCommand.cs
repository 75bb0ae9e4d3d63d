using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Data;
using Millrace.Quality;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace replay</c>: records that were set aside, to look at, to mend, to send again.</summary>
sealed class ReplayCommand : ICommand
{
    public Command Create()
    {
        var source = new Argument<string?>("SOURCE") { Description = "Only records of this source.", Arity = ArgumentArity.ZeroOrOne };
        var data = CommonOptions.Data();
        var rule = new Option<string?>("--rule") { Description = "Only records set aside by this rule; 'decode' and 'compute' are those that are no record at all.", HelpName = "NAME" };
        var export = new Option<string?>("--export") { Description = "Writes their raw bytes to a file, one record a line, to be mended in an editor.", HelpName = "FILE" };
        var to = new Option<Uri?>("--to") { Description = "Sends them to the http source of the same name of the Millrace at this address.", HelpName = "URL" };
        var mended = new Option<string?>("--from") { Description = "With --to: sends the lines of this file instead (an export that was mended); needs SOURCE.", HelpName = "FILE" };
        var command = new Command("replay", "Lists the records in dead_letters, writes them to a file, or sends them again.") { source, data, rule, export, to, mended };
        command.Validators.Add(result =>
        {
            if (result.GetValue(mended) is not null && (result.GetValue(to) is null || result.GetValue(source) is null)) result.AddError("--from needs --to and the name of a source.");
            if (result.GetValue(export) is not null && result.GetValue(to) is not null) result.AddError("--export and --to cannot both be given.");
        });
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(mended) is { } file) return await SendAsync([new(parsed.GetValue(source)!, "", "", await File.ReadAllBytesAsync(file, stop))], parsed.GetValue(to)!, stop);
            var letters = Read(parsed.GetValue(data), parsed.GetValue(source), parsed.GetValue(rule));
            if (parsed.GetValue(to) is { } address) return await SendAsync(letters, address, stop);
            return parsed.GetValue(export) is { } path ? Export(letters, path) : List(letters);
        });
        return command;
    }

    sealed record Letter(string Source, string Rule, string Error, byte[] Raw);

    static List<Letter> Read(string? data, string? source, string? rule)
    {
        using var store = StoredResults.Open(data);
        using var snapshot = store.Snapshot();
        var letters = new List<Letter>();
        if (!snapshot.Tables.Any(t => t.Name == DeadLetters.TableName)) return letters;
        var seen = new HashSet<(string, int, long)>();
        foreach (var batch in snapshot.Scan(DeadLetters.TableName, new MemoryAccountant()))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                var from = Text(batch, 0, row);
                var by = Text(batch, 3, row);
                // A record that violates several rules is one record.
                if (source is not null && from != source || rule is not null && by != rule || !seen.Add((from, ((Column<int>)batch[1])[row], ((Column<long>)batch[2])[row]))) continue;
                letters.Add(new(from, by, Text(batch, 4, row), ((TextColumn)batch[5])[row].ToArray()));
            }
            batch.Release();
        }
        return letters;
    }

    static string Text(Batch batch, int column, int row) => System.Text.Encoding.UTF8.GetString(((TextColumn)batch[column])[row]);

    static int List(List<Letter> letters)
    {
        TextTable.Write(Console.Out, ["source", "rule", "error", "record"], [false, false, false, false],
            [.. letters.Take(100).Select(l => (string[])[l.Source, l.Rule, TextTable.OneLine(l.Error), TextTable.OneLine(System.Text.Encoding.UTF8.GetString(l.Raw).TrimEnd())])]);
        Terminal.Line(letters.Count <= 100 ? $"({Count(letters.Count)})" : $"(100 of {letters.Count} records; --export writes all)");
        return ExitCodes.Done;
    }

    static string Count(int records) => records == 1 ? "1 record" : $"{records} records";

    static int Export(List<Letter> letters, string path)
    {
        using var file = File.Create(path);
        foreach (var letter in letters) WriteLine(file, letter.Raw);
        Terminal.Line($"{path}: {Count(letters.Count)}.");
        return ExitCodes.Done;
    }

    static void WriteLine(Stream target, ReadOnlySpan<byte> record)
    {
        target.Write(record.TrimEnd("\r\n"u8));
        target.Write("\n"u8);
    }

    static async Task<int> SendAsync(List<Letter> letters, Uri address, CancellationToken stop)
    {
        using var client = new HttpClient();
        foreach (var group in letters.GroupBy(l => l.Source))
        {
            using var body = new MemoryStream();
            foreach (var letter in group) WriteLine(body, letter.Raw);
            using var content = new ByteArrayContent(body.ToArray());
            content.Headers.ContentType = new("application/x-ndjson");
            HttpResponseMessage answer;
            try
            {
                answer = await client.PostAsync(new Uri(address, $"ingest/{Uri.EscapeDataString(group.Key)}"), content, stop);
            }
            catch (HttpRequestException e)
            {
                throw new CommandException($"{address} cannot be reached: {e.Message} Start the pipeline there, or name another address with --to.", ExitCodes.Failed);
            }
            using (answer)
            {
                var text = await answer.Content.ReadAsStringAsync(stop);
                if (!answer.IsSuccessStatusCode) throw new CommandException($"{address} did not take the records of '{group.Key}' ({(int)answer.StatusCode}): {text}");
                Terminal.Line($"{group.Key}: sent, answered {text}");
            }
        }
        if (letters.Count == 0) Terminal.Line("There is nothing to send.");
        return ExitCodes.Done;
    }
}
