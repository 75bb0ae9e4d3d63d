using System.Globalization;
using Millrace.Connectors;

namespace Millrace.Stores;

/// <summary>Blobs as files of one folder, each fsynced, with its name, before <see cref="Write"/> returns.</summary>
/// <param name="folder">The folder; created if it is not there.</param>
public sealed class FileBlobStore(string folder) : IBlobStore
{
    /// <inheritdoc/>
    public void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var path = Path.Combine(folder, name);
        var needed = 0L;
        using var rest = pieces.GetEnumerator();
        try
        {
            Durability.CreateFolder(folder);
            using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read))
            {
                for (var at = 0L; rest.MoveNext(); at = needed)
                {
                    needed += rest.Current.Length;
                    RandomAccess.Write(file, rest.Current.Span, at);
                }
                RandomAccess.FlushToDisk(file);
            }
            Durability.SyncFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            while (rest.MoveNext()) needed += rest.Current.Length;
            Delete(name); // a part of it would only take the room that is needed
            throw new ConnectorException(Fault.External, string.Create(CultureInfo.InvariantCulture,
                $"The checkpoint file '{path}' cannot be written: it needs {needed:N0} bytes ({e.Message.TrimEnd('.')}). Free some space or allow writing there, and start again; what was committed is safe."), e);
        }
    }

    /// <inheritdoc/>
    public Blob? Open(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            var length = new FileInfo(path).Length;
            return length == 0 ? new MemoryBlob(default) : new MappedBlob(path, length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(Fault.External, $"The checkpoint file '{path}' cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        try
        {
            File.Delete(Path.Combine(folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only takes room; the next start tries again.
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)] : [];
}
