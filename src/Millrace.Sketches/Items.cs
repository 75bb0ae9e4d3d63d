using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Millrace.Sketches.Images;

namespace Millrace.Sketches;

/// <summary>What a sketch needs to know of its items: their order, whether they count, and how they lie in an image.</summary>
/// <remarks>
/// double, float and long in their natural order, without NaN; strings by UTF-16 code units, as UTF-8 behind their length in an image.
/// The JIT compiles one copy for each number type, in which the tests of the type are constants.
/// </remarks>
static class Items<T>
{
    // Strict UTF-8: a damaged image must not load as text that would be saved differently.
    static readonly UTF8Encoding Utf8 = new(false, true);

    /// <summary>Whether items have a fixed size and may be compared by vectors.</summary>
    public static bool AreNumbers => typeof(T) == typeof(double) || typeof(T) == typeof(float) || typeof(T) == typeof(long);

    /// <summary>Throws unless the type is one of the four.</summary>
    public static void RequireSupported()
    {
        if (!AreNumbers && typeof(T) != typeof(string))
            throw new NotSupportedException($"Items are double, float, long or string; {typeof(T).Name} is not supported.");
    }

    /// <summary>Whether a is before b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less(T a, T b)
    {
        if (typeof(T) == typeof(double)) return Unsafe.As<T, double>(ref a) < Unsafe.As<T, double>(ref b);
        if (typeof(T) == typeof(float)) return Unsafe.As<T, float>(ref a) < Unsafe.As<T, float>(ref b);
        if (typeof(T) == typeof(long)) return Unsafe.As<T, long>(ref a) < Unsafe.As<T, long>(ref b);
        return string.CompareOrdinal(Unsafe.As<T, string>(ref a), Unsafe.As<T, string>(ref b)) < 0;
    }

    /// <summary>Whether an item has a place in the order: NaN and null have none and are not counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasPlace(T item)
    {
        if (typeof(T) == typeof(double)) return !double.IsNaN(Unsafe.As<T, double>(ref item));
        if (typeof(T) == typeof(float)) return !float.IsNaN(Unsafe.As<T, float>(ref item));
        return item is not null;
    }

    /// <summary>Some bits of an item, to stir a <see cref="Coin"/> with.</summary>
    public static ulong Bits(T item)
    {
        if (typeof(T) == typeof(double)) return BitConverter.DoubleToUInt64Bits(Unsafe.As<T, double>(ref item));
        if (typeof(T) == typeof(float)) return BitConverter.SingleToUInt32Bits(Unsafe.As<T, float>(ref item));
        if (typeof(T) == typeof(long)) return (ulong)Unsafe.As<T, long>(ref item);
        var text = Unsafe.As<T, string>(ref item);
        return text.Length == 0 ? 0 : (ulong)text.Length << 32 | text[0] | (ulong)text[^1] << 16;
    }

    /// <summary>Whether a span is in ascending order.</summary>
    public static bool AreSorted(ReadOnlySpan<T> items)
    {
        var i = 1;
        if (AreNumbers)
        {
            for (; i <= items.Length - Vector<T>.Count; i += Vector<T>.Count)
                if (Vector.LessThanAny(new Vector<T>(items[i..]), new Vector<T>(items[(i - 1)..]))) return false;
        }
        for (; i < items.Length; i++)
            if (Less(items[i], items[i - 1])) return false;
        return true;
    }

    /// <summary>Bytes that the items take in an image.</summary>
    public static int ImageSize(ReadOnlySpan<T> items)
    {
        if (AreNumbers) return items.Length * Unsafe.SizeOf<T>();
        var size = 0;
        foreach (var item in items) size += 4 + Utf8.GetByteCount(Text(item));
        return size;
    }

    /// <summary>Bytes that an item takes in an image.</summary>
    public static int ImageSize(T item) => ImageSize([item]);

    /// <summary>Bytes of memory behind references; 0 for numbers.</summary>
    public static long TextMemory(ReadOnlySpan<T> items)
    {
        if (AreNumbers) return 0;
        var size = 0L;
        foreach (var item in items)
            if (item is not null) size += 22 + 2 * Text(item).Length;
        return size;
    }

