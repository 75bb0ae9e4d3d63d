namespace Millrace.Connectors.Files;

/// <summary>What tells one file from another whatever their names are, as long as nobody writes to it.</summary>
readonly record struct FileIdentity(DateTime Created, DateTime Written, long Length)
{
    /// <summary>That of the file at a path.</summary>
    public static FileIdentity Of(string path)
    {
        var file = new FileInfo(path);
        return new(file.CreationTimeUtc, file.LastWriteTimeUtc, file.Exists ? file.Length : 0);
    }
}

/// <summary>The files that a followed source has found. One that only has another name now, as a log that was rotated, is no new one.</summary>
/// <remarks>Thread-safe: partitions read while further files are looked for.</remarks>
sealed class KnownFiles(IEnumerable<string> paths)
{
    readonly HashSet<string> _paths = new(paths, StringComparer.Ordinal);
    readonly HashSet<FileIdentity> _left = [];
    readonly List<InputFile> _open = [];

    /// <summary>Counts a file as found.</summary>
    public void Know(string path)
    {
        lock (_paths) _paths.Add(path);
    }

    /// <summary>A file is read from now on.</summary>
    public InputFile Opened(InputFile file)
    {
        lock (_paths) _open.Add(file);
        return file;
    }

    /// <summary>Closes a file that is read no further.</summary>
    public void Close(InputFile file)
    {
        lock (_paths)
        {
            _open.Remove(file);
            if (file.Identity is { } identity) _left.Add(identity);
            file.Dispose();
        }
    }

    /// <summary>Whether a file is new; it is known from then on.</summary>
    public bool TakeIfNew(string path)
    {
        lock (_paths)
        {
            if (_paths.Contains(path)) return false;
            if (_open.Any(file => file.Is(path))) return false; // perhaps another next time: somebody may be writing to both
            return _paths.Add(path) && !_left.Contains(FileIdentity.Of(path));
        }
    }
}
