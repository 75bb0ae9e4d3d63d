using Microsoft.AspNetCore.Builder;

namespace Millrace.Server.Security;

/// <summary>Refuses requests that were made for another site.</summary>
static class HostCheck
{
    public static void UseHostCheck(this WebApplication app, HostRules rules) => app.Use((context, next) =>
    {
        var host = context.Request.Headers.Host.ToString();
        if (!rules.IsOwnHost(host)) throw new RequestProblem(403, $"The Host header '{host}' is not this server's. Open it by the address that it printed at its start.");
        var origin = context.Request.Headers.Origin;
        if (origin.Count > 0 && !rules.IsOwnOrigin(origin.ToString(), host))
            throw new RequestProblem(403, $"The Origin '{origin}' is not this server's. A page of another origin may read only where the server was started with --allow-origin.");
        return next(context);
    });
}
