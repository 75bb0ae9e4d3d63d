using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Expressions.Kernels;

/// <summary>Equality or order, for values and for vectors (a mask of all ones where it holds).</summary>
internal interface IComparison
{
    static abstract Vector<T> Vector<T>(Vector<T> a, Vector<T> b) where T : unmanaged;
    static abstract bool Scalar<T>(T a, T b) where T : unmanaged, IComparable<T>;
    /// <summary>Whether it holds for texts that compare like this.</summary>
    static abstract bool Holds(int order);
}

/// <summary>a = b. NaN equals NaN, as in PostgreSQL and in keys.</summary>
internal readonly struct EqualTo : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b) where T : unmanaged
    {
        var equal = System.Numerics.Vector.Equals(a, b);
        if (typeof(T) == typeof(double)) equal |= ~(System.Numerics.Vector.Equals(a, a) | System.Numerics.Vector.Equals(b, b));
        return equal;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Scalar<T>(T a, T b) where T : unmanaged, IComparable<T> => a.CompareTo(b) == 0;

    public static bool Holds(int order) => order == 0;
}

/// <summary>a &lt; b. NaN is greater than every number, as in PostgreSQL.</summary>
internal readonly struct LessThan : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Vector<T>(Vector<T> a, Vector<T> b) where T : unmanaged
    {
        var less = System.Numerics.Vector.LessThan(a, b);
        if (typeof(T) == typeof(double)) less |= System.Numerics.Vector.Equals(a, a) & ~System.Numerics.Vector.Equals(b, b);
        return less;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Scalar<T>(T a, T b) where T : unmanaged, IComparable<T>
    {
        // .NET orders NaN before all numbers.
        if (typeof(T) == typeof(double))
        {
            var (x, y) = ((double)(object)a, (double)(object)b);
            return x < y || double.IsNaN(y) && !double.IsNaN(x);
        }
        return a.CompareTo(b) < 0;
    }

    public static bool Holds(int order) => order < 0;
}

/// <summary>The loops that compare two columns, or a column and a constant, into bytes 0 and 1. All six operators are one of the two comparisons, turned round or flipped.</summary>
internal static class Comparison
{
    /// <summary>Compares in vectors where the type has them.</summary>
    /// <param name="a">Left side.</param>
    /// <param name="b">Right side.</param>
    /// <param name="result">A byte a row.</param>
    /// <param name="flip">1 turns the answer round, 0 leaves it.</param>
    public static void Run<T, TComparison, TA, TB>(TA a, TB b, Span<byte> result, byte flip)
        where T : unmanaged, IComparable<T>
        where TComparison : IComparison
        where TA : IOperand<T>, allows ref struct
        where TB : IOperand<T>, allows ref struct
    {
        var i = 0;
        if (Vector<T>.IsSupported)
        {
            var flips = new Vector<byte>(flip);
            for (; i <= result.Length - Vector<byte>.Count; i += Vector<byte>.Count)
                ((Block<T, TComparison, TA, TB>(a, b, i) & Vector<byte>.One) ^ flips).CopyTo(result[i..]);
        }
        for (; i < result.Length; i++) result[i] = (byte)((TComparison.Scalar(a.Scalar(i), b.Scalar(i)) ? 1 : 0) ^ flip);
    }

    /// <summary>The scalar twin of <see cref="Run"/>.</summary>
    public static void RunOneByOne<T, TComparison>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<byte> result, byte flip)
        where T : unmanaged, IComparable<T>
        where TComparison : IComparison
    {
        for (var i = 0; i < result.Length; i++) result[i] = (byte)((TComparison.Scalar(a[i], b[i]) ? 1 : 0) ^ flip);
    }

    /// <summary>Compares texts bytewise.</summary>
    public static void RunText<TComparison>(TextColumn a, TextColumn b, Span<byte> result, byte flip) where TComparison : IComparison
    {
        var x = a.Codes;
        var y = b.Codes;
        if (typeof(TComparison) == typeof(EqualTo) && ReferenceEquals(a.Heap, b.Heap) && a.Heap.IsDictionary)
        {
            Run<int, EqualTo, Many<int>, Many<int>>(new(x), new(y), result, flip);
            return;
        }
        var heapA = a.Heap;
        var heapB = b.Heap;
        for (var i = 0; i < result.Length; i++)
        {
            var holds = typeof(TComparison) == typeof(EqualTo)
                ? heapA[x[i]].SequenceEqual(heapB[y[i]])
                : TComparison.Holds(heapA[x[i]].SequenceCompareTo(heapB[y[i]]));
            result[i] = (byte)((holds ? 1 : 0) ^ flip);
        }
    }

    /// <summary>The masks of as many rows as a vector has bytes, narrowed to bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<byte> Block<T, TComparison, TA, TB>(TA a, TB b, int i)
        where T : unmanaged, IComparable<T>
        where TComparison : IComparison
        where TA : IOperand<T>, allows ref struct
        where TB : IOperand<T>, allows ref struct
    {
        var step = Vector<T>.Count;
        if (Unsafe.SizeOf<T>() == 1) return Vector.AsVectorByte(TComparison.Vector(a.Vector(i), b.Vector(i)));
        if (Unsafe.SizeOf<T>() == 4)
        {
            var low = Vector.Narrow(Mask(a, b, i).As<T, int>(), Mask(a, b, i + step).As<T, int>());
            var high = Vector.Narrow(Mask(a, b, i + 2 * step).As<T, int>(), Mask(a, b, i + 3 * step).As<T, int>());
            return Vector.AsVectorByte(Vector.Narrow(low, high));
        }
        var q0 = Vector.Narrow(Mask(a, b, i).As<T, long>(), Mask(a, b, i + step).As<T, long>());
        var q1 = Vector.Narrow(Mask(a, b, i + 2 * step).As<T, long>(), Mask(a, b, i + 3 * step).As<T, long>());
        var q2 = Vector.Narrow(Mask(a, b, i + 4 * step).As<T, long>(), Mask(a, b, i + 5 * step).As<T, long>());
        var q3 = Vector.Narrow(Mask(a, b, i + 6 * step).As<T, long>(), Mask(a, b, i + 7 * step).As<T, long>());
        return Vector.AsVectorByte(Vector.Narrow(Vector.Narrow(q0, q1), Vector.Narrow(q2, q3)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector<T> Mask(TA a, TB b, int i) => TComparison.Vector(a.Vector(i), b.Vector(i));
    }
}
