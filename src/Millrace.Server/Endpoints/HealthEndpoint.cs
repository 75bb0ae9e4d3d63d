using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Runtime;

namespace Millrace.Server.Endpoints;

static class HealthEndpoint
{
    public static void MapHealth(this IEndpointRouteBuilder app) => app.MapGet("/healthz", static (Served served) =>
    {
        var status = served.Pipeline.Status();
        return status.State == PipelineState.Failed
            ? TypedResults.Json(new HealthAnswer("failed", status.Error), AnswerJson.Default.HealthAnswer, statusCode: 503)
            : TypedResults.Json(new HealthAnswer("ok", null), AnswerJson.Default.HealthAnswer);
    }).WithSummary("Whether the pipeline is well").Produces<HealthAnswer>().Produces<HealthAnswer>(503);
}
