using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Looks at the beginning of a file and writes the CREATE SOURCE that reads it: format, columns, types, time column and delay.</summary>
/// <remarks>
/// A proposal to be read and mended: what the sample does not show (a NULL, a larger number, another notation) cannot be known. Types leave room above the largest values seen.
/// </remarks>
public static class Inference
{
    /// <summary>Bytes of a file that are looked at, unpacked.</summary>
    public const int SampleBytes = 1 << 20;

    /// <summary>The statement for a file, plain or gz.</summary>
    /// <param name="path">The file, as the statement shall name it.</param>
    /// <param name="baseDirectory">What a relative path is relative to.</param>
    /// <exception cref="ConnectorException">It cannot be read, is empty, or is neither CSV nor JSON lines.</exception>
    public static string Infer(string path, string baseDirectory = ".")
    {
        var files = new FilePattern(path, baseDirectory);
        var found = files.Find();
        if (found.Count == 0) throw files.Empty();
        using var file = InputFile.Open(found[0]);
        var chunk = new Chunk(new byte[SampleBytes], static _ => { });
        var isWhole = false;
        while (chunk.Length < SampleBytes && !isWhole) isWhole = file.Read(chunk) == 0;
        var name = System.IO.Path.GetFileName(found[0]);
        return Infer(chunk.Filled, isWhole, NameOf(name[..Math.Max(1, name.IndexOf('.') is var dot and > 0 ? dot : name.Length)]), path, (file.IsPacked ? "gz, " : "") + (found.Count > 1 ? $"first of {found.Count:N0} files, " : ""));
    }

    /// <summary>The statement for some bytes.</summary>
    /// <param name="sample">The beginning of the data.</param>
    /// <param name="isWhole">Whether it is all; otherwise the last line is left out.</param>
    /// <param name="name">Name of the source.</param>
    /// <param name="path">What stands behind <c>path =</c>.</param>
    /// <param name="notes">Words for the comment above it.</param>
    /// <exception cref="ConnectorException">It is empty, or neither CSV nor JSON lines.</exception>
    public static string Infer(ReadOnlySpan<byte> sample, bool isWhole, string name, string path, string notes = "")
    {
        if (sample.StartsWith("\uFEFF"u8)) sample = sample[3..];
        if (!isWhole && sample.LastIndexOf((byte)'\n') is var end and >= 0) sample = sample[..(end + 1)];
        var text = Encoding.UTF8.GetString(sample);
        var begin = text.AsSpan().TrimStart();
        if (begin.IsEmpty) throw new ConnectorException(Fault.User, $"'{path}' is empty: nothing can be inferred from it.");
        if (begin[0] == '[') throw new ConnectorException(Fault.User, $"'{path}' begins with '[': it is one JSON array. Millrace reads JSON lines, one object a line; 'jq -c .[] {path}' makes them.");
        var table = begin[0] == '{' ? SampleTable.FromJson(text) : SampleTable.FromCsv(text);
        var columns = table.Names.Select((n, i) => InferredColumn.Of(n, table.Values[i])).ToList();
        var format = KeepOneTimestampFormat(columns);
        var time = TimeColumn(columns);
        return Write(table, columns, time, format, name, path, notes, sample.Length);
    }

