using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Millrace.Connectors;
using Millrace.Runtime;

namespace Millrace.Server;

/// <summary>Turns what goes wrong in a request into problem documents.</summary>
static class Problems
{
    public static void UseProblems(this WebApplication app)
    {
        app.Use(AnswerAsync);
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext, new(context.HttpContext.Response.StatusCode, Explain(context.HttpContext))));
    }

    static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await WriteAsync(context, e switch
            {
                RequestProblem problem => problem,
                BadHttpRequestException bad => new(bad.StatusCode, bad.Message),
                QueryException query => new(400, query.Message),
                ConnectorException outside => new(503, outside.Message),
                ObjectDisposedException => new(503, "The pipeline has ended."),
                _ => new(500, $"{e.GetType().Name}: {e.Message}"),
            });
        }
    }

    static string Explain(HttpContext context) => context.Response.StatusCode switch
    {
        404 => $"There is nothing at {context.Request.Path}. /openapi/v1.json lists what there is.",
        405 => $"{context.Request.Path} does not take {context.Request.Method}.",
        415 => "The content type is not supported here.",
        var status => ReasonPhrases.GetReasonPhrase(status),
    };

    public static async Task WriteAsync(HttpContext context, RequestProblem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } wait) response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var answer = new ProblemAnswer("about:blank", ReasonPhrases.GetReasonPhrase(problem.Status), problem.Status, problem.Message, problem.Diagnostics);
        await response.WriteAsJsonAsync(answer, AnswerJson.Default.ProblemAnswer, "application/problem+json", context.RequestAborted);
    }
}
