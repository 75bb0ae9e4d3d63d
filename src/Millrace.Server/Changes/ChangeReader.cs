using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Millrace.Server.Endpoints;

namespace Millrace.Server.Changes;

/// <summary>One connection that reads the changes of one or more views as server-sent events.</summary>
/// <param name="hub">What readers share.</param>
/// <param name="feeds">The views.</param>
/// <param name="isNamed">Whether each event says its view.</param>
/// <param name="limit">Rows of a snapshot at most.</param>
/// <param name="clock">Of heart-beats and time-outs.</param>
sealed class ChangeReader(ChangeHub hub, IReadOnlyList<ViewFeed> feeds, bool isNamed, int limit, TimeProvider clock)
{
    const int Piece = 16 << 10; // what is handed to the connection at once, so that a reader that stalls costs no more

    readonly long[] _positions = [.. feeds.Select(_ => -1L)];

    /// <summary>Takes up where an earlier connection was: an id of this run, or a bare version.</summary>
    public void Resume(string? lastEventId, long version)
    {
        if (string.IsNullOrEmpty(lastEventId)) return;
        var at = lastEventId.IndexOf('@');
        if (at >= 0 && lastEventId[(at + 1)..] != hub.Run) return;
        var versions = (at >= 0 ? lastEventId[..at] : lastEventId).Split(',');
        if (versions.Length != feeds.Count) return;
        for (var i = 0; i < versions.Length; i++)
            if (long.TryParse(versions[i], NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position <= version) _positions[i] = position;
    }

    /// <summary>Writes until the pipeline ends or the reader goes.</summary>
    public async Task RunAsync(HttpContext context, CancellationToken stop)
    {
        var output = context.Response.BodyWriter;
        output.Write("retry: 2000\n\n"u8);
        await FlushAsync(output, CancellationToken.None, stop);
        while (true)
        {
            var (beat, ended, version) = hub.Now();
            for (var i = 0; i < feeds.Count; i++)
            {
                if (hub.Next(feeds[i], _positions[i], limit) is not { } payload) continue;
                try
                {
                    _positions[i] = payload.Version;
                    await WriteAsync(output, payload.Kind, isNamed ? feeds[i].Name : null, payload.Data, payload.Dropped, stop);
                }
                finally
                {
                    hub.GiveBack(payload);
                }
            }
            if (ended is { } state)
            {
                var data = Encoding.UTF8.GetBytes($"\"version\":{version},\"state\":\"{PipelineEndpoint.Word(state)}\"}}");
                await WriteAsync(output, "end", null, data, CancellationToken.None, stop);
                return;
            }
            try
            {
                await beat.WaitAsync(hub.Limits.Heartbeat, clock, stop);
            }
            catch (TimeoutException)
            {
                output.Write(": heartbeat\n\n"u8);
                await FlushAsync(output, CancellationToken.None, stop);
            }
        }
    }

    async ValueTask WriteAsync(PipeWriter output, string kind, string? view, ReadOnlyMemory<byte> data, CancellationToken dropped, CancellationToken stop)
    {
        var name = view is null ? "" : $"\"view\":{System.Text.Json.JsonSerializer.Serialize(view, AnswerJson.Default.String)},";
        output.Write(Encoding.UTF8.GetBytes($"event: {kind}\nid: {string.Join(',', _positions)}@{hub.Run}\ndata: {{{name}"));
        for (; data.Length > Piece; data = data[Piece..])
        {
            output.Write(data.Span[..Piece]);
            await FlushAsync(output, dropped, stop);
        }
        output.Write(data.Span);
        output.Write("\n\n"u8);
        await FlushAsync(output, dropped, stop);
    }

    /// <summary>Waits until the connection has taken what was written; fails where that takes too long.</summary>
    async ValueTask FlushAsync(PipeWriter output, CancellationToken dropped, CancellationToken stop)
    {
        var flush = output.FlushAsync(stop);
        if (flush.IsCompletedSuccessfully)
        {
            if (flush.Result.IsCompleted) throw new OperationCanceledException("The reader has gone.");
            return;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(dropped, stop);
        var result = await flush.AsTask().WaitAsync(hub.Limits.WriteTimeout, clock, either.Token);
        if (result.IsCompleted) throw new OperationCanceledException("The reader has gone.");
    }
}
