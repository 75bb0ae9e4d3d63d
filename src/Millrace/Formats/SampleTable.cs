using System.Text;
using System.Text.Json;

namespace Millrace.Formats;

/// <summary>A sample as fields and their values, a null where a record has none.</summary>
sealed class SampleTable
{
    public required bool IsJson { get; init; }
    public char Delimiter { get; init; } = ',';
    public bool HasHeader { get; init; } = true;
    public List<string> Names { get; } = [];
    public List<List<string?>> Values { get; } = [];
    public int Records { get; private set; }

    /// <summary>Lines that are no record.</summary>
    public int Bad { get; private set; }

    public static SampleTable FromJson(string text)
    {
        var table = new SampleTable { IsJson = true };
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    table.Bad++;
                    continue;
                }
                table.AddObject(document.RootElement, "");
                table.EndRecord();
            }
            catch (JsonException)
            {
                table.Bad++;
            }
        }
        if (table.Records == 0) throw new Connectors.ConnectorException(Connectors.Fault.User, "it begins with '{', but no line of it is a JSON object; expected JSON lines, one whole object a line.");
        return table;
    }

    void AddObject(JsonElement element, string prefix)
    {
        foreach (var property in element.EnumerateObject())
        {
            var path = prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object) AddObject(property.Value, path + ".");
            else
            {
                Set(path, property.Value.ValueKind switch
                {
                    JsonValueKind.Null or JsonValueKind.Undefined => null,
                    JsonValueKind.String => property.Value.GetString(),
                    _ => property.Value.GetRawText(),
                });
            }
        }
    }

    void Set(string path, string? value)
    {
        var at = Names.IndexOf(path);
        if (at < 0)
        {
            at = Names.Count;
            Names.Add(path);
            Values.Add([.. Enumerable.Repeat<string?>(null, Records)]);
        }
        // Of a field that stands twice the last counts.
        if (Values[at].Count > Records) Values[at][Records] = value;
        else Values[at].Add(value);
    }

    void EndRecord()
    {
        Records++;
        foreach (var column in Values)
            if (column.Count < Records) column.Add(null);
    }

    public static SampleTable FromCsv(string text)
    {
        var (delimiter, rows) = new[] { ',', ';', '\t', '|' }.Select(d => (Delimiter: d, Rows: Split(text, d))).MaxBy(static c => Agreement(c.Rows));
        if (rows.Count == 0) throw new Connectors.ConnectorException(Connectors.Fault.User, "its sample holds no whole record; expected CSV or JSON lines.");
        var width = rows.CountBy(static r => r.Count).MaxBy(static c => c.Value).Key;
        var header = Header(rows);
        // Some programs write row names before the columns and no name above them: then only places tell the columns.
        var hasRowNames = header is not null && width == header.Count + 1 && rows.Count > 1;
        if (header is not null && !hasRowNames) width = rows[0].Count;
        var table = new SampleTable { IsJson = false, Delimiter = delimiter, HasHeader = header is not null && !hasRowNames, Bad = hasRowNames ? 1 : 0 };
        var names = header is null ? [.. Enumerable.Range(1, width).Select(static i => $"c{i}")] : hasRowNames ? header.Prepend("row").ToList() : header;
        foreach (var name in names)
        {
            table.Names.Add(name);
            table.Values.Add([]);
        }
        foreach (var row in rows.Skip(header is null ? 0 : 1))
        {
            if (row.Count != width)
            {
                table.Bad++;
                continue;
            }
            for (var i = 0; i < names.Count; i++) table.Values[i].Add(row[i]);
            table.Records++;
        }
        return table;
    }

    /// <summary>How well a delimiter fits: the share of lines with the commonest number of fields, and more fields are better.</summary>
    static double Agreement(List<List<string?>> rows)
    {
        var commonest = rows.CountBy(static r => r.Count).DefaultIfEmpty().MaxBy(static c => c.Value);
        return commonest.Key <= 1 ? 0 : commonest.Value / (double)rows.Count + Math.Min(commonest.Key, 50) * 0.001;
    }

    /// <summary>A first line of different words, none a number and none found again below it, is a header: its names. Empty ones at its end name nothing; null where it is none.</summary>
    static List<string>? Header(List<List<string?>> rows)
    {
        var last = rows[0].FindLastIndex(static f => !string.IsNullOrWhiteSpace(f));
        var first = rows[0].Take(last + 1).OfType<string>().ToList();
        if (first.Count <= last || first.Count * 2 < rows[0].Count || first.Exists(static f => f.Trim().Length == 0 || f.Length > 100)) return null;
        if (first.Distinct(StringComparer.Ordinal).Count() < first.Count) return null;
        if (first.Exists(static f => char.IsAsciiDigit(f[0]) || f[0] is '-' or '+' or '.' || f.ToLowerInvariant() is "true" or "false")) return null;
        return Enumerable.Range(0, first.Count).Any(i => rows.Skip(1).Any(r => i < r.Count && r[i] == first[i])) ? null : first;
    }

    /// <summary>Records by RFC 4180; an unquoted empty field is null.</summary>
    static List<List<string?>> Split(string text, char delimiter)
    {
        var rows = new List<List<string?>>();
        var row = new List<string?>();
        var field = new StringBuilder();
        bool isQuoted = false, wasQuoted = false;

        void EndField()
        {
            row.Add(field.Length == 0 && !wasQuoted ? null : field.ToString());
            field.Clear();
            wasQuoted = false;
        }

        void EndRow()
        {
            EndField();
            if (row.Count > 1 || row[0] is not null) rows.Add(row);
            row = [];
        }

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted)
            {
                if (c != '"') field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
                else isQuoted = false;
            }
            else if (c == '"' && field.Length == 0) (isQuoted, wasQuoted) = (true, true);
            else if (c == delimiter) EndField();
            else if (c == '\n') EndRow();
            else if (c != '\r' || i + 1 < text.Length && text[i + 1] != '\n') field.Append(c);
        }
        if (field.Length > 0 || row.Count > 0 || wasQuoted) EndRow();
        return rows;
    }
}
