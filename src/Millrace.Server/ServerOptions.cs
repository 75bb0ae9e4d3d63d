namespace Millrace.Server;

/// <summary>How the server listens.</summary>
public sealed record ServerOptions
{
    /// <summary>Address to bind to: an IP address or a name of this machine. Default: loopback.</summary>
    public string Host { get; init; } = "127.0.0.1";
    /// <summary>Port; 0 = any free one. Default 8080.</summary>
    public int Port { get; init; } = 8080;
    /// <summary>An origin that may read across origins, e.g. "https://example.org"; null = none.</summary>
    public string? AllowOrigin { get; init; }
    /// <summary>The clock of heart-beats and limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
