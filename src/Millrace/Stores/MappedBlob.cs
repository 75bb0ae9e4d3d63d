using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Millrace.Stores;

/// <summary>Bytes of a file that the system brings in as they are looked at, and lets go of when memory is short.</summary>
sealed unsafe partial class MappedBlob : Blob
{
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _bytes;

    /// <summary>Maps a file that holds at least one byte.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="length">How long it is.</param>
    public MappedBlob(string path, long length)
    {
        Length = length;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
    }

    public override long Length { get; }

    public override ReadOnlySpan<byte> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, Length);
        return new(_bytes + start, length);
    }

    // The system would let go of the pages when memory is short, but until then they count as the process's.
    internal override void Forget(long start, long length)
    {
        if (OperatingSystem.IsWindows()) return;
        var page = (nuint)Environment.SystemPageSize;
        var (first, last) = (((nuint)_bytes + (nuint)start + page - 1) / page * page, ((nuint)_bytes + (nuint)(start + length)) / page * page);
        if (first < last) _ = Advise(first, last - first, DontNeed);
    }

    const int DontNeed = 4;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);

    public override void Dispose()
    {
        if (_view.SafeMemoryMappedViewHandle.IsClosed) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
