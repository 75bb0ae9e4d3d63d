using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Quantiles;

/// <summary>How many items the levels of a <see cref="KllSketch{T}"/> may hold, and the halving of a level.</summary>
static class KllLevels
{
    /// <summary>No level holds fewer.</summary>
    public const int LeastCapacity = 8;

    /// <summary>More levels would need more than 2^60 items.</summary>
    public const int Most = 61;

    /// <summary>Capacity of a level: k at the top, two thirds of it at each level further down, rounded, at least 8.</summary>
    public static int Capacity(int k, int levelCount, int level)
    {
        var depth = levelCount - level - 1;
        // (2/3)^28 of the greatest k is below 8.
        return depth < 28 ? Math.Max(LeastCapacity, (int)((((2L * k) << depth) / Powers[depth] + 1) >> 1)) : LeastCapacity;
    }

    /// <summary>Capacity of all levels together.</summary>
    public static int Capacity(int k, int levelCount)
    {
        var total = 0;
        for (var level = 0; level < levelCount; level++) total += Capacity(k, levelCount, level);
        return total;
    }

    /// <summary>Takes every second item, beginning with number <paramref name="first"/>, 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TakeEveryOther<T>(ReadOnlySpan<T> items, int first, Span<T> target)
    {
        ref var source = ref Unsafe.Add(ref MemoryMarshal.GetReference(items), first);
        ref var taken = ref MemoryMarshal.GetReference(target);
        for (nint i = 0; i < target.Length; i++) Unsafe.Add(ref taken, i) = Unsafe.Add(ref source, 2 * i);
    }

    static readonly long[] Powers = PowersOfThree();

    static long[] PowersOfThree()
    {
        var powers = new long[28];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = 3 * powers[i - 1];
        return powers;
    }
}
