using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Millrace.Server.Changes;

namespace Millrace.Server.Endpoints;

static class ChangesEndpoint
{
    const int ViewsMax = 64;

    public static void MapChanges(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/views/{name}/changes", static (HttpContext context, Served served, string name, int? limit) => ServeAsync(context, served, [name], isNamed: false, limit))
            .WithSummary("Changes of a view as server-sent events");
        app.MapGet("/api/changes", static (HttpContext context, Served served, string? views, int? limit) => ServeAsync(context, served, Split(views), isNamed: true, limit))
            .WithSummary("Changes of several views as server-sent events");
    }

    static string[] Split(string? views)
    {
        var names = (views ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > ViewsMax) throw new RequestProblem(400, $"views must name 1 to {ViewsMax} views, e.g. ?views=a,b.");
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    static async Task ServeAsync(HttpContext context, Served served, IReadOnlyList<string> names, bool isNamed, int? limit)
    {
        if (limit is < 0 or > Served.RowsMax) throw new RequestProblem(400, $"limit is {limit}; it goes from 0 to {Served.RowsMax}.");
        var hub = served.Changes;
        var feeds = names.Select(n => hub.Find(served.Table(n).Name)!).ToArray();
        if (!hub.TryEnter(feeds)) throw new RequestProblem(503, $"{hub.Limits.ReadersMax} connections read changes already.") { RetryAfter = TimeSpan.FromSeconds(10) };
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(hub.Stop, context.RequestAborted);
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null; // our own time-out holds
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            var reader = new ChangeReader(hub, feeds, isNamed, limit ?? Served.RowsDefault, served.Clock);
            reader.Resume(context.Request.Headers["Last-Event-ID"], served.Pipeline.Store.Version);
            await reader.RunAsync(context, stop.Token);
        }
        catch (Exception e) when (context.Response.HasStarted && e is OperationCanceledException or TimeoutException or IOException)
        {
            context.Abort(); // the reader has gone, takes nothing, or the server stops; a browser comes again by itself
        }
        finally
        {
            hub.Leave(feeds);
        }
    }
}
