using System.Diagnostics.CodeAnalysis;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Theta;

/// <summary>The parts of an image of a compact theta sketch, versions 1 to 4.</summary>
/// <remarks>
/// All share 8 bytes: words of preamble, version, family, two bytes of old or (version 4) bits per delta and bytes of the count, flags, seed hash.
/// Version 3 with one word is empty or has one hash, with two words is exact, with three has theta. Version 4 has one word, or two with theta, and then
/// the count in as many bytes as it needs and the differences of the sorted hashes, packed. Versions 1 and 2 have no flags and are ordered.
/// </remarks>
readonly ref struct ThetaImage(bool isEmpty, bool isOrdered, ushort seedHash, ulong theta, int count, int entryBits, ReadOnlySpan<byte> entries)
{
    internal const int ReadOnlyFlag = 2, EmptyFlag = 4, CompactFlag = 8, OrderedFlag = 16, SingleFlag = 32;

    public readonly bool IsEmpty = isEmpty;
    public readonly bool IsOrdered = isOrdered;
    public readonly ushort SeedHash = seedHash;
    public readonly ulong Theta = theta;
    public readonly int Count = count;
    public readonly int EntryBits = entryBits;

    /// <summary>The bytes of the hashes, as many as there are; 64 bits each unless they are packed differences.</summary>
    public readonly ReadOnlySpan<byte> Entries = entries;

    public static ThetaImage Parse(ReadOnlySpan<byte> image, ulong seed)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.CompactTheta);
        preamble.RequireVersion(1, 4);
        var third = reader.Byte();
        var fourth = reader.Byte();
        var flags = reader.Byte();
        var seedHash = reader.UInt16();
        return preamble.Version switch
        {
            1 => ParseOld(ref reader, HashSeed.Short(seed), words: 3),
            2 => ParseVersion2(ref reader, seedHash, seed, preamble.Length),
            3 => ParseVersion3(ref reader, seedHash, seed, preamble.Length, flags),
            _ => ParseVersion4(ref reader, seedHash, seed, preamble.Length, third, fourth, flags),
        };
    }

    static ThetaImage Nothing(ushort seedHash) => new(isEmpty: true, isOrdered: true, seedHash, ThetaTable.MaxTheta, 0, 64, []);

    static ThetaImage ParseVersion2(scoped ref ImageReader reader, ushort seedHash, ulong seed, int words)
    {
        HashSeed.Require(seedHash, seed);
        RequireWords(words);
        return words == 1 ? Nothing(seedHash) : ParseOld(ref reader, seedHash, words);
    }

    static ThetaImage ParseOld(scoped ref ImageReader reader, ushort seedHash, int words)
    {
        var count = reader.Int32();
        reader.Skip(4);
        var theta = words == 3 ? ReadTheta(ref reader) : ThetaTable.MaxTheta;
        return Whole(ref reader, isOrdered: true, seedHash, theta, count);
    }

    static ThetaImage ParseVersion3(scoped ref ImageReader reader, ushort seedHash, ulong seed, int words, int flags)
    {
        if ((flags & EmptyFlag) != 0) return Nothing(seedHash);
        HashSeed.Require(seedHash, seed);
        RequireWords(words);
        if (words == 1) return Whole(ref reader, isOrdered: true, seedHash, ThetaTable.MaxTheta, 1);
        var count = reader.Int32();
        reader.Skip(4);
        var theta = words == 3 ? ReadTheta(ref reader) : ThetaTable.MaxTheta;
        return Whole(ref reader, (flags & OrderedFlag) != 0 || count <= 1, seedHash, theta, count);
    }

    static ThetaImage ParseVersion4(scoped ref ImageReader reader, ushort seedHash, ulong seed, int words, int entryBits, int countBytes, int flags)
    {
        if ((flags & EmptyFlag) != 0) return Nothing(seedHash);
        HashSeed.Require(seedHash, seed);
        SketchFormatException.ThrowUnless(words is 1 or 2, $"The preamble has {words} words; it has 1 or 2 in version 4.");
        SketchFormatException.ThrowUnless(entryBits is >= 1 and <= 63, $"A difference takes {entryBits} bits; it takes 1 to 63.");
        SketchFormatException.ThrowUnless(countBytes is >= 1 and <= 4, $"The count takes {countBytes} bytes; it takes 1 to 4.");
        var theta = words == 2 ? ReadTheta(ref reader) : ThetaTable.MaxTheta;
        var count = 0L;
        for (var i = 0; i < countBytes; i++) count |= (long)reader.Byte() << 8 * i;
        SketchFormatException.ThrowUnless(count <= 2L << ThetaTable.MaxLgK, $"The image speaks of {count} hashes; a sketch has at most 2^27.");
        if (count == 0 && theta == ThetaTable.MaxTheta) return Nothing(seedHash);
        var size = (count * entryBits + 7) / 8;
        reader.Require(size);
        return new ThetaImage(isEmpty: false, isOrdered: true, seedHash, theta, (int)count, entryBits, reader.Bytes((int)size));
    }

    static ThetaImage Whole(scoped ref ImageReader reader, bool isOrdered, ushort seedHash, ulong theta, int count)
    {
        if (count == 0 && theta == ThetaTable.MaxTheta) return Nothing(seedHash);
        reader.Require(count, 8);
        return new ThetaImage(isEmpty: false, isOrdered, seedHash, theta, count, 64, reader.Bytes(count * 8));
    }

    static void RequireWords(int words) => SketchFormatException.ThrowUnless(words is >= 1 and <= 3, $"The preamble has {words} words; it has 1 to 3.");

    static ulong ReadTheta(scoped ref ImageReader reader)
    {
        var theta = reader.UInt64();
        SketchFormatException.ThrowUnless(theta is > 0 and <= ThetaTable.MaxTheta, $"Theta is {theta}; it is above 0 and below 2^63.");
        return theta;
    }

    [DoesNotReturn]
    public static void ThrowOrder() => SketchFormatException.Throw("The hashes are not in rising order, or one of them is 0.");
}
