using Millrace.Stores;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>A store whose commits fail, or are the last thing that the process does. A commit is all or nothing.</summary>
sealed class TroubledStore : IStore
{
    readonly MemoryStore _store;
    readonly Troubles _troubles;

    public TroubledStore(Troubles troubles)
    {
        _troubles = troubles;
        _store = new() { Blobs = new TroubledBlobs(troubles) };
    }

    public long Version => _store.Version;

    public IBlobStore Blobs => _store.Blobs!;

    public IReadOnlyList<CheckpointRecord> Checkpoints() => _store.Checkpoints();

    public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from) => _troubles.Call("the opening of the store", () => _store.Open(tables, from));

    public void Commit(StoreCommit commit) => _troubles.Call($"commit {commit.Version}", () => _store.Commit(commit));

    public IStoreSnapshot Snapshot() => _store.Snapshot();

    public void Dispose() => _store.Dispose();
}

/// <summary>Blobs whose writes fail or are torn.</summary>
sealed class TroubledBlobs(Troubles troubles) : IBlobStore
{
    readonly MemoryBlobStore _blobs = new();

    public void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var bytes = pieces.SelectMany(p => p.ToArray()).ToArray();
        troubles.Call($"the writing of blob {name}", () => _blobs.Write(name, [bytes]), () => _blobs.Write(name, [Torn(bytes)]));
    }

    /// <summary>A beginning of the bytes, or as many with a part that never came to the disk.</summary>
    byte[] Torn(byte[] bytes)
    {
        var cut = troubles.Next(bytes.Length);
        return troubles.Next(2) == 0 ? bytes[..cut] : [.. bytes[..cut], .. new byte[bytes.Length - cut]];
    }

    public Blob? Open(string name) => _blobs.Open(name);

    public void Delete(string name) => troubles.Call($"the deletion of blob {name}", () => _blobs.Delete(name), canFail: false);

    public IReadOnlyList<string> List() => _blobs.List();
}
