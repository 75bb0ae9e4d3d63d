using System.Diagnostics;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;
using Millrace.Sketches.Theta;

namespace Millrace.Sketches.Tuple;

// Two formats, told apart by byte 3. Type 1: the preamble of theta, flags in byte 5, then a hash and a summary for each item. Type 3, array of doubles: flags
// in byte 4, numbers an item in byte 5, seed hash, theta, count (32 bits), 4 bytes unused; then all hashes, then the numbers of each item.
public sealed partial class CompactTupleSketch
{
    const int ReadOnlyFlag = 2, EmptyFlag = 4, CompactFlag = 8, OrderedFlag = 16;
    const int ArrayHasItemsFlag = 8;
    const int SummaryType = 1, OldSummaryType = 5, ArrayType = 3;

    /// <summary>The image for a summary of one double as C++ writes it: the preamble of theta, then a hash and a double for each item.</summary>
    public byte[] Save()
    {
        Debug.Assert(IsEmpty || IsEstimate || Count > 0, "A sketch that is not empty and keeps no items is an estimate.");
        var words = IsEstimate ? 3 : Count > 1 ? 2 : 1;
        var writer = new ImageWriter(8 * words + 16 * Count);
        Preamble.Write(ref writer, words, version: 3, Family.Tuple);
        writer.Byte(SummaryType);
        writer.Skip(1);
        writer.Byte(ReadOnlyFlag | CompactFlag | (IsEmpty ? EmptyFlag : 0) | (IsOrdered ? OrderedFlag : 0));
        writer.UInt16(SeedHash);
        if (words > 1)
        {
            writer.Int32(Count);
            writer.Skip(4);
        }
        if (words > 2) writer.UInt64(ThetaBits);
        for (var i = 0; i < _hashes.Length; i++)
        {
            writer.UInt64(_hashes[i]);
            writer.Double(_sums[i]);
        }
        return writer.Finish();
    }

    /// <summary>The image as an array of doubles of one number an item: the one form that Java (and so Druid), C++ and Go all read.</summary>
    public byte[] SaveAsArrayOfDoubles()
    {
        var writer = new ImageWriter(16 + (Count == 0 ? 0 : 8 + 16 * Count));
        Preamble.Write(ref writer, 1, version: 1, Family.Tuple);
        writer.Byte(ArrayType);
        writer.Byte((IsEmpty ? EmptyFlag : 0) | (Count > 0 ? ArrayHasItemsFlag : 0) | (IsOrdered ? OrderedFlag : 0));
        writer.Byte(1);
        writer.UInt16(SeedHash);
        writer.UInt64(ThetaBits);
        if (Count == 0) return writer.Finish();
        writer.Int32(Count);
        writer.Skip(4);
        writer.All<ulong>(_hashes);
        writer.All<double>(_sums);
        return writer.Finish();
    }

    /// <summary>The sketch that an image describes.</summary>
    /// <remarks>Summaries of one number are understood (an int of 32 bits, a double, a double with Java's mode behind it), and arrays of doubles.</remarks>
    /// <param name="image">The image. It is copied, not kept.</param>
    /// <param name="seed">The seed of the hash that it was made with.</param>
    /// <param name="column">Which number of an array of doubles is taken, from 0.</param>
    /// <exception cref="SketchFormatException">The image is damaged, of another kind or of another seed, or has fewer numbers.</exception>
    public static CompactTupleSketch Load(ReadOnlySpan<byte> image, ulong seed = 9001, int column = 0)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Tuple);
        var type = reader.Byte();
        if (type == ArrayType) return LoadArray(ref reader, preamble, seed, column);
        // Version 1 had this layout for C++ alone, as type 5; Java's images of that time name a class instead.
        SketchFormatException.ThrowUnless((preamble.Version, type) is (3, SummaryType) or (1, OldSummaryType), $"The image has version {preamble.Version} and type {type}; 3 and 1, 1 and 5, or 1 and 3 are understood.");
        SketchFormatException.ThrowUnless(preamble.Length is >= 1 and <= 3, $"The preamble has {preamble.Length} words; it has 1 to 3.");
        RequireColumn(column, 1);
        reader.Skip(1);
        var flags = reader.Byte();
        var seedHash = reader.UInt16();
        if ((flags & EmptyFlag) != 0) return Empty(seedHash);
        HashSeed.Require(seedHash, seed);
        var count = 1;
        var theta = ThetaTable.MaxTheta;
        if (preamble.Length > 1)
        {
            count = reader.Int32();
            reader.Skip(4);
        }
        if (preamble.Length > 2) theta = reader.UInt64();
        // The image does not say what its summaries are, but their size does.
        reader.Require(count, 12);
        var width = count == 0 ? 8 : reader.Remaining / count - 8;
        SketchFormatException.ThrowUnless(width is 4 or 8 or 9 && reader.Remaining >= count * (8L + width), $"{count} items have {reader.Remaining} bytes; 12, 16 or 17 each are understood.");
        var hashes = new ulong[count];
        var sums = new double[count];
        for (var i = 0; i < count; i++)
        {
            hashes[i] = reader.UInt64();
            sums[i] = width == 4 ? reader.Int32() : reader.Double();
            reader.Skip(width == 9 ? 1 : 0);
        }
        return Loaded((flags & OrderedFlag) != 0, seedHash, theta, hashes, sums);
    }

    static CompactTupleSketch LoadArray(ref ImageReader reader, Preamble preamble, ulong seed, int column)
    {
        preamble.RequireVersion(1, 1);
        var flags = reader.Byte();
        var columns = reader.Byte();
        var seedHash = reader.UInt16();
        var theta = reader.UInt64();
        RequireColumn(column, columns);
        if ((flags & EmptyFlag) != 0) return Empty(seedHash);
        HashSeed.Require(seedHash, seed);
        var count = 0;
        if ((flags & ArrayHasItemsFlag) != 0)
        {
            count = reader.Int32();
            reader.Skip(4);
            reader.Require(count, 8 * (1 + columns));
        }
        var hashes = new ulong[count];
        reader.Fill<ulong>(hashes);
        var sums = new double[count];
        for (var i = 0; i < count; i++)
        {
            reader.Skip(8 * column);
            sums[i] = reader.Double();
            reader.Skip(8 * (columns - 1 - column));
        }
        return Loaded((flags & OrderedFlag) != 0, seedHash, theta, hashes, sums);
    }

    internal static CompactTupleSketch Empty(ushort seedHash) => new(isEmpty: true, isOrdered: true, seedHash, ThetaTable.MaxTheta, [], []);

    static CompactTupleSketch Loaded(bool isOrdered, ushort seedHash, ulong theta, ulong[] hashes, double[] sums)
    {
        SketchFormatException.ThrowUnless(theta is > 0 and <= ThetaTable.MaxTheta, $"Theta is {theta}; it is above 0 and below 2^63.");
        RequireOrder(isOrdered ? hashes : [.. hashes.Order()], theta);
        return new CompactTupleSketch(hashes.Length == 0 && theta == ThetaTable.MaxTheta, isOrdered, seedHash, theta, hashes, sums);
    }

    static void RequireColumn(int column, int columns) =>
        SketchFormatException.ThrowUnless(column >= 0 && column < columns, $"Number {column} of each item was asked for; the image has {columns}, counted from 0.");

    static void RequireOrder(ReadOnlySpan<ulong> hashes, ulong theta)
    {
        var last = 0UL;
        foreach (var hash in hashes)
        {
            if (hash <= last || hash >= theta) ThetaImage.ThrowOrder();
            last = hash;
        }
    }
}
