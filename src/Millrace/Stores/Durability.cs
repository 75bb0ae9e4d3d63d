using System.Runtime.InteropServices;

namespace Millrace.Stores;

/// <summary>Makes the names in a folder durable: a file whose bytes are on the disk can still vanish with its entry.</summary>
static partial class Durability
{
    /// <summary>Creates a folder and those that it lies in, each durable; does nothing where it is there.</summary>
    public static void CreateFolder(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path)!;
        CreateFolder(parent);
        Directory.CreateDirectory(path);
        SyncFolder(parent);
    }

    /// <summary>Waits until the disk has the entries of a folder; does nothing on Windows, where the file system does so itself.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(path, 0);
        if (descriptor < 0) return;
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
