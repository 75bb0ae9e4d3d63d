using System.Buffers;
using System.IO.Compression;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>The file of one partition: bytes are collected for a commit, then appended at once. It is opened when it is needed and may be closed at any time between two commits.</summary>
/// <param name="path">The full path.</param>
/// <param name="isPacked">Whether it is gz; every opening begins a member of its own.</param>
sealed class PartitionFile(string path, bool isPacked) : IDisposable
{
    FileStream? _file;
    Stream? _output;
    long _before = -1;

    /// <summary>The full path.</summary>
    public string Path => path;

    /// <summary>What the commit at hand adds; null where that is nothing.</summary>
    public ArrayBufferWriter<byte>? Bytes { get; set; }

    /// <summary>Whether a handle of the system is held.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>Whether there is something that the disk may not have yet.</summary>
    public bool IsUnsynced { get; private set; }

    /// <summary>Whether it has been made by this run.</summary>
    public bool IsMade { get; private set; }

    /// <summary>Appends the bytes of a commit; until <see cref="Keep"/> they can be cut off again.</summary>
    /// <param name="syncs">Whether to wait until the disk has them.</param>
    public void Put(bool syncs)
    {
        Open();
        _before = _file!.Position;
        _output!.Write(Bytes!.WrittenSpan);
        _output.Flush();
        _file.Flush(syncs);
        IsUnsynced = !syncs;
    }

    void Open()
    {
        if (_file is not null) return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = new FileStream(path, IsMade ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 12);
        IsMade = true;
        _file.Seek(0, SeekOrigin.End);
        _output = isPacked ? new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true) : _file;
    }

    /// <summary>The commit is whole.</summary>
    public void Keep() => _before = -1;

    /// <summary>Takes back what the commit at hand has written. A gz stream that was cut could not go on; it is left as it is.</summary>
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
    public void Sync()
    {
        if (!IsUnsynced) return;
        Open();
        _output!.Flush();
        _file!.Flush(flushToDisk: true);
        IsUnsynced = false;
    }

    /// <summary>Gives the handle back.</summary>
    public void Close()
    {
        if (_file is null) return;
        try
        {
            if (isPacked) _output!.Dispose();
        }
        finally
        {
            _file.Dispose();
            (_file, _output) = (null, null);
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
