using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Quantiles;

/// <summary>The least and the greatest of a span of numbers.</summary>
static class Extremes<T>
{
    /// <summary>Widens the two ends by all items; false, with the ends as they were, for strings and if one of the items is NaN.</summary>
    public static bool TryWiden(ReadOnlySpan<T> items, ref T min, ref T max)
    {
        if (!Items<T>.AreNumbers) return false;
        var least = min;
        var greatest = max;
        var i = 0;
        if (items.Length >= Vector<T>.Count)
        {
            var least1 = Vector.Create(min);
            var greatest1 = Vector.Create(max);
            var areNumbers = Vector<T>.AllBitsSet;
            ref var first = ref MemoryMarshal.GetReference(items);
            for (; i <= items.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                var some = Vector.LoadUnsafe(ref first, (nuint)i);
                areNumbers &= Vector.Equals(some, some);
                least1 = Vector.MinNative(least1, some);
                greatest1 = Vector.MaxNative(greatest1, some);
            }
            if (!Vector.EqualsAll(areNumbers.As<T, byte>(), Vector<byte>.AllBitsSet)) return false;
            for (var lane = 0; lane < Vector<T>.Count; lane++)
            {
                if (Items<T>.Less(least1[lane], least)) least = least1[lane];
                if (Items<T>.Less(greatest, greatest1[lane])) greatest = greatest1[lane];
            }
        }
        for (; i < items.Length; i++)
        {
            if (!Items<T>.HasPlace(items[i])) return false;
            if (Items<T>.Less(items[i], least)) least = items[i];
            if (Items<T>.Less(greatest, items[i])) greatest = items[i];
        }
        min = least;
        max = greatest;
        return true;
    }
}
