using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Millrace.Sketches.Hashing;

/// <summary>Text as the bytes that are hashed.</summary>
static class Text
{
    // Texts of up to this many UTF-16 units are encoded on the stack: at most three bytes each.
    const int ShortLength = 256;

    /// <summary>Hashes text as UTF-8, without allocating.</summary>
    public static ulong Murmur(ReadOnlySpan<char> text, ulong seed, out ulong h2)
    {
        if (text.Length <= ShortLength)
        {
            Span<byte> bytes = stackalloc byte[ShortLength * 3];
            return MurmurHash3.Hash(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed, out h2);
        }
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var h1 = MurmurHash3.Hash(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), seed, out h2);
        ArrayPool<byte>.Shared.Return(rented);
        return h1;
    }

    /// <summary>Hashes text as UTF-8, without allocating.</summary>
    public static ulong Xxh(ReadOnlySpan<char> text, ulong seed)
    {
        if (text.Length <= ShortLength)
        {
            Span<byte> bytes = stackalloc byte[ShortLength * 3];
            return XxHash64.Hash(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
        }
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var hash = XxHash64.Hash(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), seed);
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>Hashes text as its UTF-16 units, little-endian, as Apache Druid does.</summary>
    public static ulong MurmurUtf16(ReadOnlySpan<char> text, ulong seed, out ulong h2)
    {
        if (BitConverter.IsLittleEndian) return MurmurHash3.Hash(MemoryMarshal.AsBytes(text), seed, out h2);
        return MurmurHash3.Hash(Encoding.Unicode.GetBytes(text.ToArray()), seed, out h2);
    }
}
