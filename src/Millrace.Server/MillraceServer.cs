using Millrace.Runtime;

namespace Millrace.Server;

/// <summary>How the server listens.</summary>
public sealed record ServerOptions
{
    /// <summary>Address to bind to. Default: loopback.</summary>
    public string Host { get; init; } = "127.0.0.1";
    /// <summary>Port; 0 = any free one. Default 8080.</summary>
    public int Port { get; init; } = 8080;
    /// <summary>An origin that may read across origins; null = none.</summary>
    public string? AllowOrigin { get; init; }
    /// <summary>The clock of heart-beats and limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>REST, HTTP ingest, server-sent events, metrics, health and the dashboard of one running pipeline: docs/reference/rest.md.</summary>
public sealed class MillraceServer : IAsyncDisposable
{
    /// <summary>Binds and starts.</summary>
    /// <exception cref="Connectors.ConnectorException">The port is taken or the address is not this machine's.</exception>
    public static Task<MillraceServer> StartAsync(IRunningPipeline pipeline, ServerOptions options, CancellationToken stop = default) => throw new NotImplementedException();

    /// <summary>Where the dashboard is: http://127.0.0.1:8080/.</summary>
    public Uri Address => throw new NotImplementedException();

    /// <summary>Ends all requests and stops listening.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
