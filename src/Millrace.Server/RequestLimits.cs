using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Server;

/// <summary>How many requests of the costly kinds run at once; more wait, and many more are told to come back.</summary>
static class RequestLimits
{
    /// <summary>Requests that read stored rows: 4 at once, 64 wait.</summary>
    public const string Reading = "reading";

    /// <summary>Requests that bring rows: 16 at once, 256 wait.</summary>
    public const string Ingest = "ingest";

    public static void AddRequestLimits(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.AddConcurrencyLimiter(Reading, o => (o.PermitLimit, o.QueueLimit, o.QueueProcessingOrder) = (4, 64, QueueProcessingOrder.OldestFirst));
        limits.AddConcurrencyLimiter(Ingest, o => (o.PermitLimit, o.QueueLimit, o.QueueProcessingOrder) = (16, 256, QueueProcessingOrder.OldestFirst));
        limits.RejectionStatusCode = 429;
        limits.OnRejected = static async (context, _) =>
            await Problems.WriteAsync(context.HttpContext, new(429, "Too many requests at once: try again in a second.") { RetryAfter = TimeSpan.FromSeconds(1) });
    });
}
