using System.Buffers;
using System.Text.Json;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Server.Changes;

/// <summary>The newest rows of a view as one event.</summary>
static class SnapshotEvent
{
    /// <summary>The data of the event, less its opening bracket.</summary>
    public static byte[] Write(IStoreSnapshot snapshot, ViewFeed feed, int limit, MemoryAccountant memory)
    {
        var rows = new ArrayBufferWriter<byte>(4096);
        var ends = new List<int>();
        RowPage.Take(snapshot.Scan(feed.Name, memory, descending: true), (batch, row) =>
        {
            RowJson.WriteRow(batch, row, feed.Columns, rows);
            ends.Add(rows.WrittenCount);
        }, 0, limit, toEnd: false, CancellationToken.None);

        var output = new ArrayBufferWriter<byte>(rows.WrittenCount + 1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", snapshot.Version);
            RowJson.WriteColumns(json, feed.Table.Schema, feed.Columns);
            RowJson.WriteKey(json, feed.Table.Schema, feed.Table.Key, feed.Columns);
            json.WriteBoolean("append", feed.IsAppend);
            json.WriteString("watermark", RowJson.Watermark(snapshot.FrontierOf(feed.Name)));
            json.WriteStartArray("rows");
            for (var i = ends.Count - 1; i >= 0; i--) json.WriteRawValue(rows.WrittenSpan[(i == 0 ? 0 : ends[i - 1])..ends[i]], skipInputValidation: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return output.WrittenSpan[1..].ToArray();
    }
}
