using System.Buffers;
using System.IO.Compression;
using Millrace.Stores;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>The file of one partition: bytes are collected for a commit, then appended at once. It is opened when it is needed and may be closed at any time between two commits.</summary>
/// <param name="path">The full path.</param>
/// <param name="isPacked">Whether it is gz; what stands between two flushes is a member of its own, so that it can be cut there.</param>
/// <param name="isMade">Whether it stands there already, from before a restart.</param>
sealed class PartitionFile(string path, bool isPacked, bool isMade) : IDisposable
{
    FileStream? _file;
    GZipStream? _member;
    bool _isNew; // in a folder that the disk may not know it by yet
    long _before = -1;

    /// <summary>The full path.</summary>
    public string Path => path;

    /// <summary>What the commit at hand adds; null where that is nothing.</summary>
    public ArrayBufferWriter<byte>? Bytes { get; set; }

    /// <summary>Whether a handle of the system is held.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>Whether there is something that the disk may not have yet.</summary>
    public bool IsUnsynced { get; private set; }

    /// <summary>Whether it has been made.</summary>
    public bool IsMade { get; private set; } = isMade;

    /// <summary>Appends the bytes of a commit; until <see cref="Keep"/> they can be cut off again.</summary>
    public void Put()
    {
        Open();
        _before = _file!.Position;
        IsUnsynced = true;
        if (isPacked) _member ??= new(_file, CompressionLevel.Fastest, leaveOpen: true);
        ((Stream?)_member ?? _file).Write(Bytes!.WrittenSpan);
        if (!isPacked) _file.Flush();
    }

    void Open()
    {
        if (_file is not null) return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = new FileStream(path, IsMade ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 12);
        _isNew |= !IsMade;
        IsMade = true;
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>The commit is whole.</summary>
    public void Keep() => _before = -1;

    /// <summary>Takes back what the commit at hand has written. A gz member that was cut could not go on; what is behind the last flush is cut off at the next start.</summary>
    public void Cut()
    {
        if (_before < 0 || isPacked) return;
        try
        {
            Close();
            if (_before == 0) File.Delete(path);
            else
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
                file.SetLength(_before);
            }
        }
        catch (IOException)
        {
            // The first error is the one to tell.
        }
        Keep();
    }

    /// <summary>Waits until the disk has what was written.</summary>
    /// <returns>How long the file is.</returns>
    public long Sync()
    {
        Open();
        EndMember();
        _file!.Flush(flushToDisk: true);
        if (_isNew)
            for (var folder = System.IO.Path.GetDirectoryName(path); folder is not null; folder = System.IO.Path.GetDirectoryName(folder)) Durability.SyncFolder(folder);
        (IsUnsynced, _isNew) = (false, false);
        return _file.Position;
    }

    void EndMember()
    {
        _member?.Dispose();
        _member = null;
    }

    /// <summary>Gives the handle back.</summary>
    public void Close()
    {
        if (_file is null) return;
        try
        {
            EndMember();
        }
        finally
        {
            _file.Dispose();
            _file = null;
        }
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // Whatever could not be written was told before.
        }
    }
}
