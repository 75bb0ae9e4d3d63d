using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Hashing;

/// <summary>XXH64: the hash that images of Bloom filters rest on.</summary>
/// <remarks>Yann Collet (2014), xxHash, specification of XXH64.</remarks>
static class XxHash64
{
    const ulong P1 = 11400714785074694791;
    const ulong P2 = 14029467366897019727;
    const ulong P3 = 1609587929392839161;
    const ulong P4 = 9650029242287828579;
    const ulong P5 = 2870177450012600261;

    /// <summary>The hash of 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ulong item, ulong seed) => Scramble(Word(seed + P5 + 8, item));

    /// <summary>The hash of bytes.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var length = (ulong)bytes.Length;
        ulong hash;
        if (bytes.Length >= 32)
        {
            ulong a = seed + P1 + P2, b = seed + P2, c = seed, d = seed - P1;
            for (; bytes.Length >= 32; bytes = bytes[32..])
            {
                a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
                c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
                d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            }
            hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            hash = Fold(Fold(Fold(Fold(hash, a), b), c), d);
        }
        else
        {
            hash = seed + P5;
        }
        hash += length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) hash = Word(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        if (bytes.Length >= 4)
        {
            hash = BitOperations.RotateLeft(hash ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes) * P1, 23) * P2 + P3;
            bytes = bytes[4..];
        }
        foreach (var item in bytes) hash = BitOperations.RotateLeft(hash ^ item * P5, 11) * P1;
        return Scramble(hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Round(ulong state, ulong input) => BitOperations.RotateLeft(state + input * P2, 31) * P1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Fold(ulong hash, ulong state) => (hash ^ Round(0, state)) * P1 + P4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Word(ulong hash, ulong word) => BitOperations.RotateLeft(hash ^ Round(0, word), 27) * P1 + P4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Scramble(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * P2;
        hash = (hash ^ (hash >> 29)) * P3;
        return hash ^ (hash >> 32);
    }
}
