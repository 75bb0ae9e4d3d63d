using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Runtime;

namespace Millrace.Server.Ingest;

/// <summary>Bodies of any kind as the records of a source's journal.</summary>
/// <remarks>A body in the journal's own format keeps its bytes; only one in the other format is translated.</remarks>
sealed class Records(IIngest ingest, Options options)
{
    readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>The records so far, each ended by a line feed.</summary>
    public ReadOnlyMemory<byte> Bytes => _output.WrittenMemory;

    bool IsCsv => ingest.Format == "csv";

    /// <summary>Adds a body; returns its number of records.</summary>
    public int Add(ReadOnlyMemory<byte> body, BodyKind kind)
    {
        if (kind == BodyKind.Csv) return IsCsv ? AddCsv(new(body, options)) : AddCsvAsJson(new(body, options));
        if (!IsCsv) return Split(body.Span, kind, _output);
        var lines = new ArrayBufferWriter<byte>();
        var count = Split(body.Span, kind, lines);
        AddJsonAsCsv(lines.WrittenMemory);
        return count;
    }

    static int Split(ReadOnlySpan<byte> body, BodyKind kind, IBufferWriter<byte> output) =>
        kind == BodyKind.JsonLines ? JsonBody.SplitLines(body, output) : JsonBody.Split(body, output);

    int AddCsv(CsvBody csv)
    {
        var from = Array.ConvertAll([.. ingest.Fields], field => Find(csv.Header, field));
        if (Array.TrueForAll(from, i => i < 0)) throw NoField(csv.Header);
        var isInOrder = from.Length == csv.Header.Length && from.Select((i, at) => i == at).All(same => same);
        var count = 0;
        for (; csv.Read(); count++)
        {
            if (isInOrder) _output.Write(csv.Record);
            else
            {
                for (var i = 0; i < from.Length; i++)
                {
                    if (i > 0) _output.Write([csv.Delimiter]);
                    if (from[i] >= 0) _output.Write(csv.Raw(csv.Fields[from[i]]));
                }
            }
            _output.Write("\n"u8);
        }
        return count;
    }

    int AddCsvAsJson(CsvBody csv)
    {
        if (ingest.Fields.Count > 0 && !ingest.Fields.Any(f => Find(csv.Header, f) >= 0)) throw NoField(csv.Header);
        var names = Array.ConvertAll(csv.Header, Encoding.UTF8.GetBytes);
        var count = 0;
        for (; csv.Read(); count++)
        {
            _output.Write("{"u8);
            for (var i = 0; i < names.Length; i++)
            {
                if (i > 0) _output.Write(","u8);
                Values.WriteJsonString(names[i], _output);
                _output.Write(":"u8);
                var field = csv.Fields[i];
                if (field.Length == 0) _output.Write("null"u8);
                else Values.WriteJsonString(csv.Text(field), _output);
            }
            _output.Write("}\n"u8);
        }
        return count;
    }

    void AddJsonAsCsv(ReadOnlyMemory<byte> lines)
    {
        var quote = options.Text("csv.quote", "\"");
        var delimiter = options.Text("csv.delimiter", ",");
        if (delimiter == "\\t") delimiter = "\t";
        while (!lines.IsEmpty)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            using var row = JsonDocument.Parse(lines[..end], new JsonDocumentOptions { MaxDepth = 256 });
            lines = lines[(end + 1)..];
            for (var i = 0; i < ingest.Fields.Count; i++)
            {
                if (i > 0) _output.Write(Encoding.UTF8.GetBytes(delimiter));
                if (Find(row.RootElement, ingest.Fields[i]) is not { } value) continue;
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                var isBare = value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False && !text.Contains(delimiter[0]);
                _output.Write(Encoding.UTF8.GetBytes(isBare ? text : quote + text.Replace(quote, quote + quote) + quote));
            }
            _output.Write("\n"u8);
        }
    }

    /// <summary>The value at a name or a dotted path; null where there is none or it is null.</summary>
    static JsonElement? Find(JsonElement row, string path)
    {
        if (row.ValueKind != JsonValueKind.Object) return null;
        if (Property(row, path) is { } value) return value.ValueKind == JsonValueKind.Null ? null : value;
        var dot = path.IndexOf('.');
        return dot > 0 && Property(row, path[..dot]) is { } inner ? Find(inner, path[(dot + 1)..]) : null;
    }

    static JsonElement? Property(JsonElement row, string name)
    {
        if (row.TryGetProperty(name, out var exact)) return exact;
        foreach (var property in row.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return property.Value;
        return null;
    }

    /// <summary>The place of a name: exactly first, then without regard to case; -1 where there is none.</summary>
    static int Find(string[] header, string name)
    {
        var exact = Array.IndexOf(header, name);
        return exact >= 0 ? exact : Array.FindIndex(header, h => h.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    RequestProblem NoField(string[] header) =>
        new(400, $"The CSV header names {string.Join(", ", header)}; the source has {string.Join(", ", ingest.Fields)}. The first line must name at least one of its fields.");
}

/// <summary>What a body can be.</summary>
enum BodyKind
{
    /// <summary>One object or an array of objects.</summary>
    Json,
    /// <summary>One object a line.</summary>
    JsonLines,
    /// <summary>CSV with a header.</summary>
    Csv,
}
