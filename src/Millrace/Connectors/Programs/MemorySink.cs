using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Connectors.Programs;

/// <summary>Keeps what a pipeline writes, as columns, for the program that runs it. Thread-safe; a start without checkpoint empties it, one that goes on from a checkpoint adds to what is there.</summary>
public sealed class MemorySink : IDisposable
{
    readonly Lock _lock = new();
    readonly List<Batch> _changes = [];
    IReadOnlyList<int> _key = [];
    long _version;

    /// <summary>The columns; none before the pipeline has started.</summary>
    public Schema Schema { get; private set; } = Schema.Empty;

    /// <summary>The last version that was written.</summary>
    public long Version
    {
        get
        {
            lock (_lock) return _version;
        }
    }

    /// <summary>All changes so far, in order, with their weights. Each batch has a reference of the caller's: release it.</summary>
    public IReadOnlyList<Batch> Changes()
    {
        lock (_lock) return [.. _changes.Select(static b => b.Retain())];
    }

    /// <summary>The rows that stand after all changes, as .NET values in the order in which they (or their keys) came first.</summary>
    /// <remarks>A row with a key replaces the row of that key; without a key, a row that is taken back takes away one that equals it.</remarks>
    public IReadOnlyList<object?[]> Rows()
    {
        lock (_lock)
        {
            var encoding = new KeyEncoding([.. _key.Count > 0 ? _key : Enumerable.Range(0, Schema.Count)]);
            var rows = new OrderedDictionary<string, List<object?[]>>(StringComparer.Ordinal);
            foreach (var batch in _changes)
                for (var i = 0; i < batch.RowCount; i++)
                {
                    var key = Convert.ToHexString(encoding.Encode(batch, i));
                    var weight = batch.Weights is { } weights ? weights[i] : 1;
                    if (!rows.TryGetValue(key, out var same)) rows.Add(key, same = []);
                    if (_key.Count > 0 || weight < 0) same.RemoveRange(Math.Max(0, same.Count - Math.Max(1, -weight)), Math.Min(same.Count, Math.Max(1, -weight)));
                    for (; weight > 0; weight--) same.Add(RowValues.Read(batch, i));
                }
            return [.. rows.Values.SelectMany(static r => r)];
        }
    }

    /// <summary>Releases what it keeps.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var batch in _changes) batch.Release();
            _changes.Clear();
        }
    }

    internal ISink Start() => new Sink(this);

    // The rows stay when the pipeline ends.
    sealed class Sink(MemorySink memory) : ISink
    {
        public bool IsStaged => false;

        public long AppliedVersion => memory.Version;

        // Of an earlier process nothing is there: the program gets what comes from now on.
        public void Open(Schema schema, IReadOnlyList<int> key, string? position)
        {
            if (position is null) memory.Dispose();
            lock (memory._lock) (memory.Schema, memory._key, memory._version) = (schema, [.. key], position is null ? 0 : memory._version);
        }

        public void Write(IReadOnlyList<Batch> changes, long version)
        {
            lock (memory._lock)
            {
                if (version <= memory._version) return;
                foreach (var batch in changes) memory._changes.Add(batch.Retain());
                memory._version = version;
            }
        }

        public string Flush() => "";

        public void Dispose()
        {
        }
    }
}
