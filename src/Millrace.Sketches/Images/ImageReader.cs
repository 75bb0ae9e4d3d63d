using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Images;

/// <summary>Reads an image from front to back, little-endian; a read beyond its end is a <see cref="SketchFormatException"/>.</summary>
/// <remarks>Before an array is made for what an image says it holds, <see cref="Require"/> compares that with the bytes that are left.</remarks>
ref struct ImageReader(ReadOnlySpan<byte> image)
{
    readonly ReadOnlySpan<byte> _image = image;

    /// <summary>Offset of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _image.Length - Position;

    /// <summary>The whole image.</summary>
    public readonly ReadOnlySpan<byte> Image => _image;

    /// <summary>Throws if fewer than <paramref name="count"/> elements of a size are left; counts as an image says them, so also negative ones.</summary>
    public readonly void Require(long count, int elementSize = 1)
    {
        if (count < 0 || count > Remaining / elementSize)
            SketchFormatException.Throw($"The image ends after {_image.Length} bytes; {count} elements of {elementSize} bytes were expected from byte {Position} on.");
    }

    /// <summary>The next bytes, not copied.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        Require(count);
        var bytes = _image.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(int count) => Bytes(count);

    /// <summary>The next byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>The next 16 bits.</summary>
    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    /// <summary>The next 32 bits.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    /// <summary>The next 32 bits, unsigned.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>The next 64 bits.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>The next 64 bits, unsigned.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    /// <summary>The next 4 bytes as a number.</summary>
    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));

    /// <summary>The next 8 bytes as a number.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    /// <summary>Fills a span with the next elements: numbers of 1, 2, 4 or 8 bytes.</summary>
    public void Fill<T>(Span<T> target) where T : unmanaged
    {
        Require(target.Length, Unsafe.SizeOf<T>());
        Bytes(target.Length * Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.AsBytes(target));
        LittleEndian.Turn(target);
    }
}
