using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Stores;

/// <summary>Keeps results: what one commit changes becomes visible at once, under one version number.</summary>
/// <remarks>Written by one thread; read by many, each through a snapshot of its own. Fails with <see cref="Connectors.ConnectorException"/>.</remarks>
public interface IStore : IDisposable
{
    /// <summary>Prepares the tables.</summary>
    /// <param name="tables">What the pipeline has.</param>
    /// <param name="from">The checkpoint to go on from, one of <see cref="Checkpoints"/>: all is as it was when that was committed, and what came later is gone. Null: the pipeline's own tables are emptied.</param>
    /// <remarks>
    /// The version only grows, so a reader never takes one content for another. Where a table starts over (<see cref="TableDefinition.StartsOverAt"/>), the checkpoint that is gone on from stays as it is
    /// given here, and older ones are no longer kept: results cannot go back to what the edit took.
    /// </remarks>
    void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from);

    /// <summary>Applies the changes of one commit in one transaction.</summary>
    void Commit(StoreCommit commit);

    /// <summary>The version that is committed now; 0 before the first.</summary>
    long Version { get; }

    /// <summary>Where the state of checkpoints is kept, or null where this store keeps none: then every start is a fresh one.</summary>
    IBlobStore? Blobs => null;

    /// <summary>The checkpoints that are kept, newest first. Known before <see cref="Open"/>.</summary>
    IReadOnlyList<CheckpointRecord> Checkpoints() => [];

    /// <summary>Opens a view of the version that is committed now; later commits do not change it.</summary>
    IStoreSnapshot Snapshot();
}

/// <summary>The stored rows of one version.</summary>
public interface IStoreSnapshot : IDisposable
{
    /// <summary>Its version.</summary>
    long Version { get; }

    /// <summary>The tables that are there, as they were declared.</summary>
    IReadOnlyList<TableDefinition> Tables { get; }

    /// <summary>The frontier of a table at this version.</summary>
    Frontier FrontierOf(string table);

    /// <summary>Rows of a table in key order; the caller releases each batch.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="descending">From the largest key down.</param>
    IEnumerable<Batch> Scan(string table, MemoryAccountant memory, bool descending = false);

    /// <summary>Number of rows of a table.</summary>
    long Count(string table);
}

/// <summary>A table of the store.</summary>
/// <param name="Name">As in SQL.</param>
/// <param name="Schema">Its columns.</param>
/// <param name="Key">The columns that tell rows apart; empty: rows are only appended and stand in order of arrival.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="TimeColumn">The column that retention goes by, or -1.</param>
/// <param name="Retention">How long rows stay after the watermark has passed them; null = for ever.</param>
public sealed record TableDefinition(string Name, Schema Schema, ImmutableArray<int> Key, TableKind Kind, int TimeColumn = -1, TimeSpan? Retention = null)
{
    /// <summary>Where what computes it begins with nothing though the run goes on from a checkpoint: <see cref="IStore.Open"/> leaves of its rows those whose time is before this, which are final; the minimum = none. Null: it goes on.</summary>
    public Timestamp? StartsOverAt { get; init; }

    /// <summary>The columns that a definition has more than this one, by their places in it; null where it is another table: a column is gone or of another type, or the key is another.</summary>
    public ImmutableArray<int>? AddedBy(TableDefinition wanted)
    {
        if (!Key.Select(k => Schema[k]).SequenceEqual(wanted.Key.Select(k => wanted.Schema[k]))) return null;
        var fields = wanted.Schema.Fields.ToList();
        if (Schema.Fields.Any(f => Schema.Fields.Count(g => g == f) != 1 || fields.Count(g => g == f) != 1)) return Schema.Fields.SequenceEqual(wanted.Schema.Fields) ? [] : null;
        if (!fields.Where(f => Schema.Fields.Contains(f)).SequenceEqual(Schema.Fields)) return null;
        return [.. Enumerable.Range(0, fields.Count).Where(i => !Schema.Fields.Contains(fields[i]))];
    }
}

/// <summary>What a table is for.</summary>
public enum TableKind
{
    /// <summary>A materialized view.</summary>
    View,
    /// <summary><c>dead_letters</c>.</summary>
    DeadLetters,
    /// <summary>A table named by ON LATE ... TO.</summary>
    Late,
}

/// <summary>What one commit changes.</summary>
/// <param name="Version">The new version, one more than the last.</param>
/// <param name="Changes">For each changed table its batches in order, the rows of a keyed table consolidated so that a weight of +1 (or none) is the new row of its key and -1 deletes the key.</param>
/// <param name="Frontiers">For each table the frontier that belongs to this version.</param>
/// <param name="Positions">For each source and partition the position up to which records are in the results.</param>
/// <param name="Checkpoint">What makes this commit one to go on from after a crash; null where the run keeps no state.</param>
public sealed record StoreCommit(long Version, IReadOnlyList<TableChange> Changes, IReadOnlyDictionary<string, Frontier> Frontiers,
    IReadOnlyList<SourcePosition> Positions, CheckpointRecord? Checkpoint = null);

/// <summary>The changes of one table.</summary>
public sealed record TableChange(TableDefinition Table, IReadOnlyList<Batch> Batches);

/// <summary>How far a partition is in the results, and what must be known to go on from there.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Partition">Number of the partition.</param>
/// <param name="Position">Position of the next record: bytes (unpacked) of a partition of bytes, else rows.</param>
/// <param name="Mark">What the source needs besides (<see cref="Connectors.IPartition.Mark"/>), which rarely changes; null = nothing.</param>
/// <param name="Decoder">How its decoder stood there (header, number of the record); null = at the beginning, or there is no decoder.</param>
public sealed record SourcePosition(string Source, int Partition, long Position, string? Mark = null, string? Decoder = null);
