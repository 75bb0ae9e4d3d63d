using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Stores;

namespace Millrace.Server.Endpoints;

static class ViewsEndpoint
{
    public static void MapViews(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/views", static (Served served) => TypedResults.Ok(List(served))).WithSummary("The views, late tables and dead letters").RequireRateLimiting(RequestLimits.Reading);
        app.MapGet("/api/views/{name}", RowsAsync).WithSummary("Rows of a view").RequireRateLimiting(RequestLimits.Reading);
    }

    static readonly string[] s_parameters = ["limit", "offset", "order", "filter", "format"];

    static ViewsAnswer List(Served served)
    {
        using var snapshot = served.Pipeline.Store.Snapshot();
        return new(snapshot.Version, [.. served.Pipeline.Tables.Select(t => Answer(t, snapshot.Count(t.Name)))]);
    }

    static ViewAnswer Answer(TableDefinition table, long rows)
    {
        var visible = RowJson.Visible(table.Schema);
        return new(table.Name, table.Kind switch { TableKind.View => "view", TableKind.Late => "late", _ => "dead_letters" },
            [.. visible.Select(i => new ColumnAnswer(table.Schema[i].Name, table.Schema[i].Type.ToString()))],
            [.. table.Key.Where(visible.Contains).Select(i => table.Schema[i].Name)], rows);
    }

    static async Task RowsAsync(HttpContext context, Served served, string name, int? limit, long? offset, string? order, string? filter, string? format)
    {
        if (context.Request.Query.Keys.FirstOrDefault(static k => !s_parameters.Contains(k)) is { } unknown)
            throw new RequestProblem(400, $"no parameter '{unknown}'; there are {string.Join(", ", s_parameters)}. Rows are chosen by filter, e.g. ?filter=country = 'UK'.");
        var page = new RowPage(served, served.Table(name), Limit(limit), Offset(offset), order, filter);
        if (format is not (null or "json" or "csv")) throw new RequestProblem(400, $"format is '{format}'; there are json and csv.");
        using var stop = new CancellationTokenSource(QueryLimits.Time, served.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.RequestAborted);
        var body = new ArrayBufferWriter<byte>(16 << 10);
        try
        {
            if (format == "csv") page.WriteCsv(body, both.Token);
            else page.WriteJson(body, both.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw QueryLimits.TooSlow();
        }
        context.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8; header=present" : "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    static int Limit(int? limit) => limit switch
    {
        null => Served.RowsDefault,
        >= 0 and <= Served.RowsMax => limit.Value,
        _ => throw new RequestProblem(400, $"limit is {limit}; it goes from 0 to {Served.RowsMax}. Read further pages with offset."),
    };

    static long Offset(long? offset) => offset switch
    {
        null => 0,
        >= 0 => offset.Value,
        _ => throw new RequestProblem(400, $"offset is {offset}; it begins at 0."),
    };
}
