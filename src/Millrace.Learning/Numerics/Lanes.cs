using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Learning.Numerics;

/// <summary>Loops over rows of numbers, eight at once. Rows are padded to a multiple of eight, so that none has a rest.</summary>
/// <remarks>Always 8 lanes, also where the processor has fewer: sums are then formed in one order everywhere.</remarks>
static class Lanes
{
    /// <summary>Numbers at once.</summary>
    public const int Count = 8;

    /// <summary>Magnitudes above this count as this: squares and their sums stay finite.</summary>
    public const double Largest = 1e100;

    /// <summary>Numbers that a row of a length takes.</summary>
    public static int Padded(int length) => (length + Count - 1) / Count * Count;

    /// <summary>Eight numbers of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> At(ReadOnlySpan<double> row, int i) => Vector512.LoadUnsafe(in MemoryMarshal.GetReference(row), (nuint)i);

    /// <summary>Puts eight numbers into a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(Vector512<double> values, Span<double> row, int i) => values.StoreUnsafe(ref MemoryMarshal.GetReference(row), (nuint)i);

    /// <summary>The value within ±1e100; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Bounded(double value) => value > Largest ? Largest : value < -Largest ? -Largest : value;

    /// <summary>The sum of products.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < a.Length; i += Count) sum += At(a, i) * At(b, i);
        return Vector512.Sum(sum);
    }

    /// <summary>Adds a multiple of one row to another.</summary>
    public static void AddMultiple(Span<double> target, ReadOnlySpan<double> row, double factor)
    {
        var factors = Vector512.Create(factor);
        for (var i = 0; i < target.Length; i += Count) Put(At(target, i) + At(row, i) * factors, target, i);
    }

    /// <summary>Copies a row within ±1e100; what is missing stays NaN, the padding too.</summary>
    public static void CopyBounded(ReadOnlySpan<double> row, Span<double> target)
    {
        for (var i = 0; i < row.Length; i++) target[i] = Bounded(row[i]);
    }

    /// <summary>Copies a row within ±1e100 with 0 for what is missing.</summary>
    public static void CopyDense(ReadOnlySpan<double> row, Span<double> target)
    {
        var i = 0;
        for (; i + Count <= row.Length; i += Count)
        {
            var values = Vector512.Min(Vector512.Max(At(row, i), Vector512.Create(-Largest)), Vector512.Create(Largest));
            Put(Vector512.ConditionalSelect(Vector512.Equals(values, values), values, Vector512<double>.Zero), target, i);
        }
        for (; i < row.Length; i++) target[i] = double.IsNaN(row[i]) ? 0 : Bounded(row[i]);
    }
}
