namespace Millrace.Stores;

/// <summary>Keeps named bytes: the state of checkpoints, and results that still have to be sent. A name is written once.</summary>
/// <remarks>Thread-safe for different names. Fails with <see cref="Connectors.ConnectorException"/>.</remarks>
public interface IBlobStore
{
    /// <summary>Writes bytes under a new name; when it returns they survive a power cut. A torn remainder of an earlier try is replaced.</summary>
    /// <param name="name">The name.</param>
    /// <param name="pieces">The bytes, each piece valid until the next is asked for.</param>
    void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces);

    /// <summary>The bytes of a name, or null where there are none.</summary>
    Blob? Open(string name);

    /// <summary>Deletes a name; nothing happens where there is none.</summary>
    void Delete(string name);

    /// <summary>The names that are there, torn remainders included.</summary>
    IReadOnlyList<string> List();
}
