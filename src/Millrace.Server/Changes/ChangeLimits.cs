namespace Millrace.Server.Changes;

/// <summary>What readers of changes may cost, all together, and how often they hear.</summary>
sealed record ChangeLimits
{
    /// <summary>Time between two events of a view at least.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary>Silence after which a comment is sent.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Time between two events that say nothing but a new watermark.</summary>
    public TimeSpan FrontierEvery { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>How long a reader may take nothing before its connection is closed.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>How long the changes of a view are kept after its last reader went, so that it can come back.</summary>
    public TimeSpan Warm { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Bytes of recent commits that are kept, of all views.</summary>
    public long RingBytes { get; init; } = 64 << 20;
    /// <summary>Recent commits that are kept, counted once for each view that they change.</summary>
    public int RingCommits { get; init; } = 4096;
    /// <summary>Changed rows of one commit and view past which readers get a new snapshot instead.</summary>
    public int CommitRows { get; init; } = 20_000;
    /// <summary>Bytes of one delta past which a reader gets a new snapshot instead.</summary>
    public int DeltaBytes { get; init; } = 4 << 20;
    /// <summary>Bytes of events that are cached or being written; past it the readers of the oldest are let go.</summary>
    public long EventBytes { get; init; } = 64 << 20;
    /// <summary>Connections that read changes.</summary>
    public int ReadersMax { get; init; } = 4096;
}
