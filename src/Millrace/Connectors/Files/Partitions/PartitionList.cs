using System.Text;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>The list of the files that a sink has made, kept beside them, so that the next start can take them away: without it rows of another run would stand among those of this one.</summary>
/// <remarks>A file is listed before it is made. Only what lies in the folder is ever taken away.</remarks>
sealed class PartitionList : IDisposable
{
    readonly string _folder;
    readonly StreamWriter _list;

    /// <param name="folder">The folder of all files.</param>
    /// <param name="sink">Name of the sink.</param>
    public PartitionList(string folder, string sink)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $".{PartitionPath.Encode(Encoding.UTF8.GetBytes(sink))}.files");
        if (File.Exists(path))
            foreach (var line in File.ReadLines(path)) Remove(line);
        _list = new StreamWriter(path, append: false);
    }

    void Remove(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(_folder, relative));
        if (!IsInside(path)) return;
        File.Delete(path);
        for (var folder = Path.GetDirectoryName(path)!; IsInside(folder) && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
            Directory.Delete(folder);
    }

    /// <summary>Whether a full path lies in the folder.</summary>
    public bool IsInside(string path) => path.StartsWith(Path.TrimEndingDirectorySeparator(_folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Notes a file that is about to be made.</summary>
    public void Add(string path)
    {
        _list.WriteLine(Path.GetRelativePath(_folder, path));
        _list.Flush();
    }

    public void Dispose() => _list.Dispose();
}
