using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Millrace.Server.Web;

/// <summary>Serves the dashboard, or says how to build it.</summary>
static class WebEndpoint
{
    const string Missing = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Millrace</title></head>
        <body>
        <h1>The dashboard is not part of this build</h1>
        <p>Build it with <code>npm ci</code> and <code>npm run build</code> in the folder <code>web</code>, then build Millrace again. <code>./millrace</code> does both.</p>
        <p>The API is there: <a href="/api/views">views</a>, <a href="/api/pipeline">pipeline</a>, <a href="/openapi/v1.json">all of it</a>.</p>
        </body>
        </html>
        """;

    public static void MapWeb(this IEndpointRouteBuilder app, WebFiles files)
    {
        app.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, string? path) => ServeAsync(context, files, string.IsNullOrEmpty(path) ? "index.html" : path))
            .ExcludeFromDescription();
    }

    static async Task ServeAsync(HttpContext context, WebFiles files, string path)
    {
        var response = context.Response;
        if (files.Find(path, context.Request.Headers.AcceptEncoding.ToString()) is not { } file)
        {
            if (path != "index.html") throw new RequestProblem(404, $"There is nothing at /{path}. /openapi/v1.json lists what there is.");
            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync(Missing, context.RequestAborted);
            return;
        }
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = file.IsImmutable ? "public, max-age=31536000, immutable" : "no-cache";
        if (files.Varies(path)) response.Headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(file.Tag, StringComparison.Ordinal))
        {
            response.StatusCode = 304;
            return;
        }
        response.ContentType = file.Type;
        response.ContentLength = file.Bytes.Length;
        if (file.Encoding is not null) response.Headers.ContentEncoding = file.Encoding;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(file.Bytes, context.RequestAborted);
    }
}
