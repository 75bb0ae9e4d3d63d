using System.Numerics;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Frequency;

/// <summary>What stands before the items in an image of frequent items.</summary>
/// <remarks>
/// 0 preamble in longs (1 or 4), 1 version 1, 2 family, 3 lg of the greatest size, 4 lg of the size, 5 flags, 6 unused (16); unless empty: 8 number of items (32),
/// 12 unused (32), 16 total weight, 24 error, 32 counters (64 each), then the items. Languages differ in which flag says empty: both are written, either is read.
/// </remarks>
readonly record struct FrequentPreamble(int LgMaxMapSize, int Items, long Total, long Offset)
{
    const int EmptyFlags = 5;

    /// <summary>Binary logarithm of the table that the items need: what the image says of it is not believed.</summary>
    public int LgNeeded => Math.Min(LgMaxMapSize, Math.Max(FrequentLongs.LeastLgSize, BitOperations.Log2((uint)Items * 4 / 3 + 1) + 1));

    /// <summary>Writes all but counters and items.</summary>
    public static void Write(ref ImageWriter writer, int lgMaxMapSize, int lgSize, int items, long total, long offset)
    {
        Preamble.Write(ref writer, items == 0 ? 1 : 4, 1, Family.Frequency);
        writer.Byte(lgMaxMapSize);
        writer.Byte(lgSize);
        writer.Byte(items == 0 ? EmptyFlags : 0);
        writer.UInt16(0);
        if (items == 0) return;
        writer.Int32(items);
        writer.Int32(0);
        writer.Int64(total);
        writer.Int64(offset);
    }

    /// <summary>Reads it; an empty sketch has no items and no weight.</summary>
    public static FrequentPreamble Read(ref ImageReader reader, int itemSize)
    {
        var preamble = Preamble.Read(ref reader, Family.Frequency);
        preamble.RequireVersion(1, 1);
        var lgMaxMapSize = reader.Byte();
        var lgSize = reader.Byte();
        var isEmpty = (reader.Byte() & EmptyFlags) != 0;
        reader.Skip(2);
        SketchFormatException.ThrowUnless(lgMaxMapSize is >= FrequentLongs.LeastLgSize and <= FrequentLongs.GreatestLgSize && lgSize >= FrequentLongs.LeastLgSize && lgSize <= lgMaxMapSize,
            $"The table has 2^{lgSize} of at most 2^{lgMaxMapSize} slots; {FrequentLongs.LeastLgSize} to {FrequentLongs.GreatestLgSize} are expected.");
        SketchFormatException.ThrowUnless(preamble.Length == (isEmpty ? 1 : 4), $"The preamble has {preamble.Length} longs at byte 0; {(isEmpty ? 1 : 4)} is expected.");
        if (isEmpty) return new(lgMaxMapSize, 0, 0, 0);

        var items = reader.Int32();
        reader.Skip(4);
        var total = reader.Int64();
        var offset = reader.Int64();
        reader.Require(items, 8 + itemSize);
        SketchFormatException.ThrowUnless(items > 0 && items <= 0.75 * (1 << lgMaxMapSize), $"There are {items} items; a table of 2^{lgMaxMapSize} slots has at most three quarters as many.");
        SketchFormatException.ThrowUnless(total >= 0 && offset >= 0 && offset <= total, $"The error {offset} is not between 0 and the total weight {total}.");
        return new(lgMaxMapSize, items, total, offset);
    }

    /// <summary>Reads the counters.</summary>
    public long[] Counters(ref ImageReader reader)
    {
        var counters = new long[Items];
        UInt128 sum = 0;
        reader.Fill<long>(counters);
        foreach (var counter in counters)
        {
            SketchFormatException.ThrowUnless(counter > 0, $"A counter is {counter}; at least 1 is expected.");
            sum += (ulong)counter;
        }
        SketchFormatException.ThrowUnless(sum <= (ulong)Total, $"The counters sum to {sum}, more than the total weight {Total}.");
        return counters;
    }
}
