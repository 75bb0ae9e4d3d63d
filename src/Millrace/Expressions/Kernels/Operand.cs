using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Expressions.Kernels;

/// <summary>One side of a binary loop: a column's values or one constant. A struct, so that the loop is compiled for each kind.</summary>
internal interface IOperand<T> where T : unmanaged
{
    /// <summary>The values from an index on.</summary>
    Vector<T> Vector(int index);
    /// <summary>The value at an index.</summary>
    T Scalar(int index);
}

/// <summary>A column's values.</summary>
internal readonly ref struct Many<T>(ReadOnlySpan<T> values) : IOperand<T> where T : unmanaged
{
    readonly ref T _first = ref MemoryMarshal.GetReference(values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<T> Vector(int index) => System.Numerics.Vector.LoadUnsafe(ref _first, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Scalar(int index) => Unsafe.Add(ref _first, index);
}

/// <summary>A constant.</summary>
internal readonly ref struct One<T>(T value) : IOperand<T> where T : unmanaged
{
    readonly Vector<T> _all = System.Numerics.Vector<T>.IsSupported ? System.Numerics.Vector.Create(value) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<T> Vector(int index) => _all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Scalar(int index) => value;
}
