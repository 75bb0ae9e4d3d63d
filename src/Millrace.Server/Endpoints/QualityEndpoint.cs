using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Quality;

namespace Millrace.Server.Endpoints;

static class QualityEndpoint
{
    public static void MapQuality(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/quality", static (Served served) => TypedResults.Ok(new QualityAnswer(served.Pipeline.Store.Version, [.. served.Pipeline.Quality.Select(Answer)])))
            .WithSummary("What cleaning did, by source and rule");

    static SourceQualityAnswer Answer(QualityCounters q) => new(q.Source, q.Seen, q.Accepted, q.Undecodable, q.Nulled, q.Duplicates, q.Late, q.DeadLetters, q.Timeless,
        [.. q.Rules.Select(Answer)], [.. q.LateSamples.Select(static s => new LateSampleAnswer(s.View, s.WindowEnd.ToString(), s.Watermark.ToString(), s.Row))]);

    static RuleAnswer Answer(RuleCounters rule)
    {
        // Lanes count on meanwhile: read in the order that keeps passed from being negative.
        var (acted, violated) = (rule.Acted, rule.Violated);
        var seen = rule.Seen;
        return new(rule.Name, rule.On, rule.Action, rule.Predicate, seen, seen - violated, violated, acted);
    }
}
