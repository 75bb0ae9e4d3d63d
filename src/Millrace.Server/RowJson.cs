using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Server;

/// <summary>Rows and columns as JSON, straight from the columns of a batch.</summary>
static class RowJson
{
    /// <summary>All columns of a schema that people are shown: hidden ones serve as keys only.</summary>
    public static int[] Visible(Schema schema) => [.. Enumerable.Range(0, schema.Count).Where(i => !PlanBuilder.IsHidden(schema[i].Name))];

    /// <summary>All columns of a schema.</summary>
    public static int[] All(Schema schema) => [.. Enumerable.Range(0, schema.Count)];

    /// <summary>Writes some values of a row as an array.</summary>
    public static void WriteRow(Batch batch, int row, ReadOnlySpan<int> columns, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        for (var i = 0; i < columns.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            Formats.Values.FormatJson(batch[columns[i]], row, output);
        }
        output.Write("]"u8);
    }

    /// <summary>Writes <c>"columns":[{"name","type"}]</c>.</summary>
    public static void WriteColumns(Utf8JsonWriter json, Schema schema, ReadOnlySpan<int> columns)
    {
        json.WriteStartArray("columns");
        foreach (var i in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", schema[i].Name);
            json.WriteString("type", schema[i].Type.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes <c>"key":[...]</c>: those of the shown columns that tell rows apart.</summary>
    public static void WriteKey(Utf8JsonWriter json, Schema schema, ImmutableArray<int> key, ReadOnlySpan<int> columns)
    {
        json.WriteStartArray("key");
        foreach (var i in key)
            if (columns.Contains(i)) json.WriteStringValue(schema[i].Name);
        json.WriteEndArray();
    }

    /// <summary>A watermark: null before the first one, the end of year 9999 once the stream has ended.</summary>
    public static string? Watermark(Frontier? frontier) => frontier?.Closed switch
    {
        null => null,
        { } closed when closed == Timestamp.MinValue => null,
        { } closed when closed == Timestamp.MaxValue => "9999-12-31T23:59:59.999999Z",
        { } closed => closed.ToString(),
    };
}
