using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Millrace.Runtime;
using Millrace.Server.Ingest;

namespace Millrace.Server.Endpoints;

static class IngestEndpoint
{
    const long BodyMaxBytes = 16 << 20;
    const int KeyMax = 256;

    public static void MapIngest(this IEndpointRouteBuilder app) =>
        app.MapPost("/ingest/{source}", TakeAsync).WithSummary("Rows for an http source").Produces<IngestAnswer>().RequireRateLimiting(RequestLimits.Ingest);

    static async Task<IResult> TakeAsync(HttpContext context, Served served, string source)
    {
        var pipeline = served.Pipeline;
        if (pipeline.Ingest(source) is not { } ingest)
        {
            var others = pipeline.Pipeline.Sources.Where(s => pipeline.Ingest(s.Name) is not null).Select(s => s.Name).ToList();
            throw new RequestProblem(404, $"No http source '{source}'. " + (others.Count == 0 ? "The file declares none." : $"There are: {string.Join(", ", others)}."));
        }
        var options = pipeline.Pipeline.Sources.First(s => s.Name == source).Options;
        var kind = Kind(context.Request);
        var key = Key(context.Request);
        var body = await RequestBytes.ReadAsync(context, options.Integer("http.body_max_bytes", BodyMaxBytes));
        var records = new Records(ingest, options);
        var count = records.Add(body, kind);
        if (count == 0) return TypedResults.Ok(new IngestAnswer(0, null, false));
        try
        {
            var receipt = await ingest.AppendAsync(records.Bytes, count, key, context.RequestAborted);
            return TypedResults.Ok(new IngestAnswer(receipt.Accepted, receipt.Position, receipt.Repeated));
        }
        catch (JournalFullException e)
        {
            throw new RequestProblem(429, e.Message) { RetryAfter = e.RetryAfter };
        }
    }

    static BodyKind Kind(HttpRequest request)
    {
        var known = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (known && type!.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new RequestProblem(415, $"The character set is {type.Charset}; it must be utf-8.");
        return known ? type!.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => BodyKind.Json,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" => BodyKind.JsonLines,
            "text/csv" => BodyKind.Csv,
            _ => throw Unsupported(request),
        } : throw Unsupported(request);
    }

    static RequestProblem Unsupported(HttpRequest request) =>
        new(415, $"The content type is '{request.ContentType}'; it must be application/json, application/x-ndjson or text/csv.");

    static string? Key(HttpRequest request)
    {
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0) return null;
        if (key.Length > KeyMax || key.Any(c => c is < ' ' or > '~')) throw new RequestProblem(400, $"Idempotency-Key must be 1 to {KeyMax} printable ASCII characters.");
        return key;
    }
}
