using System.Collections.Concurrent;

namespace Millrace.Stores;

/// <summary>Blobs in memory: for tests and simulation.</summary>
public sealed class MemoryBlobStore : IBlobStore
{
    readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var writer = new Functions.StateWriter();
        foreach (var piece in pieces) writer.WriteRaw(piece.Span);
        _blobs[name] = writer.Written.ToArray();
    }

    /// <inheritdoc/>
    public Blob? Open(string name) => _blobs.TryGetValue(name, out var bytes) ? new MemoryBlob(bytes) : null;

    /// <inheritdoc/>
    public void Delete(string name) => _blobs.TryRemove(name, out _);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. _blobs.Keys.Order(StringComparer.Ordinal)];
}
