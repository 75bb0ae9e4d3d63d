using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Millrace.Data;

namespace Millrace.Connectors.Files;

/// <summary>A file that is open to read: plain bytes go straight into the chunk, a gz file (known by its first two bytes) is unpacked on the way.</summary>
sealed class InputFile : IDisposable
{
    const int Most = 1 << 20;

    readonly SafeFileHandle _handle;
    readonly FileStream _file; // unbuffered
    readonly DateTime _created;
    SealedStream? _sealed;
    GZipStream? _unpacked;
    bool _isAtEnd; // of the packed data
    ConnectorException? _failure; // told once the bytes before it are handed over
    long _offset;

    InputFile(string path, SafeFileHandle handle) =>
        (Path, _handle, _file, _created) = (path, handle, new FileStream(handle, FileAccess.Read, bufferSize: 0), File.GetCreationTimeUtc(path));

    public string Path { get; }

    /// <summary>Whether the first bytes are those of gzip.</summary>
    public bool IsPacked => _unpacked is not null;

    public static InputFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            var file = new InputFile(path, handle);
            file.Detect();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw Unreadable(path, e);
        }
    }

    static ConnectorException Unreadable(string path, Exception e) => e switch
    {
        UnauthorizedAccessException => new(Fault.User, $"'{path}' cannot be read: {e.Message} Give the user who runs Millrace the right to read it.", e),
        FileNotFoundException or DirectoryNotFoundException => new(Fault.User, $"'{path}' is gone: it was there when the source was opened.", e),
        _ => new(Fault.External, $"'{path}' cannot be read: {e.Message}", e),
    };

    void Detect()
    {
        Span<byte> magic = stackalloc byte[2];
        if (_file.CanSeek && RandomAccess.Read(_handle, magic, 0) == 2 && magic is [0x1F, 0x8B])
            _unpacked = new GZipStream(_sealed = new SealedStream(_file), CompressionMode.Decompress);
    }

    /// <summary>Appends what is there, a megabyte at most.</summary>
    /// <returns>Bytes; 0 at the end.</returns>
    public int Read(Chunk chunk)
    {
        if (_failure is not null) throw _failure;
        var room = chunk.Bytes.AsSpan(chunk.Length);
        if (room.Length > Most) room = room[..Most];
        if (_offset == 0 && !IsPacked) Detect(); // a followed file that was empty
        if (IsPacked) return Unpack(chunk, room);
        try
        {
            var count = RandomAccess.Read(_handle, room, _offset);
            _offset += count;
            chunk.Length += count;
            return count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(Path, e);
        }
    }

    int Unpack(Chunk chunk, Span<byte> room)
    {
        var total = 0;
        try
        {
            while (total < room.Length && !_isAtEnd)
            {
                var count = _unpacked!.Read(room[total..]);
                if (count == 0 || _sealed!.IsAtSeal)
                {
                    // Without having come to the seal, what follows the packed data is something else, which gzip ignores too.
                    _isAtEnd = true;
                    if (_sealed!.IsAtSeal && !EndsWithSeal(room.Slice(total, count))) _failure = Truncated(_offset + total);
                    break;
                }
                total += count;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            _failure = _sealed!.IsAtSeal ? Truncated(_offset + total) : Damaged(_offset + total, e);
        }
        _offset += total;
        chunk.Length += total;
        return total > 0 || _failure is null ? total : throw _failure;
    }

    bool EndsWithSeal(ReadOnlySpan<byte> begin)
    {
        Span<byte> end = stackalloc byte[SealedStream.SealBytes + 1];
        if (begin.Length >= end.Length) return false;
        begin.CopyTo(end);
        var length = begin.Length;
        for (int count; length < end.Length && (count = _unpacked!.Read(end[length..])) > 0;) length += count;
        return SealedStream.IsSeal(end[..length]);
    }

    ConnectorException Truncated(long unpacked) => new(Fault.User,
        $"'{Path}' is a truncated gz file: its {RandomAccess.GetLength(_handle):N0} bytes end in the middle of the packed data, after {unpacked:N0} unpacked bytes. The rows before that were read. Copy the file again.");

    ConnectorException Damaged(long unpacked, Exception e) => new(Fault.User,
        $"'{Path}' is a damaged gz file: near packed byte {_file.Position:N0} of {RandomAccess.GetLength(_handle):N0}, after {unpacked:N0} unpacked bytes: {e.Message} The rows before that were read. Copy the file again.", e);

    /// <summary>Unpacked bytes: exact for a plain file; for a gz file what its last four bytes say (modulo 4 GB, last part alone).</summary>
    public long? UnpackedLength()
    {
        if (!_file.CanSeek) return null; // a named pipe
        var length = RandomAccess.GetLength(_handle);
        if (!IsPacked) return length;
        Span<byte> tail = stackalloc byte[4];
        return length >= 18 && RandomAccess.Read(_handle, tail, length - 4) == 4 ? Math.Max(BinaryPrimitives.ReadUInt32LittleEndian(tail), length) : null;
    }

    /// <summary>Whether another file stands in its place by now, or it was cut: a rotated log.</summary>
    public bool WasReplaced()
    {
        try
        {
            var now = new FileInfo(Path);
            if (!now.Exists) return false;
            return now.CreationTimeUtc != _created || !IsPacked && _file.CanSeek && RandomAccess.GetLength(_handle) < _offset;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _file.Dispose();
    }
}