    /// <summary>Writes items.</summary>
    public static void Write(ref ImageWriter writer, scoped ReadOnlySpan<T> items)
    {
        if (typeof(T) == typeof(double)) writer.All(As<double>(items));
        else if (typeof(T) == typeof(float)) writer.All(As<float>(items));
        else if (typeof(T) == typeof(long)) writer.All(As<long>(items));
        else
        {
            foreach (var item in items)
            {
                var bytes = Utf8.GetBytes(Text(item));
                writer.Int32(bytes.Length);
                writer.Bytes(bytes);
            }
        }
    }

    /// <summary>Writes an item.</summary>
    public static void Write(ref ImageWriter writer, T item) => Write(ref writer, [item]);

    /// <summary>Throws unless an image can hold so many items: asked before room for them is made.</summary>
    public static void Require(ref ImageReader reader, long count) => reader.Require(count, AreNumbers ? Unsafe.SizeOf<T>() : 4);

    /// <summary>Fills a span with items from an image; NaN is damage.</summary>
    public static void Read(ref ImageReader reader, scoped Span<T> items)
    {
        if (typeof(T) == typeof(double)) reader.Fill(As<double>(items));
        else if (typeof(T) == typeof(float)) reader.Fill(As<float>(items));
        else if (typeof(T) == typeof(long)) reader.Fill(As<long>(items));
        else
        {
            for (var i = 0; i < items.Length; i++) items[i] = (T)(object)ReadText(ref reader);
        }
        SketchFormatException.ThrowUnless(HavePlaces(items), "An item is NaN, which no sketch keeps.");
    }

    static bool HavePlaces(ReadOnlySpan<T> items)
    {
        var i = 0;
        if (AreNumbers)
        {
            // NaN is not equal to itself.
            for (; i <= items.Length - Vector<T>.Count; i += Vector<T>.Count)
                if (!Vector.EqualsAll(new Vector<T>(items[i..]), new Vector<T>(items[i..]))) return false;
        }
        for (; i < items.Length; i++)
            if (!HasPlace(items[i])) return false;
        return true;
    }

    /// <summary>The next item of an image.</summary>
    public static T Read(ref ImageReader reader)
    {
        T item = default!;
        Read(ref reader, new Span<T>(ref item));
        return item;
    }

    /// <summary>Passes over items of an image.</summary>
    public static void Skip(ref ImageReader reader, int count)
    {
        if (AreNumbers) reader.Skip(count * Unsafe.SizeOf<T>());
        else
            for (var i = 0; i < count; i++) reader.Skip(reader.Int32());
    }

    /// <summary>Numbers of an image must lie between its least and its greatest; texts may have been ordered in another way, and then move the ends.</summary>
    public static void RequireBetween(ReadOnlySpan<T> items, ref T min, ref T max)
    {
        if (AreNumbers && AreBetween(items, min, max)) return;
        foreach (var item in items)
        {
            var isBelow = Less(item, min);
            var isAbove = Less(max, item);
            SketchFormatException.ThrowUnless(!AreNumbers || !isBelow && !isAbove, $"The item {item} is not between min {min} and max {max}.");
            if (isBelow) min = item;
            if (isAbove) max = item;
        }
    }

    static bool AreBetween(ReadOnlySpan<T> items, T min, T max)
    {
        var (least, greatest) = (new Vector<T>(min), new Vector<T>(max));
        var i = 0;
        for (; i <= items.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var some = new Vector<T>(items[i..]);
            if (Vector.LessThanAny(some, least) || Vector.GreaterThanAny(some, greatest)) return false;
        }
        for (; i < items.Length; i++)
            if (Less(items[i], min) || Less(max, items[i])) return false;
        return true;
    }

    static string ReadText(ref ImageReader reader)
    {
        var bytes = reader.Bytes(reader.Int32());
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            SketchFormatException.Throw($"A text that ends at byte {reader.Position} is not UTF-8.");
            return "";
        }
    }

    static string Text(T item) => Unsafe.As<T, string>(ref item);

    static Span<TNumber> As<TNumber>(scoped Span<T> items) => MemoryMarshal.CreateSpan(ref Unsafe.As<T, TNumber>(ref MemoryMarshal.GetReference(items)), items.Length);

    static ReadOnlySpan<TNumber> As<TNumber>(scoped ReadOnlySpan<T> items) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, TNumber>(ref MemoryMarshal.GetReference(items)), items.Length);
}
