using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Functions;

/// <summary>Writes state as bytes: little-endian, lengths before what varies.</summary>
public sealed class StateWriter
{
    byte[] _bytes = [];

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written, valid until more is.</summary>
    internal ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets what was written.</summary>
    public void Clear() => Length = 0;

    /// <summary>Bytes that it has room for.</summary>
    internal int Capacity => _bytes.Length;

    /// <summary>Forgets what was written, and the room for it where most was not needed.</summary>
    internal void ClearAndTrim(int keep)
    {
        if (_bytes.Length > keep && Length < _bytes.Length / 4) _bytes = [];
        Length = 0;
    }

    /// <summary>Writes a plain value as it lies in memory.</summary>
    public void Write<T>(in T value) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        MemoryMarshal.Write(Room(size), in value);
        Length += size;
    }

    /// <summary>Writes a length and bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes bytes as they are; whoever reads them must know how many.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Overwrites four bytes written before, such as a count known only at the end.</summary>
    public void Patch(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(position), value);

    Span<byte> Room(int size)
    {
        if (Length + size > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(256L, Math.Max(_bytes.Length * 2L, (long)Length + size))));
        return _bytes.AsSpan(Length, size);
    }
}

/// <summary>Reads what a <see cref="StateWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">The bytes end too early or hold an impossible length.</exception>
public ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Reads a plain value.</summary>
    public T Read<T>() where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (_rest.Length < size) throw new InvalidDataException($"State ends after {_rest.Length} of {size} bytes of a {typeof(T).Name}.");
        var value = MemoryMarshal.Read<T>(_rest);
        _rest = _rest[size..];
        return value;
    }

    /// <summary>Goes past some bytes if they come next.</summary>
    public bool TrySkip(ReadOnlySpan<byte> bytes)
    {
        if (!_rest.StartsWith(bytes)) return false;
        _rest = _rest[bytes.Length..];
        return true;
    }

    /// <summary>Reads all that is left.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        var rest = _rest;
        _rest = [];
        return rest;
    }

    /// <summary>Reads a length and bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = Read<int>();
        if ((uint)length > (uint)_rest.Length) throw new InvalidDataException($"State holds a length of {length} with {_rest.Length} bytes left.");
        var bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }
}
