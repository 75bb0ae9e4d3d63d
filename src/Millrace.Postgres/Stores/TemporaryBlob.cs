using System.IO.MemoryMappedFiles;
using Millrace.Stores;

namespace Millrace.Postgres.Stores;

/// <summary>Bytes in a temporary file, gone with the blob; the system brings in what is looked at.</summary>
sealed unsafe class TemporaryBlob : Blob
{
    readonly FileStream _file = new(Path.Combine(Path.GetTempPath(), "millrace-" + Guid.NewGuid().ToString("N") + ".blob"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    MemoryMappedFile? _map;
    MemoryMappedViewAccessor? _view;
    byte* _bytes;
    long _length;

    public void Add(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <summary>Ends the writing.</summary>
    public TemporaryBlob Open()
    {
        _file.Flush();
        _length = _file.Length;
        _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
        return this;
    }

    public override long Length => _length;

    public override ReadOnlySpan<byte> Slice(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, _length);
        ObjectDisposedException.ThrowIf(_view!.SafeMemoryMappedViewHandle.IsClosed, this);
        return new(_bytes + start, length);
    }

    public override void Dispose()
    {
        if (_view is { SafeMemoryMappedViewHandle.IsClosed: false })
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map!.Dispose();
        }
        _file.Dispose();
    }
}
