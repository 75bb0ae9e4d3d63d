using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Millrace.Time;

namespace Millrace.Stores;

/// <summary>What a commit says of itself as a checkpoint: where the state lies that belongs to its results.</summary>
/// <remarks>It commits with the results and positions, or not at all. Everything that is needed to go on stands here or in the blobs that it names.</remarks>
public sealed record CheckpointRecord
{
    /// <summary>The number of the checkpoint: the version of its results.</summary>
    public required long Version { get; init; }

    /// <summary>The clock when its barrier was asked for, in microseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>Checkpoints up to this one are no longer kept.</summary>
    public long DroppedUpTo { get; init; }

    /// <summary>How many lanes wrote it.</summary>
    public required int Lanes { get; init; }

    /// <summary>Whether all sources had ended: there is nothing to go on with, and older checkpoints are dropped.</summary>
    public bool IsFinished { get; init; }

    /// <summary>The blobs whose entries together are the state, newest first.</summary>
    public required ImmutableArray<CheckpointPiece> Chain { get; init; }

    /// <summary>How far each partition is in the results.</summary>
    public required ImmutableArray<SourcePosition> Positions { get; init; }

    /// <summary>Names of states that stand in the chain and were given up when the pipeline was edited.</summary>
    public ImmutableArray<UInt128> GivenUp { get; init; } = [];

    /// <summary>How far time has come in each table.</summary>
    public ImmutableDictionary<string, Frontier> Frontiers { get; init; } = ImmutableDictionary<string, Frontier>.Empty;

    /// <summary>Where sinks stand, by name: those that are written after the commit before its results.</summary>
    public ImmutableDictionary<string, string> Sinks { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Results that have to be sent to sinks after the commit, oldest first.</summary>
    public ImmutableArray<PendingResults> Pending { get; init; } = [];

    /// <summary>The blob that says whose the states are, or null.</summary>
    public string? Plan { get; init; }

    /// <summary>The names of all blobs that it needs.</summary>
    [JsonIgnore]
    public IEnumerable<string> BlobNames => Chain.Select(p => p.Name).Concat(Pending.Select(p => p.Blob)).Concat(Plan is null ? [] : [Plan]);
}

/// <summary>A blob of state.</summary>
/// <param name="Name">Its name in the blob store.</param>
/// <param name="Bytes">Its length.</param>
public sealed record CheckpointPiece(string Name, long Bytes);

/// <summary>Results of one version for a sink that is written after the commit.</summary>
/// <param name="Sink">Its name.</param>
/// <param name="Version">The version.</param>
/// <param name="Blob">The blob that holds them.</param>
public sealed record PendingResults(string Sink, long Version, string Blob);
