using Millrace.Data;
using Millrace.Time;

namespace Millrace.Stores;

/// <summary>A store that forgets everything with its process: for tests, simulation and benchmarks.</summary>
/// <remarks>
/// A table is a hash table from encoded key to row image. A commit changes it in place unless a snapshot looks at it: then the table is copied first, so
/// commits are cheap as long as nobody reads between them.
/// </remarks>
public sealed class MemoryStore : IStore
{
    readonly Lock _lock = new();
    readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);
    readonly RowImage _image = new();
    readonly Dictionary<(string Source, int Partition), long> _positions = [];
    readonly List<CheckpointRecord> _checkpoints = [];
    long _version;

    /// <inheritdoc/>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Where the state of checkpoints is kept. Null, as from the start: none is, and every start is a fresh one.</summary>
    public IBlobStore? Blobs { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointRecord> Checkpoints()
    {
        lock (_lock) return [.. _checkpoints.AsEnumerable().Reverse()];
    }

    /// <summary>The position of a partition that the last commits named, or null.</summary>
    public long? PositionOf(string source, int partition) => _positions.TryGetValue((source, partition), out var position) ? position : null;

    /// <inheritdoc/>
    public void Open(IReadOnlyList<TableDefinition> tables, bool fresh)
    {
        lock (_lock)
        {
            if (fresh)
            {
                _tables.Clear();
                _positions.Clear();
                _checkpoints.Clear();
            }
            foreach (var definition in tables)
                _tables[definition.Name] = _tables.TryGetValue(definition.Name, out var known) ? known with { Definition = definition } : new(definition, new([], []), Frontier.Start);
        }
    }

    /// <inheritdoc/>
    public void Commit(StoreCommit commit)
    {
        lock (_lock)
        {
            if (commit.Version != _version + 1) throw new ArgumentException($"Version {commit.Version} does not follow version {_version}.", nameof(commit));
            foreach (var change in commit.Changes) Apply(change);
            foreach (var (name, frontier) in commit.Frontiers)
            {
                if (!_tables.TryGetValue(name, out var table)) continue;
                _tables[name] = table with { Frontier = frontier };
                if (Retention.CutOff(table.Definition, frontier) is { } cutOff) Owned(name).DropBefore(cutOff, table.Definition);
            }
            if (commit.Checkpoint is { } checkpoint)
            {
                _checkpoints.RemoveAll(c => c.Version <= checkpoint.DroppedUpTo);
                _checkpoints.Add(checkpoint);
            }
            foreach (var position in commit.Positions) _positions[(position.Source, position.Partition)] = position.Position;
            Interlocked.Exchange(ref _version, commit.Version);
        }
    }

    void Apply(TableChange change)
    {
        var rows = Owned(change.Table.Name);
        var key = change.Table.Key.IsEmpty ? null : new KeyEncoding(change.Table.Key);
        var byKey = rows.Keyed.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var batch in change.Batches)
            for (var i = 0; i < batch.RowCount; i++)
            {
                if (key is null) rows.Appended.Add(_image.Write(batch, i).ToArray());
                else if (batch.Weights is { } weights && weights[i] < 0) byKey.Remove(key.Encode(batch, i));
                else byKey[key.Encode(batch, i)] = _image.Write(batch, i).ToArray();
            }
        rows.Sorted = null;
    }

    /// <summary>The rows of a table to change: copied first if a snapshot looks at them.</summary>
    Rows Owned(string name)
    {
        var table = _tables[name];
        if (table.Rows.Readers == 0) return table.Rows;
        var copy = new Rows(new(table.Rows.Keyed, KeyComparer.Instance), [.. table.Rows.Appended]);
        _tables[name] = table with { Rows = copy };
        return copy;
    }

    /// <inheritdoc/>
    public IStoreSnapshot Snapshot()
    {
        lock (_lock)
        {
            var tables = _tables.ToDictionary(StringComparer.Ordinal);
            foreach (var table in tables.Values) table.Rows.Readers++;
            return new MemorySnapshot(this, _version, tables);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    sealed record Table(TableDefinition Definition, Rows Rows, Frontier Frontier);

    sealed class Rows(Dictionary<byte[], byte[]> keyed, List<byte[]> appended)
    {
        public Dictionary<byte[], byte[]> Keyed { get; } = keyed.Count == 0 ? new(KeyComparer.Instance) : keyed;
        public List<byte[]> Appended { get; } = appended;
        public int Readers { get; set; }

        /// <summary>The images in key order; made by the first reader.</summary>
        public byte[][]? Sorted { get; set; }

        public int Count => Keyed.Count + Appended.Count;

        public byte[][] InOrder()
        {
            if (Sorted is { } sorted) return sorted;
            if (Appended.Count > 0) return Sorted = [.. Appended];
            var keys = Keyed.Keys.ToArray();
            var images = Keyed.Values.ToArray();
            Array.Sort(keys, images, KeyComparer.Instance);
            return Sorted = images;
        }

        public void DropBefore(Timestamp cutOff, TableDefinition table)
        {
            bool IsOld(byte[] image) => RowImage.TimeOf(image, table.Schema, table.TimeColumn) < cutOff.Microseconds;
            var dropped = Appended.RemoveAll(IsOld);
            foreach (var (key, image) in Keyed)
                if (IsOld(image) && Keyed.Remove(key)) dropped++; // removing while enumerating is allowed
            if (dropped > 0) Sorted = null;
        }
    }

    sealed class MemorySnapshot(MemoryStore store, long version, Dictionary<string, Table> tables) : IStoreSnapshot
    {
        bool _isDisposed;

        public long Version { get; } = version;
        public IReadOnlyList<TableDefinition> Tables { get; } = [.. tables.Values.Select(t => t.Definition)];
        public Frontier FrontierOf(string table) => tables[table].Frontier;
        public long Count(string table) => tables[table].Rows.Count;

        public IEnumerable<Batch> Scan(string table, MemoryAccountant memory, bool descending)
        {
            var images = tables[table].Rows.InOrder();
            var schema = tables[table].Definition.Schema;
            for (var start = 0; start < images.Length; start += memory.BatchRows)
            {
                var batch = memory.RentBatch(schema);
                foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
                for (var i = start; i < Math.Min(images.Length, start + memory.BatchRows); i++) RowImage.Append(images[descending ? images.Length - 1 - i : i], batch);
                yield return batch;
            }
        }

        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            lock (store._lock)
                foreach (var table in tables.Values) table.Rows.Readers--;
        }
    }

    sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>, IComparer<byte[]>
    {
        public static readonly KeyComparer Instance = new();
        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
        public int GetHashCode(byte[] key) => (int)Hash64.Of(key);
        public byte[] Create(ReadOnlySpan<byte> key) => key.ToArray();
        public bool Equals(ReadOnlySpan<byte> key, byte[] other) => key.SequenceEqual(other);
        public int GetHashCode(ReadOnlySpan<byte> key) => (int)Hash64.Of(key);
    }
}
