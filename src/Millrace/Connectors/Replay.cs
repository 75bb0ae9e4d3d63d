using System.Text;
using Millrace.Connectors.Files;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;

namespace Millrace.Connectors;

/// <summary>The records of one source that were set aside, ready to be sent again: posted to /ingest/{source}, or written to a file that a file source reads.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="ContentType">application/x-ndjson or text/csv.</param>
/// <param name="Header">The line that names a CSV record's fields, with its line end; empty for JSON and for CSV without a header.</param>
/// <param name="Records">The records as they came, each ended by a line feed.</param>
/// <param name="Count">How many.</param>
/// <param name="WithoutBytes">Dead letters that have no raw bytes and so cannot be sent again (a program's rows, records with masked fields that could not be found).</param>
public sealed record ReplayPart(string Source, string ContentType, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Records, int Count, int WithoutBytes)
{
    /// <summary>Header and records.</summary>
    public byte[] ToArray() => [.. Header.Span, .. Records.Span];
}

/// <summary>What <c>millrace replay</c> sends: the raw bytes of dead letters, by source.</summary>
public static class Replay
{
    /// <summary>Collects records from rows of <c>dead_letters</c>. A record that violated several rules is sent once.</summary>
    /// <param name="deadLetters">Batches of <see cref="DeadLetters.Schema"/>; not released.</param>
    /// <param name="pipeline">Says how a source writes its records; sources it does not have are left out.</param>
    /// <param name="baseDirectory">What relative paths in the SQL are relative to.</param>
    /// <exception cref="ConnectorException">The header of a CSV source cannot be found.</exception>
    public static IReadOnlyList<ReplayPart> Collect(IEnumerable<Batch> deadLetters, Pipeline pipeline, string baseDirectory)
    {
        var records = pipeline.Sources.ToDictionary(static s => s.Name, static _ => new MemoryStream(), StringComparer.Ordinal);
        var counts = new Dictionary<string, (int Count, int WithoutBytes)>(StringComparer.Ordinal);
        var seen = new HashSet<(string, int, long)>();
        foreach (var batch in deadLetters)
            for (var row = 0; row < batch.RowCount; row++)
            {
                var source = Encoding.UTF8.GetString(((TextColumn)batch[0])[row]);
                if (!records.TryGetValue(source, out var bytes) || !seen.Add((source, ((Column<int>)batch[1])[row], ((Column<long>)batch[2])[row]))) continue;
                var (count, without) = counts.GetValueOrDefault(source);
                if (batch[5].IsNull(row) || ((TextColumn)batch[5])[row].IsEmpty)
                {
                    counts[source] = (count, without + 1);
                    continue;
                }
                bytes.Write(((TextColumn)batch[5])[row]);
                bytes.WriteByte((byte)'\n');
                counts[source] = (count + 1, without);
            }
        return
        [
            .. pipeline.Sources.Where(s => counts.ContainsKey(s.Name)).Select(s => new ReplayPart(s.Name, s.Format == "csv" ? "text/csv" : "application/x-ndjson",
                HeaderOf(s, baseDirectory), records[s.Name].ToArray(), counts[s.Name].Count, counts[s.Name].WithoutBytes)),
        ];
    }

    /// <summary>The fields in the order in which the raw records have them: that of the file they came from, or of the journal.</summary>
    static byte[] HeaderOf(SourceDefinition source, string baseDirectory)
    {
        if (source.Format != "csv" || !source.Options.Boolean("csv.header", true)) return [];
        if (source.Connector == "http") return Journals.HttpConnector.Header(source.Paths, source.Options);
        if (source.Connector != "file")
        {
            throw new ConnectorException(Fault.User,
                $"source '{source.Name}': the order of a CSV record's fields is known from the header of its input, which a '{source.Connector}' source does not keep. Send the records again by hand, with their header.");
        }
        var pattern = new FilePattern(source.Options.Text("path", ""), baseDirectory);
        var files = pattern.Find();
        if (files.Count == 0) throw pattern.Empty();
        using var file = InputFile.Open(files[0]);
        var chunk = new Chunk(new byte[1 << 16], static _ => { });
        while (chunk.Filled.IndexOf((byte)'\n') < 0 && chunk.Length < chunk.Bytes.Length && file.Read(chunk) > 0)
        {
        }
        var line = chunk.Filled;
        if (line.StartsWith("\uFEFF"u8)) line = line[3..];
        var end = line.IndexOf((byte)'\n');
        return [.. (end < 0 ? line : line[..end]).TrimEnd((byte)'\r'), (byte)'\n'];
    }
}
