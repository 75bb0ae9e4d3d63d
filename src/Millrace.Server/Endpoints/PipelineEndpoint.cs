using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Runtime;
using Millrace.Time;

namespace Millrace.Server.Endpoints;

static class PipelineEndpoint
{
    public static void MapPipeline(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pipeline", static (Served served) => TypedResults.Ok(Answer(served.Pipeline, Timestamp.From(served.Clock.GetUtcNow()))))
            .WithSummary("The graph of the pipeline with its figures");

    static PipelineAnswer Answer(IRunningPipeline pipeline, Timestamp now)
    {
        var status = pipeline.Status();
        return new(status.Version, pipeline.Pipeline.Name, Word(status.State), status.Started.ToString(), status.Error, [.. status.Nodes.Select(n => Answer(n, now, status.State))],
            new(status.MemoryUsedBytes, status.MemoryLimitBytes == long.MaxValue ? null : status.MemoryLimitBytes), new(status.Commits, Finite(status.LastCommitMs), status.CommitInterval.TotalMilliseconds));
    }

    static NodeAnswer Answer(NodeStatus node, Timestamp now, PipelineState state) => new(node.Id, node.Kind, node.Label, node.Detail, node.Inputs, node.RowsIn, node.RowsOut,
        state is PipelineState.Finished or PipelineState.Failed ? 0 : Finite(node.RowsPerSecond), node.BytesIn, node.TotalBytes, RowJson.Watermark(node.Frontier), LagMs(node.Frontier, now), node.Late, node.Errors, node.StateRows,
        node.StateBytes, node.HeldBackBy, Math.Round(Finite(node.TimeShare), 4), Math.Round(Finite(node.BatchRows), 1), [.. node.HotKeys.Select(k => new HotKeyAnswer(k.Key, Math.Round(k.Share, 4)))]);

    /// <summary>Wall clock less watermark, or null where there is none or time has ended.</summary>
    public static long? LagMs(Frontier? frontier, Timestamp now) =>
        frontier is not { Closed: var closed } || closed == Timestamp.MinValue || closed == Timestamp.MaxValue ? null
            : (long)(((Int128)now.Microseconds - closed.Microseconds) / 1000);

    /// <summary>starting, running, paused, finished or failed.</summary>
    public static string Word(PipelineState state) => state switch
    {
        PipelineState.Starting => "starting",
        PipelineState.Running => "running",
        PipelineState.Paused => "paused",
        PipelineState.Finished => "finished",
        _ => "failed",
    };

    static double Finite(double value) => double.IsFinite(value) ? value : 0;
}
