using System.Globalization;
using System.Text;
using Millrace.Stores;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>The files that a sink has made and how long each was at every flush, in a hidden file beside them: what a start needs to take them away, or to cut them back to a checkpoint.</summary>
/// <remarks>
/// A line is a length and a relative path; the last line of a path counts. A file is listed before it is made. A position is the number of the list and the bytes of it that counted then;
/// a list that has grown to many times what it says is followed by another, and the one before it is kept for the checkpoint before. Only what lies in the folder is ever touched.
/// </remarks>
sealed class PartitionList : IDisposable
{
    readonly string _folder, _name;
    readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal); // by relative path, as flushed
    FileStream _list;
    long _number;

    /// <param name="folder">The folder of all files, as a full path.</param>
    /// <param name="sink">Name of the sink.</param>
    /// <param name="position">What <see cref="Flush"/> gave, or null to begin anew: then the files of the run before are taken away.</param>
    /// <exception cref="FormatException">The files are not what they were at the position.</exception>
    public PartitionList(string folder, string sink, string? position)
    {
        _folder = folder;
        _name = $".{PartitionPath.Encode(Encoding.UTF8.GetBytes(sink))}.";
        Directory.CreateDirectory(folder);
        if (position is null)
        {
            foreach (var list in Directory.GetFiles(folder, _name + "*.files"))
            {
                foreach (var line in File.ReadLines(list))
                    if (Parse(line) is var (_, path)) Remove(path);
                File.Delete(list);
            }
            _list = new FileStream(ListPath(0), FileMode.Create, FileAccess.Write);
            return;
        }
        if (position.Split(' ') is not [var number, var bytes] || !long.TryParse(number, out _number) || !long.TryParse(bytes, out var length)) throw new FormatException($"'{position}' is no position of this sink");
        if (!File.Exists(ListPath(_number))) throw new FormatException($"the list of files '{ListPath(_number)}' is gone. Put it back, or start anew with --from fresh");
        var text = File.ReadAllBytes(ListPath(_number));
        if (text.Length < length) throw new FormatException($"the list of files '{ListPath(_number)}' has {text.Length} bytes, but the checkpoint has written {length}");
        var later = new HashSet<string>(StringComparer.Ordinal);
        Read(text.AsSpan(0, (int)length), (path, flushed) => _lengths[path] = flushed);
        Read(text.AsSpan((int)length), (path, _) => later.Add(path));
        if (File.Exists(ListPath(_number + 1))) Read(File.ReadAllBytes(ListPath(_number + 1)), (path, _) => later.Add(path));
        foreach (var path in later.Where(p => !_lengths.ContainsKey(p))) Remove(path);
        foreach (var (path, flushed) in _lengths) Cut(path, flushed);
        _list = new FileStream(ListPath(_number), FileMode.Open, FileAccess.Write);
        _list.SetLength(length);
        _list.Seek(0, SeekOrigin.End);
        File.Delete(ListPath(_number + 1));
    }

    /// <summary>Bytes from which on a list may be followed by another.</summary>
    public long RoomyBytes { get; init; } = 1 << 20;

    /// <summary>How many files there are.</summary>
    public int Count => _lengths.Count;

    string ListPath(long number) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_name}{number}.files"));

    static void Read(ReadOnlySpan<byte> text, Action<string, long> take)
    {
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n'))
            if (Parse(line) is var (length, path)) take(path, length);
    }

    static (long Length, string Path)? Parse(string line) =>
        line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at && long.TryParse(line.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? (length, line[(at + 1)..]) : null;

    void Remove(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(_folder, relative));
        if (!IsInside(path)) return;
        File.Delete(path);
        for (var folder = Path.GetDirectoryName(path)!; IsInside(folder) && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
            Directory.Delete(folder);
    }

    void Cut(string relative, long length)
    {
        var path = Path.GetFullPath(Path.Combine(_folder, relative));
        if (!IsInside(path)) throw new FormatException($"the list names '{relative}', which lies outside of the folder");
        if (!File.Exists(path)) throw new FormatException($"'{path}' is gone, but the checkpoint has written {length} bytes into it. Put it back, or start anew with --from fresh");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        if (file.Length < length) throw new FormatException($"'{path}' has {file.Length} bytes, but the checkpoint has written {length}. Put back the file as it was, or start anew with --from fresh");
        if (file.Length > length) file.SetLength(length);
    }

    /// <summary>Whether a full path lies in the folder.</summary>
    public bool IsInside(string path) => path.StartsWith(Path.TrimEndingDirectorySeparator(_folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Whether a file stands there already.</summary>
    public bool Has(string path) => _lengths.ContainsKey(Path.GetRelativePath(_folder, path));

    /// <summary>Notes a file that is about to be made.</summary>
    public void Add(string path)
    {
        Write(path, 0);
        _list.Flush();
    }

    void Write(string path, long length)
    {
        var relative = Path.GetRelativePath(_folder, path);
        _lengths[relative] = length;
        WriteLine(relative, length);
    }

    void WriteLine(string relative, long length) => _list.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {relative}\n")));

    /// <summary>Notes how long files are now that the disk has them, and waits until it has that too.</summary>
    /// <returns>The position.</returns>
    public string Flush(IEnumerable<(string Path, long Length)> files)
    {
        if (_list.Length > RoomyBytes && _list.Length > 2000L * _lengths.Count) Renew();
        foreach (var (path, length) in files) Write(path, length);
        _list.Flush(flushToDisk: true);
        Durability.SyncFolder(_folder);
        return string.Create(CultureInfo.InvariantCulture, $"{_number} {_list.Position}");
    }

    /// <summary>Goes on in a list that says each length once.</summary>
    void Renew()
    {
        File.Delete(ListPath(_number - 1));
        _list.Dispose();
        _list = new FileStream(ListPath(++_number), FileMode.Create, FileAccess.Write);
        foreach (var (path, length) in _lengths) WriteLine(path, length);
    }

    public void Dispose() => _list.Dispose();
}
