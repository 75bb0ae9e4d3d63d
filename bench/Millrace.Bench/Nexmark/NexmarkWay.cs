namespace Millrace.Bench.Nexmark;

/// <summary>How events come and what is kept.</summary>
enum NexmarkWay
{
    /// <summary>From columns in memory; results and state are in memory.</summary>
    Columns,
    /// <summary>From JSON lines on disk.</summary>
    Json,
    /// <summary>From columns in memory, with a checkpoint on disk each second.</summary>
    Checkpoints,
}
