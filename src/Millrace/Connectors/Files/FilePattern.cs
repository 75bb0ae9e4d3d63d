using System.IO.Enumeration;

namespace Millrace.Connectors.Files;

/// <summary>The <c>path</c> of a file source: one file, a folder (its files), or a glob with *, ? and ** (folders of any depth).</summary>
/// <remarks>Files come in ordinal order of their path, so that the order never depends on the machine. Names that begin with a dot are left out of folders and globs.</remarks>
sealed class FilePattern(string path, string baseDirectory)
{
    static readonly EnumerationOptions s_all = new() { MatchType = MatchType.Simple, AttributesToSkip = 0, IgnoreInaccessible = false };

    readonly string _full = System.IO.Path.GetFullPath(System.IO.Path.Combine(baseDirectory, path));

    /// <summary>As the user wrote it.</summary>
    public string Path { get; } = path;

    public bool IsGlob => Path.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>Whether more files may come to match.</summary>
    public bool MayGrow => IsGlob || Directory.Exists(_full);

    /// <summary>The files there are now.</summary>
    /// <exception cref="ConnectorException">A folder cannot be read, or a single file is not there.</exception>
    public IReadOnlyList<string> Find()
    {
        try
        {
            var found = IsGlob ? Glob() : Directory.Exists(_full) ? Visible(Directory.EnumerateFiles(_full, "*", s_all)) : File.Exists(_full) ? [_full] : throw Missing();
            return [.. found.Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConnectorException(Fault.User, $"the folder of '{Path}' cannot be read: {e.Message} Give the user who runs Millrace the right to list and enter it.", e);
        }
        catch (IOException e)
        {
            throw new ConnectorException(Fault.External, $"the folder of '{Path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The single file if it is there, else none.</summary>
    public IReadOnlyList<string> FindIfThere() => File.Exists(_full) ? [_full] : [];

    /// <summary>The name of a file that does not change when the whole folder is moved: its path from where the pattern begins, with / between folders.</summary>
    public string NameOf(string path) => System.IO.Path.GetRelativePath(Root(), path).Replace(System.IO.Path.DirectorySeparatorChar, '/');

    /// <summary>The path of a name.</summary>
    public string PathOf(string name) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Root(), name));

    string Root() => IsGlob ? Fixed() : Directory.Exists(_full) ? _full : System.IO.Path.GetDirectoryName(_full)!;

    /// <summary>The error for a pattern that matches nothing.</summary>
    public ConnectorException Empty() => new(Fault.User,
        IsGlob ? $"no file matches '{Path}' (looked for '{_full}').{Near(Fixed())}" : $"the folder '{_full}' (path '{Path}') holds no files. Files whose name begins with a dot do not count.");

    static IEnumerable<string> Visible(IEnumerable<string> paths) => paths.Where(static p => System.IO.Path.GetFileName(p)[0] != '.');

    // The part of a glob before its first wildcard.
    string Fixed()
    {
        var cut = _full.AsSpan().IndexOfAny('*', '?');
        return cut < 0 ? _full : _full[..(_full.LastIndexOf(System.IO.Path.DirectorySeparatorChar, cut) + 1)];
    }

    IEnumerable<string> Glob()
    {
        var root = Fixed();
        var segments = _full[root.Length..].Split(System.IO.Path.DirectorySeparatorChar);
        return Directory.Exists(root) ? Match(root, segments).Distinct(StringComparer.Ordinal) : throw Missing();
    }

    static IEnumerable<string> Match(string folder, ReadOnlyMemory<string> segments)
    {
        var segment = segments.Span[0];
        var rest = segments[1..];
        if (segment == "**")
        {
            if (rest.IsEmpty) return Visible(Directory.EnumerateFiles(folder, "*", s_all)).Concat(Folders(folder).SelectMany(f => Match(f, segments)));
            return Match(folder, rest).Concat(Folders(folder).SelectMany(f => Match(f, segments)));
        }
        bool Fits(string path) => FileSystemName.MatchesSimpleExpression(segment, System.IO.Path.GetFileName(path), ignoreCase: false);
        if (rest.IsEmpty) return Visible(Directory.EnumerateFiles(folder, "*", s_all)).Where(Fits);
        return Folders(folder).Where(Fits).SelectMany(f => Match(f, rest));
    }

    static IEnumerable<string> Folders(string folder) => Visible(Directory.EnumerateDirectories(folder, "*", s_all));

    ConnectorException Missing() => new(Fault.User,
        $"there is no file '{_full}' (path '{Path}', relative to '{System.IO.Path.GetFullPath(baseDirectory)}').{Near(_full)}");

    /// <summary>What of the path is there, and which names come near what is not.</summary>
    static string Near(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var wanted = System.IO.Path.GetFileName(path.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        while (folder is not null && !Directory.Exists(folder)) (wanted, folder) = (System.IO.Path.GetFileName(folder), System.IO.Path.GetDirectoryName(folder));
        if (folder is null || wanted.Length == 0 || System.IO.Path.Exists(System.IO.Path.Combine(folder, wanted))) return "";
        try
        {
            var names = Directory.EnumerateFileSystemEntries(folder).Take(10_000).Select(p => System.IO.Path.GetFileName(p)!);
            var near = Nearest.To(wanted, names, most: 3);
            var missing = System.IO.Path.Combine(folder, wanted) == path ? "" : $" There is no '{wanted}' in '{folder}'.";
            return near.Count == 0 ? missing : $"{missing} Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $" '{folder}' cannot be listed.";
        }
    }
}
