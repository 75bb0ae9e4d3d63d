using System.Numerics;

namespace Millrace.Sketches.Cpc;

/// <summary>Window and surprises as compressed words.</summary>
/// <remarks>
/// The bytes of the window are sent in the prefix code of their phase. Sorted pairs are sent as distances: between columns in a row in a prefix code, between
/// rows in a Golomb code with a power of 2. Zeros follow, since a reader looks 12 bits ahead.
/// </remarks>
static class CpcCompression
{
    /// <summary>Packs the bytes of a window.</summary>
    public static byte[] PackWindow(ReadOnlySpan<byte> window, PrefixCode code)
    {
        var target = new byte[(window.Length * PrefixCode.MaxLength + 11 + 31) / 32 * 4L];
        var writer = new BitWriter(target);
        foreach (var row in window) code.Write(ref writer, row);
        writer.Finish(11);
        Array.Resize(ref target, writer.Words * 4);
        return target;
    }

    /// <summary>Unpacks a window of a number of rows.</summary>
    public static byte[] UnpackWindow(ReadOnlySpan<byte> packed, int rows, PrefixCode code)
    {
        var window = new byte[rows];
        var reader = new BitReader(packed);
        for (var i = 0; i < window.Length; i++) window[i] = (byte)code.Read(ref reader);
        reader.RequireSound();
        return window;
    }

    /// <summary>Packs sorted pairs.</summary>
    public static byte[] PackPairs(ReadOnlySpan<uint> pairs, int lgK)
    {
        var rowBits = RowBits(lgK, pairs.Length);
        var bits = pairs.Length * (long)(PrefixCode.MaxLength + 1 + rowBits) + ((1L << lgK) >> rowBits) + 10;
        var target = new byte[(bits + 31) / 32 * 4];
        var writer = new BitWriter(target);
        var row = 0U;
        var column = 0;
        foreach (var pair in pairs)
        {
            var rows = (pair >> 6) - row;
            if (rows > 0) column = 0;
            CpcCodes.Columns.Write(ref writer, (int)(pair & 63) - column);
            writer.WriteUnary(rows >> rowBits);
            writer.Write(rows & (1U << rowBits) - 1, rowBits);
            row = pair >> 6;
            column = (int)(pair & 63) + 1;
        }
        writer.Finish(Math.Max(0, 10 - rowBits));
        Array.Resize(ref target, writer.Words * 4);
        return target;
    }

    /// <summary>Unpacks a number of pairs; they rise.</summary>
    public static uint[] UnpackPairs(ReadOnlySpan<byte> packed, int count, int lgK)
    {
        if (count == 0) return [];
        var pairs = new uint[count];
        var rowBits = RowBits(lgK, count);
        var reader = new BitReader(packed);
        var row = 0L;
        var column = 0;
        for (var i = 0; i < pairs.Length; i++)
        {
            var columns = CpcCodes.Columns.Read(ref reader);
            var rows = reader.ReadUnary(1L << lgK) << rowBits;
            rows |= (uint)reader.Read(rowBits);
            if (rows > 0) column = 0;
            row += rows;
            column += columns;
            SketchFormatException.ThrowUnless(row < 1L << lgK && column < 64, $"Pair {i} is row {row} and column {column}, outside the matrix.");
            pairs[i] = (uint)row << 6 | (uint)column++;
        }
        reader.RequireSound();
        return pairs;
    }

    // The low bits of a distance of rows that are sent as they are: about the logarithm of the mean distance.
    static int RowBits(int lgK, int count)
    {
        if (count == 0) return 0;
        var mean = (1UL << lgK) / (ulong)count;
        return mean == 0 ? 0 : BitOperations.Log2(mean);
    }
}
