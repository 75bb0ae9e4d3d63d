using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Server.Security;

/// <summary>Headers that keep a browser from running or leaking anything that is not ours.</summary>
static class SecurityHeaders
{
    const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="app">Where they are added to every answer.</param>
    /// <param name="isShared">Whether another origin may read.</param>
    public static void UseSecurityHeaders(this WebApplication app, bool isShared) => app.Use((context, next) =>
    {
        // At the last moment, so that an answer that was begun and given up has them too.
        context.Response.OnStarting(static state =>
        {
            var (headers, isShared) = ((IHeaderDictionary, bool))state;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (!isShared) headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, (context.Response.Headers, isShared));
        return next(context);
    });
}
