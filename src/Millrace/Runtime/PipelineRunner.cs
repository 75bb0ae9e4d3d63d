using Millrace.Planning;

namespace Millrace.Runtime;

/// <summary>Starts pipelines.</summary>
public static class PipelineRunner
{
    /// <summary>Opens store, sources and sinks, and starts the lanes.</summary>
    /// <param name="pipeline">What runs.</param>
    /// <param name="options">What it needs.</param>
    /// <param name="stop">Gives up starting; a pipeline that runs is stopped by <see cref="IRunningPipeline.StopAsync"/>.</param>
    /// <exception cref="Connectors.ConnectorException">A source, sink or the store cannot be opened.</exception>
    public static Task<IRunningPipeline> StartAsync(Pipeline pipeline, RunOptions options, CancellationToken stop = default) => throw new NotImplementedException();
}
