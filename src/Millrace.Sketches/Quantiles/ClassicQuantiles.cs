using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

/// <summary>Images of the classic quantiles sketch of Apache DataSketches (family 8): they can be read and asked, for new data <see cref="KllSketch{T}"/> is smaller and better.</summary>
/// <remarks>
/// Agarwal, Cormode, Huang, Phillips, Wei and Yi (2012), Mergeable Summaries, PODS. A buffer of up to 2k items of weight 1, and for each binary digit of n / 2k that is 1 a
/// sorted level of k items of weight 2, 4, 8 ... Versions 1 to 3, compact and updatable.
/// </remarks>
public static class ClassicQuantiles
{
    const int EmptyFlag = 4, CompactFlag = 8;

    // Image: 0 preamble in longs, 1 version, 2 family, 3 flags, 4 k (16), 6 unused (16), 8 n (64), 16 min, max, (version 1: 8 bytes more), buffer, levels.

    /// <summary>The items of an image with their weights, sorted; null if the sketch was empty.</summary>
    /// <typeparam name="T">double, float, long or string.</typeparam>
    /// <param name="image">An image of a classic quantiles sketch.</param>
    /// <exception cref="SketchFormatException">The image is damaged or of another kind.</exception>
    public static QuantileView<T>? Load<T>(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Quantiles);
        preamble.RequireVersion(1, 3);
        var flags = reader.Byte();
        var k = (int)reader.UInt16();
        reader.Skip(2);
        SketchFormatException.ThrowUnless(k >= 2 && k <= 32768 && BitOperations.IsPow2(k), $"k is {k} at byte 4; a power of two from 2 to 32768 is expected.");
        if ((flags & EmptyFlag) != 0) return null;

        var count = reader.Int64();
        SketchFormatException.ThrowUnless(count is > 0 and < 1L << 48, $"n is {count} at byte 8.");
        var min = Items<T>.Read(ref reader);
        var max = Items<T>.Read(ref reader);
        if (preamble.Version == 1) reader.Skip(8);
        var inBuffer = (int)(count % (2 * k));
        var levels = count / (2 * k);
        var levelCount = levels == 0 ? 0 : BitOperations.Log2((ulong)levels) + 1;
        var retained = inBuffer + (long)BitOperations.PopCount((ulong)levels) * k;
        Items<T>.Require(ref reader, retained);

        // An updatable image has room for the whole buffer, and of numbers perhaps for the levels that are not used.
        var isWhole = preamble.Version != 2 && (flags & CompactFlag) == 0 && levelCount > 0;
        var hasGaps = isWhole && Items<T>.AreNumbers && reader.Remaining >= (2L + levelCount) * k * Unsafe.SizeOf<T>();
        var items = new T[retained];
        var weights = new long[retained];
        Items<T>.Read(ref reader, items.AsSpan(0, inBuffer));
        weights.AsSpan(0, inBuffer).Fill(1);
        for (var i = inBuffer; isWhole && i < 2 * k; i++) Items<T>.Skip(ref reader, 1);
        var at = inBuffer;
        for (var level = 0; level < levelCount; level++)
        {
            if ((levels >> level & 1) == 0)
            {
                if (hasGaps) Items<T>.Skip(ref reader, k);
                continue;
            }
            Items<T>.Read(ref reader, items.AsSpan(at, k));
            weights.AsSpan(at, k).Fill(2L << level);
            at += k;
        }
        Items<T>.RequireBetween(items, ref min, ref max);
        return new QuantileView<T>(items, weights, min, max);
    }
}