    /// <summary>A source has one timestamp_format: columns in another one stay TEXT.</summary>
    static string? KeepOneTimestampFormat(List<InferredColumn> columns)
    {
        var times = columns.Where(static c => c.Type == DataType.Timestamp).ToList();
        if (times.Count == 0) return null;
        var format = times.OrderByDescending(static c => c.TimeScore).First().TimestampFormat;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Type == DataType.Timestamp && columns[i].TimestampFormat != format)
                columns[i] = columns[i] with { Type = DataType.Text, Note = $"moments as '{columns[i].TimestampFormat ?? "ISO 8601 or epoch"}', another way than the time column: convert them in a view" };
        }
        return format;
    }

    static InferredColumn? TimeColumn(List<InferredColumn> columns) =>
        columns.Where(static c => c.Type == DataType.Timestamp && c.NullShare < 0.5).OrderByDescending(static c => c.TimeScore).FirstOrDefault();

    static string Write(SampleTable table, List<InferredColumn> columns, InferredColumn? time, string? timestampFormat, string name, string path, string notes, int bytes)
    {
        var culture = CultureInfo.InvariantCulture;
        var sql = new StringBuilder();
        var format = table.IsJson ? "JSON lines" : $"CSV with '{(table.Delimiter == '\t' ? "\\t" : table.Delimiter)}' and {(table.HasHeader ? "a header" : "no header")}";
        sql.Append(culture, $"-- {path}: {notes}{format}. Inferred from {table.Records:N0} records ({bytes:N0} bytes) at its beginning; look it over before use.\n");
        if (table.Bad > 0) sql.Append(culture, $"-- {table.Bad:N0} lines were no record of this form: bad_data = 'dead_letter' sets them aside.\n");
        sql.Append(culture, $"CREATE SOURCE {Quoted(name)} (\n");
        var names = Unique(columns.Select(static c => NameOf(c.Field)));
        var lines = columns.Select((c, i) => (Text: $"{Quoted(names[i])} {c.Type}{(Matches(names[i], c.Field) || !table.HasHeader ? "" : $" FROM '{c.Field.Replace("'", "''", StringComparison.Ordinal)}'")}", Comment: Comment(c))).ToList();
        if (time is not null)
        {
            var column = Quoted(names[columns.IndexOf(time)]);
            lines.Add(($"WATERMARK FOR {column} AS {column} - INTERVAL '{Delay(time.DisorderMicroseconds)}'", time.DisorderMicroseconds == 0
                ? "rows of the sample are in order of time" : $"rows of the sample are up to {Delay(time.DisorderMicroseconds, exact: true)} out of order"));
        }
        var width = lines.Max(static l => l.Text.Length) + 2;
        for (var i = 0; i < lines.Count; i++)
            sql.Append("  ").Append((lines[i].Text + (i < lines.Count - 1 ? "," : "")).PadRight(lines[i].Comment.Length == 0 ? 0 : width)).Append(lines[i].Comment.Length == 0 ? "" : "-- " + lines[i].Comment).Append('\n');
        sql.Append(") WITH (\n").Append(culture, $"  connector = 'file', path = '{path.Replace("'", "''", StringComparison.Ordinal)}', format = '{(table.IsJson ? "json" : "csv")}',");
        if (!table.IsJson && table.Delimiter != ',') sql.Append(culture, $" csv.delimiter = '{(table.Delimiter == '\t' ? "\\t" : table.Delimiter)}',");
        if (!table.HasHeader) sql.Append(" csv.header = 'false',");
        if (timestampFormat is not null) sql.Append(culture, $" timestamp_format = '{timestampFormat}',");
        sql.Append("\n  bad_data = 'dead_letter'\n);\n");
        if (time is null) sql.Append("-- No column holds moments, so there is no WATERMARK: windows need one.\n");
        return sql.ToString();
    }

    static string Comment(InferredColumn column)
    {
        var parts = new List<string>();
        if (column.NullShare > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0.1, column.NullShare * 100):F1} % NULL"));
        if (column.Note is not null) parts.Add(column.Note);
        return string.Join("; ", parts);
    }

    // The engine matches fields without regard to case.
    static bool Matches(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);

    /// <summary>A field's name as SQL writes names: InvoiceDate becomes invoice_date.</summary>
    internal static string NameOf(string field)
    {
        var name = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            var c = field[i];
            if (char.IsAsciiLetterUpper(c) && i > 0 && (char.IsAsciiLetterLower(field[i - 1]) || i + 1 < field.Length && char.IsAsciiLetterUpper(field[i - 1]) && char.IsAsciiLetterLower(field[i + 1]))
                && name.Length > 0 && name[^1] != '_') name.Append('_');
            if (char.IsAsciiLetterOrDigit(c)) name.Append(char.ToLowerInvariant(c));
            else if (name.Length > 0 && name[^1] != '_') name.Append('_');
        }
        var text = name.ToString().Trim('_');
        return text.Length == 0 ? "column" : char.IsAsciiDigit(text[0]) ? "c" + text : text;
    }

    static List<string> Unique(IEnumerable<string> names)
    {
        var all = new List<string>();
        foreach (var name in names)
        {
            var unique = name;
            for (var i = 2; all.Contains(unique); i++) unique = $"{name}_{i}";
            all.Add(unique);
        }
        return all;
    }

    static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "all", "and", "as", "asc", "between", "by", "case", "cast", "constraint", "create", "current", "desc", "distinct", "else", "emit", "end", "exists", "false", "filter", "for", "from", "group",
        "having", "in", "interval", "is", "join", "like", "limit", "not", "null", "offset", "on", "or", "order", "over", "partition", "primary", "select", "set", "sink", "source", "table", "test",
        "then", "timestamp", "to", "true", "union", "user", "using", "values", "view", "watermark", "when", "where", "window", "with",
    };

    static string Quoted(string name) => s_reserved.Contains(name) ? $"\"{name}\"" : name;

    /// <summary>A delay with some room above the disorder seen, in a unit that reads well; 5 seconds where there was none.</summary>
    static string Delay(long microseconds, bool exact = false)
    {
        var seconds = (long)Math.Ceiling(microseconds / 1e6 * (exact ? 1 : 1.5));
        if (!exact) seconds = Math.Max(5, seconds);
        (long Size, string Unit)[] units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
        foreach (var (size, unit) in units)
        {
            if (seconds < size * 2 && seconds != size && size > 1) continue;
            var count = (seconds + size - 1) / size;
            return $"{count} {unit}{(count == 1 ? "" : "s")}";
        }
        return $"{seconds} seconds";
    }
}
