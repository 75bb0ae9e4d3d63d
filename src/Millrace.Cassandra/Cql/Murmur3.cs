using System.Buffers.Binary;
using System.Numerics;

namespace Millrace.Cassandra.Cql;

/// <summary>Where a partition lies on the ring: the token of Cassandra's Murmur3Partitioner.</summary>
/// <remarks>MurmurHash3 (x64, 128 bits, seed 0; Appleby 2011), of which the first half is taken. Cassandra takes the bytes of the tail as signed ones, unlike the original; the servers keep it so for ever.</remarks>
static class Murmur3
{
    const ulong C1 = 0x87c37b91114253d5, C2 = 0x4cf5ad432745937f;

    /// <summary>The token of a partition key's bytes.</summary>
    public static long Token(ReadOnlySpan<byte> key)
    {
        ulong h1 = 0, h2 = 0;
        var rest = key;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            h1 = (BitOperations.RotateLeft(h1 ^ Mix1(BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) + h2) * 5 + 0x52dce729;
            h2 = (BitOperations.RotateLeft(h2 ^ Mix2(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])), 31) + h1) * 5 + 0x38495ab5;
        }
        ulong k1 = 0, k2 = 0;
        for (var i = rest.Length - 1; i >= 8; i--) k2 ^= (ulong)(sbyte)rest[i] << (i - 8) * 8;
        for (var i = Math.Min(rest.Length, 8) - 1; i >= 0; i--) k1 ^= (ulong)(sbyte)rest[i] << i * 8;
        if (rest.Length > 8) h2 ^= Mix2(k2);
        if (rest.Length > 0) h1 ^= Mix1(k1);
        h1 ^= (ulong)key.Length;
        h2 ^= (ulong)key.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        var token = (long)(h1 + h2);
        return token == long.MinValue ? long.MaxValue : token;
    }

    static ulong Mix1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    static ulong Mix2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    static ulong Finish(ulong h)
    {
        h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
        h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
        return h ^ h >> 33;
    }
}
