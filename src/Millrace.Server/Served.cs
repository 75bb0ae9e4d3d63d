using Millrace.Data;
using Millrace.Runtime;
using Millrace.Server.Changes;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Server;

/// <summary>What all endpoints share: the pipeline that is served, and where the rows of its answers live meanwhile.</summary>
sealed class Served(IRunningPipeline pipeline, ServerOptions options, ChangeHub changes)
{
    /// <summary>Rows of one answer at most.</summary>
    public const int RowsMax = 10_000;

    /// <summary>Rows of one answer unless asked otherwise.</summary>
    public const int RowsDefault = 1000;

    public IRunningPipeline Pipeline { get; } = pipeline;
    public ChangeHub Changes { get; } = changes;
    public TimeProvider Clock { get; } = options.Clock;

    /// <summary>Where rows of answers are rented.</summary>
    public MemoryAccountant Memory { get; } = new();

    /// <summary>What ad-hoc SQL is resolved against.</summary>
    public CompileOptions Language { get; } = new() { Variables = static _ => null, Secrets = static _ => null, Pipeline = pipeline.Pipeline, Running = () => Running(pipeline, options.Clock) };

    static (IReadOnlyList<OperatorStatus>, TimeSpan) Running(IRunningPipeline pipeline, TimeProvider clock)
    {
        var status = pipeline.Status();
        return (status.Operators, clock.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromMicroseconds(status.Started.Microseconds));
    }

    /// <summary>A table of the store; fails with 404 where there is none.</summary>
    public TableDefinition Table(string name) =>
        Pipeline.Tables.FirstOrDefault(t => t.Name == name)
        ?? throw new RequestProblem(404, $"No materialized view '{name}'. There are: {string.Join(", ", Pipeline.Tables.Select(t => t.Name))}.");
}
