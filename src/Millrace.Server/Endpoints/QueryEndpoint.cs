using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Server.Endpoints;

static class QueryEndpoint
{
    public static void MapQuery(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/query", AnswerAsync).WithSummary("Rows of a query over stored rows").Accepts<QueryRequest>("application/json").RequireRateLimiting(RequestLimits.Reading);

    static async Task AnswerAsync(HttpContext context, Served served)
    {
        var request = await ReadAsync(context);
        if (string.IsNullOrWhiteSpace(request.Sql)) throw new RequestProblem(400, "The body has no \"sql\". Send {\"sql\":\"SELECT ...\"}.");
        var limit = request.Limit ?? Served.RowsDefault;
        if (limit is < 0 or > Served.RowsMax) throw new RequestProblem(400, $"limit is {limit}; it goes from 0 to {Served.RowsMax}.");

        using var stop = new CancellationTokenSource(QueryLimits.Time, served.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.RequestAborted);
        var body = new ArrayBufferWriter<byte>(16 << 10);
        try
        {
            Run(served, request.Sql, limit, body, both.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw QueryLimits.TooSlow();
        }
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    static async ValueTask<QueryRequest> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType()) throw new RequestProblem(415, "The content type must be application/json.");
        try
        {
            return await context.Request.ReadFromJsonAsync(AnswerJson.Default.QueryRequest, context.RequestAborted) ?? throw new RequestProblem(400, "The body is null. Send {\"sql\":\"SELECT ...\"}.");
        }
        catch (JsonException e)
        {
            throw new RequestProblem(400, $"The body is no {{\"sql\":\"SELECT ...\"}}: {e.Message}");
        }
    }

    static void Run(Served served, string sql, int limit, IBufferWriter<byte> output, CancellationToken stop)
    {
        var started = served.Clock.GetTimestamp();
        using var snapshot = served.Pipeline.Store.Snapshot();
        var result = SqlCompiler.CompileQuery(sql, snapshot.Tables, served.Language);
        if (result.Plan is null) throw SqlProblem.Of("query", result.Diagnostics);
        var columns = RowJson.Visible(result.Schema);

        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteNumber("version", snapshot.Version);
        RowJson.WriteColumns(json, result.Schema, columns);
        json.WriteStartArray("rows");
        var line = new ArrayBufferWriter<byte>();
        var rows = 0;
        RowPage.Take(result.Run(snapshot, served.Memory, served.Clock, stop), (batch, row) =>
        {
            if (rows++ == limit) return; // the one row more that says whether there are more
            line.ResetWrittenCount();
            RowJson.WriteRow(batch, row, columns, line);
            json.WriteRawValue(line.WrittenSpan, skipInputValidation: true);
        }, 0, limit + 1, toEnd: false, stop);
        json.WriteEndArray();
        json.WriteBoolean("truncated", rows > limit);
        json.WriteNumber("elapsedMs", Math.Round(served.Clock.GetElapsedTime(started).TotalMilliseconds, 1));
        json.WriteEndObject();
    }
}
