using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Server.Endpoints;

static class OpenApi
{
    public static void AddMillraceOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options => options.AddDocumentTransformer(static (document, _, _) =>
    {
        document.Info.Title = "Millrace";
        document.Info.Description = "Results of a pipeline as rows and as changes, its figures, and rows for its sources.";
        document.Servers?.Clear();
        return Task.CompletedTask;
    }));
}
