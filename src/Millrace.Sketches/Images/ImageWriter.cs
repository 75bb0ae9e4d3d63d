using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Images;

/// <summary>Writes an image of a known size from front to back, little-endian.</summary>
ref struct ImageWriter
{
    readonly byte[] _image;

    /// <summary>Starts an image of a size; its bytes are 0.</summary>
    public ImageWriter(int size) => _image = new byte[size];

    /// <summary>Offset of the next byte.</summary>
    public int Position { get; private set; }

    Span<byte> Next(int count)
    {
        var bytes = _image.AsSpan(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Leaves bytes at 0.</summary>
    public void Skip(int count) => Next(count);

    /// <summary>Writes a byte.</summary>
    public void Byte(int value) => Next(1)[0] = (byte)value;

    /// <summary>Writes 16 bits.</summary>
    public void UInt16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), (ushort)value);

    /// <summary>Writes 32 bits.</summary>
    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Next(4), value);

    /// <summary>Writes 32 bits.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

    /// <summary>Writes 64 bits.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

    /// <summary>Writes 64 bits.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    /// <summary>Writes a number in 4 bytes.</summary>
    public void Single(float value) => BinaryPrimitives.WriteSingleLittleEndian(Next(4), value);

    /// <summary>Writes a number in 8 bytes.</summary>
    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);

    /// <summary>Writes bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    /// <summary>Writes elements: numbers of 1, 2, 4 or 8 bytes.</summary>
    public void All<T>(ReadOnlySpan<T> elements) where T : unmanaged
    {
        var target = MemoryMarshal.Cast<byte, T>(Next(elements.Length * Unsafe.SizeOf<T>()));
        elements.CopyTo(target);
        LittleEndian.Turn(target);
    }

    /// <summary>The image, which must be full.</summary>
    public readonly byte[] Finish()
    {
        Debug.Assert(Position == _image.Length, "An image is as long as it was said to be.");
        return _image;
    }
}
