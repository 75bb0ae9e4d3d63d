using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Millrace.Cli;

/// <summary>Looks at the first records of a data file and writes the CREATE SOURCE that reads it: a start, to be read and mended by the user.</summary>
static class SourceInference
{
    const int SampleRecords = 10_000;

    /// <summary>The statement.</summary>
    /// <exception cref="CommandException">The file cannot be read, or holds neither CSV with a header nor JSON lines.</exception>
    public static string Describe(string path)
    {
        using var reader = Open(path);
        var first = reader.Peek();
        if (first < 0) throw new CommandException($"'{path}' is empty; there is nothing to infer columns from.");
        var fields = new List<InferredField>();
        var format = first is '{' or '[' ? "json" : "csv";
        var delimiter = ',';
        if (format == "json") ReadJson(reader, path, fields);
        else delimiter = ReadCsv(reader, path, fields);
        return Statement(path, format, delimiter, fields);
    }

    static StreamReader Open(string path)
    {
        try
        {
            Stream file = File.OpenRead(path);
            Span<byte> magic = stackalloc byte[2];
            var read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
            file.Position = 0;
            return new StreamReader(read == 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress) : file, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' cannot be read: {e.Message}");
        }
    }

    static void ReadJson(StreamReader reader, string path, List<InferredField> fields)
    {
        var byName = new Dictionary<string, InferredField>(StringComparer.Ordinal);
        for (var line = 1; line <= SampleRecords && reader.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            JsonDocument record;
            try
            {
                record = JsonDocument.Parse(text);
            }
            catch (JsonException)
            {
                if (fields.Count == 0) throw new CommandException($"'{path}' begins like JSON, but its first line is no JSON object. Millrace reads JSON lines: one object a line.");
                continue; // a damaged line: bad_data says what happens to it
            }
            using (record)
            {
                if (record.RootElement.ValueKind != JsonValueKind.Object) throw new CommandException($"Line {line} of '{path}' is no JSON object. Millrace reads JSON lines: one object a line.");
                foreach (var property in record.RootElement.EnumerateObject())
                {
                    if (!byName.TryGetValue(property.Name, out var field)) fields.Add(byName[property.Name] = field = new(property.Name));
                    field.See(property.Value.ValueKind switch
                    {
                        JsonValueKind.Null => "",
                        JsonValueKind.String => property.Value.GetString()!,
                        _ => property.Value.GetRawText(),
                    }, isNumber: property.Value.ValueKind == JsonValueKind.Number, isText: property.Value.ValueKind == JsonValueKind.String);
                }
            }
        }
    }

    static char ReadCsv(StreamReader reader, string path, List<InferredField> fields)
    {
        var header = ReadRecord(reader, null, out _);
        var delimiter = ",;\t|".MaxBy(d => header[0].Count(c => c == d));
        var names = Split(header[0], delimiter);
        foreach (var name in names) fields.Add(new(name));
        if (names.Exists(n => n.Length == 0)) throw new CommandException($"The first line of '{path}' has a column without a name; it must be a header.");
        for (var i = 0; i < SampleRecords; i++)
        {
            var record = ReadRecord(reader, delimiter, out var isEnd);
            if (isEnd) break;
            if (record.Count != fields.Count) continue;
            for (var c = 0; c < fields.Count; c++) fields[c].See(record[c], isNumber: false, isText: false);
        }
        return delimiter;
    }

    /// <summary>One record of RFC 4180; without a delimiter the whole of it as one field.</summary>
    static List<string> ReadRecord(StreamReader reader, char? delimiter, out bool isEnd)
    {
        var text = new StringBuilder();
        var quotes = 0;
        while (reader.ReadLine() is { } line)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(line);
            quotes += line.Count(c => c == '"');
            if (quotes % 2 == 0 && text.Length > 0)
            {
                isEnd = false;
                return delimiter is { } cut ? Split(text.ToString(), cut) : [text.ToString()];
            }
        }
        isEnd = true;
        return [text.ToString()];
    }

    static List<string> Split(string record, char delimiter)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < record.Length; i++)
        {
            var c = record[i];
            if (c == '"' && isQuoted && i + 1 < record.Length && record[i + 1] == '"') field.Append(record[i++]);
            else if (c == '"') isQuoted = !isQuoted;
            else if (c == delimiter && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(c);
        }
        fields.Add(field.ToString());
        return fields;
    }

    static string Statement(string path, string format, char delimiter, List<InferredField> fields)
    {
        var text = new StringBuilder();
        var name = SqlName(Path.GetFileName(path).Split('.')[0]);
        var columns = Named(fields);
        var width = columns.Max(c => c.Column.Length);
        text.Append($"CREATE SOURCE {name} (\n");
        var lines = columns.Select(c => $"  {c.Column.PadRight(width)} {c.Field.Type}{(c.Column == c.Field.Name ? "" : $" FROM '{c.Field.Name.Replace("'", "''", StringComparison.Ordinal)}'")}").ToList();
        var time = columns.FirstOrDefault(c => c.Field.Type == "TIMESTAMP").Column;
        if (time is not null) lines.Add($"  WATERMARK FOR {time} AS {time} - INTERVAL '1 minute'");
        text.AppendJoin(",\n", lines);
        text.Append($"\n) WITH (connector = 'file', path = '{path.Replace("'", "''", StringComparison.Ordinal)}', format = '{format}'");
        if (delimiter != ',') text.Append($", csv.delimiter = '{(delimiter == '\t' ? "\\t" : delimiter)}'");
        text.Append(", bad_data = 'dead_letter');\n");
        return text.ToString();
    }

    static List<(string Column, InferredField Field)> Named(List<InferredField> fields)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var named = new List<(string, InferredField)>();
        foreach (var field in fields)
        {
            var name = SqlName(field.Name);
            for (var i = 2; !taken.Add(name); i++) name = $"{SqlName(field.Name)}_{i.ToString(CultureInfo.InvariantCulture)}";
            named.Add((name, field));
        }
        return named;
    }

    // InvoiceNo -> invoice_no, "Order Date" -> order_date; a word of SQL or a digit in front gets an underscore.
    static string SqlName(string text)
    {
        var name = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c))
            {
                if (name.Length > 0 && name[^1] != '_') name.Append('_');
                continue;
            }
            if (char.IsAsciiLetterUpper(c) && i > 0 && char.IsAsciiLetterLower(text[i - 1])) name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }
        var made = name.ToString().Trim('_');
        return made.Length == 0 ? "data" : char.IsAsciiDigit(made[0]) || s_reserved.Contains(made) ? "_" + made : made;
    }

    static readonly HashSet<string> s_reserved = [.. "all and any as between by case cast create cross distinct else end except exists false filter for from full group having in inner intersect interval into is join left like limit not null offset on or order outer right select set table then true union using values view when where window with".Split(' ')];
}
