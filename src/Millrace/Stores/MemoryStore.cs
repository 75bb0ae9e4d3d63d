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
    readonly List<CheckpointRecord> _checkpoints = []; // oldest first
    readonly List<Undo> _undo = []; // oldest first
    long _version;

    /// <inheritdoc/>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Where the state of checkpoints is kept. Null, as from the start: none is, and every start is a fresh one.</summary>
    public IBlobStore? Blobs { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointRecord> Checkpoints()
    {
        lock (_lock) return [.. Enumerable.Reverse(_checkpoints)];
    }

    /// <summary>The position of a partition that the last commits named, or null.</summary>
    public long? PositionOf(string source, int partition) => _positions.TryGetValue((source, partition), out var position) ? position : null;

    /// <inheritdoc/>
    public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from)
    {
        lock (_lock)
        {
            if (from is null)
            {
                _tables.Clear();
                _positions.Clear();
                _checkpoints.Clear();
                _undo.Clear();
            }
            else if (from.Version < _checkpoints[^1].Version) GoBack(from);
            foreach (var definition in tables)
                _tables[definition.Name] = _tables.TryGetValue(definition.Name, out var known) && definition.StartsOverAt is null ? known with { Definition = definition } : new(definition, new([], []), Frontier.Start);
            if (from is null || tables.All(t => t.StartsOverAt is null)) return;
            _checkpoints.RemoveAll(c => c.Version <= from.Version);
            _checkpoints.Add(from);
            _undo.RemoveAll(u => u.Version <= from.Version);
        }
    }

    /// <inheritdoc/>
    public void Commit(StoreCommit commit)
    {
        lock (_lock)
        {
            if (commit.Version != _version + 1) throw new ArgumentException($"Version {commit.Version} does not follow version {_version}.", nameof(commit));
            if (commit.Checkpoint is { } checkpoint)
            {
                _checkpoints.RemoveAll(c => c.Version <= checkpoint.DroppedUpTo);
                _checkpoints.Add(checkpoint);
                _undo.RemoveAll(u => u.Version <= _checkpoints[0].Version);
                _undo.Add(new(commit.Version, [], []));
            }
            foreach (var change in commit.Changes) Apply(change, commit.Checkpoint is null ? null : _undo[^1]);
            foreach (var (name, frontier) in commit.Frontiers)
                if (_tables.TryGetValue(name, out var table)) _tables[name] = table with { Frontier = frontier };
            foreach (var (name, frontier) in commit.Checkpoint is null ? commit.Frontiers : _checkpoints[0].Frontiers)
                if (_tables.TryGetValue(name, out var table) && Retention.CutOff(table.Definition, frontier) is { } cutOff) Owned(name).DropBefore(cutOff, table.Definition);
            foreach (var position in commit.Positions) _positions[(position.Source, position.Partition)] = position.Position;
            Interlocked.Exchange(ref _version, commit.Version);
        }
    }

    /// <summary>Takes back what came after a checkpoint.</summary>
    void GoBack(CheckpointRecord to)
    {
        for (var i = _undo.Count - 1; i >= 0 && _undo[i].Version > to.Version; i--)
        {
            foreach (var (name, key, image) in Enumerable.Reverse(_undo[i].Before))
            {
                var rows = Owned(name);
                if (image is null) rows.Keyed.Remove(key);
                else rows.Keyed[key] = image;
                rows.Sorted = null;
            }
            foreach (var (name, count) in _undo[i].Appended)
            {
                var rows = Owned(name);
                rows.Appended.RemoveRange(rows.Appended.Count - count, count);
                rows.Sorted = null;
            }
            _undo.RemoveAt(i);
        }
        _checkpoints.RemoveAll(c => c.Version > to.Version);
        foreach (var (name, table) in _tables.ToList()) _tables[name] = table with { Frontier = to.Frontiers.GetValueOrDefault(name, Frontier.Start) };
        _positions.Clear();
        foreach (var position in to.Positions) _positions[(position.Source, position.Partition)] = position.Position;
        Interlocked.Increment(ref _version);
    }

    void Apply(TableChange change, Undo? undo)
    {
        var rows = Owned(change.Table.Name);
        if (undo is not null && change.Table.Key.IsEmpty) undo.Appended.Add((change.Table.Name, change.Batches.Sum(b => b.RowCount)));
        var key = change.Table.Key.IsEmpty ? null : new KeyEncoding(change.Table.Key);
        var byKey = rows.Keyed.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var batch in change.Batches)
            for (var i = 0; i < batch.RowCount; i++)
            {
                if (undo is not null && key is not null)
                {
                    var encoded = key.Encode(batch, i);
                    undo.Before.Add((change.Table.Name, encoded.ToArray(), byKey.TryGetValue(encoded, out var before) ? before : null));
                }
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

    /// <summary>What takes back a commit.</summary>
    /// <param name="Version">Its version.</param>
    /// <param name="Before">The rows that it changed as they were, null where there was none.</param>
    /// <param name="Appended">How many rows it added where there is no key.</param>
    sealed record Undo(long Version, List<(string Table, byte[] Key, byte[]? Image)> Before, List<(string Table, int Count)> Appended);

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
