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
    SealedStream? _sealed;
    GZipStream? _unpacked;
    bool _isAtEnd; // of the packed data
    ConnectorException? _failure; // told once the bytes before it are handed over
    long _offset;
    FileHead _head;

    InputFile(string path, SafeFileHandle handle) =>
        (Path, _handle, _file) = (path, handle, new FileStream(handle, FileAccess.Read, bufferSize: 0));

    public string Path { get; }

    /// <summary>Whether the first bytes are those of gzip.</summary>
    public bool IsPacked => _unpacked is not null;

    /// <summary>How it begins, as far as that was read.</summary>
    public FileHead Head => _head;

    /// <summary>Opens a file behind what was read of it before; null with the problem where it is not that file or has less.</summary>
    /// <param name="path">The file.</param>
    /// <param name="at">Unpacked bytes that were read.</param>
    /// <param name="head">How it began.</param>
    /// <param name="problem">A sentence, or null.</param>
    public static InputFile? TryGoOn(string path, long at, FileHead head, out string? problem)
    {
        problem = null;
        if (!File.Exists(path))
        {
            problem = $"'{path}' is gone, but the checkpoint had read only a part of it ({at:N0} bytes).";
            return null;
        }
        var file = Open(path);
        try
        {
            if (at > 0) problem = file.Skip(at, head);
            if (problem is null) return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Dispose();
        return null;
    }

    string? Skip(long at, FileHead head)
    {
        if (!_file.CanSeek) return $"'{Path}' is no file but a pipe, whose bytes come only once, and the checkpoint had read {at:N0} of them.";
        var chunk = new Chunk(new byte[1 << 16], static _ => { });
        while (IsPacked ? _offset < at : _head.Bytes < head.Bytes)
        {
            // Exactly the head first, so that its checksum is that of as many bytes.
            var wanted = _head.Bytes < head.Bytes ? head.Bytes - _offset : at - _offset;
            chunk.Length = chunk.Bytes.Length - (int)Math.Min(chunk.Bytes.Length, IsPacked ? Math.Min(wanted, at - _offset) : wanted);
            if (Read(chunk) == 0) break;
        }
        var length = IsPacked ? _offset : RandomAccess.GetLength(_handle);
        if (length < at) return $"'{Path}' has {length:N0} bytes now{(IsPacked ? " (unpacked)" : "")}, but the checkpoint had read {at:N0}.";
        if (_head != head && (_head.Bytes >= head.Bytes || !IsPacked)) return $"'{Path}' is not the file that the checkpoint had read: its first {head.Bytes:N0} bytes are others.";
        _offset = at;
        return null;
    }

    void Note(ReadOnlySpan<byte> bytes, long offset)
    {
        if (_head.Bytes == FileHead.MaxBytes || offset > _head.Bytes || offset + bytes.Length <= _head.Bytes) return;
        bytes = bytes[(_head.Bytes - (int)offset)..];
        bytes = bytes[..Math.Min(bytes.Length, FileHead.MaxBytes - _head.Bytes)];
        _head = new(_head.Bytes + bytes.Length, Crc32C.Append(_head.Checksum, bytes));
    }

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
            Note(room[..count], _offset);
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
        Note(room[..total], _offset);
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

    /// <summary>What tells it from other files now; null where that cannot be said, as of a pipe.</summary>
    public FileIdentity? Identity
    {
        get
        {
            try
            {
                return _file.CanSeek ? new(File.GetCreationTimeUtc(_handle), File.GetLastWriteTimeUtc(_handle), RandomAccess.GetLength(_handle)) : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>Whether it is the file at a path, whatever it was called when it was opened. False too where somebody writes to it at the moment.</summary>
    public bool Is(string path) => Compare(path) == true;

    /// <summary>Whether another file stands in its place by now, or it was cut: a rotated log.</summary>
    public bool WasReplaced() => File.Exists(Path) && (Compare(Path) == false || !IsPacked && Identity is { } now && now.Length < _offset);

    /// <summary>Whether it is the file at a path; null where that cannot be said, because it changes or is no plain file.</summary>
    bool? Compare(string path)
    {
        // Times of a file move when it is written to: only what stands still can be compared.
        if (Identity is not { } before) return null;
        try
        {
            var there = FileIdentity.Of(path);
            return Identity != before ? null : there == before;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _file.Dispose();
    }
}
