using System.Text.Json.Nodes;

namespace Millrace.Tests.Server;

/// <summary>Reads server-sent events of one connection.</summary>
sealed class EventReader : IDisposable
{
    readonly HttpResponseMessage _response;
    readonly StreamReader _lines;

    EventReader(HttpResponseMessage response, Stream stream) => (_response, _lines) = (response, new(stream));

    public static async Task<EventReader> Open(HttpClient client, string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event: kind, id and data.</summary>
    public async Task<(string Kind, string Id, JsonNode Data)> Next()
    {
        string? kind = null, id = null, data = null;
        while (await _lines.ReadLineAsync() is { } line)
        {
            if (line.Length == 0 && kind is not null) return (kind, id!, JsonNode.Parse(data!)!);
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
        }
        throw new EndOfStreamException();
    }

    /// <summary>Reads events into a table until it is at a version; returns its rows by key.</summary>
    public async Task<SortedDictionary<string, string>> ReadTo(long version, int keyColumns)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string Key(JsonNode row) => string.Join("|", row.AsArray().Take(keyColumns));
        while (true)
        {
            var (kind, _, data) = await Next();
            if (kind == "snapshot") rows.Clear();
            foreach (var row in (data["rows"] ?? data["upserts"])!.AsArray()) rows[Key(row!)] = row!.ToJsonString();
            foreach (var key in data["deletes"]?.AsArray() ?? []) rows.Remove(Key(key!));
            if ((long)data["version"]! >= version) return rows;
        }
    }

    public async Task<bool> IsAtEnd() => await _lines.ReadLineAsync() is null;

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
