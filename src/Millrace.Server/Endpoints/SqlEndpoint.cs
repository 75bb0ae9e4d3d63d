using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Millrace.Server.Endpoints;

static class SqlEndpoint
{
    public static void MapSql(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/sql", static (Served served) => TypedResults.Ok(new SqlAnswer(served.Pipeline.Pipeline.Path, served.Pipeline.Pipeline.Text)))
            .WithSummary("The SQL file that runs");
}
