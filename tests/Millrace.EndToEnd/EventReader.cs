using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Millrace.EndToEnd;

/// <summary>Reads server-sent events one by one, as a browser's EventSource does.</summary>
sealed class EventReader : IAsyncDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // against a hang only

    readonly HttpResponseMessage _response;
    readonly IAsyncEnumerator<SseItem<string>> _events;

    EventReader(HttpResponseMessage response, Stream stream) => (_response, _events) = (response, SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator());

    public static async Task<EventReader> OpenAsync(ServedPipeline pipeline, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await pipeline.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    public async Task<Event> NextAsync()
    {
        Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(s_patience), "The stream has ended.");
        var item = _events.Current;
        return new(item.EventType, item.EventId ?? "", JsonElement.Parse(item.Data).GetProperty("version").GetInt64());
    }

    public ValueTask DisposeAsync()
    {
        _response.Dispose(); // the stream is endless: it is broken off, not read to its end
        return ValueTask.CompletedTask;
    }
}
