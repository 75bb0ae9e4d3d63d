using System.Collections.Concurrent;

namespace Millrace.Stores;

/// <summary>Blobs in memory: for tests and simulation.</summary>
public sealed class MemoryBlobStore : IBlobStore
{
    readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Write(string name, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var bytes = new byte[pieces.Sum(p => p.Length)];
        var at = 0;
        foreach (var piece in pieces)
        {
            piece.CopyTo(bytes.AsMemory(at));
            at += piece.Length;
        }
        _blobs[name] = bytes;
    }

    /// <inheritdoc/>
    public byte[]? Read(string name) => _blobs.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Delete(string name) => _blobs.TryRemove(name, out _);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. _blobs.Keys.Order(StringComparer.Ordinal)];
}
