using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Expressions.Kernels;

/// <summary>A binary operation that may fail for some values.</summary>
internal interface IArithmetic<T> where T : unmanaged
{
    /// <summary>Computes a vector. Lanes of <paramref name="bad"/> get their sign bit where the operation failed, or may have: the scalar form then looks again.</summary>
    static abstract Vector<T> Vector(Vector<T> a, Vector<T> b, ref Vector<T> bad);
    /// <summary>Computes a value; false where it cannot be computed.</summary>
    static abstract bool Scalar(T a, T b, out T result);
    /// <summary>Whether there is a vector form.</summary>
    static virtual bool HasVector => true;
    /// <summary>What is wrong where it failed.</summary>
    static abstract string Message(T a, T b);
}

/// <summary>The loops of arithmetic. Vectors run over all rows, NULL or not; only if one raised its sign are rows looked at one by one.</summary>
internal static class Arithmetic
{
    public static void Run<T, TOperation, TA, TB>(TA a, TB b, Column<T> result, RowErrors errors)
        where T : unmanaged
        where TOperation : IArithmetic<T>
        where TA : IOperand<T>, allows ref struct
        where TB : IOperand<T>, allows ref struct
    {
        var values = result.Values;
        if (!Vector<T>.IsSupported || !TOperation.HasVector)
        {
            RunOneByOne<T, TOperation, TA, TB>(a, b, result, errors);
            return;
        }
        var bad = Vector<T>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count) TOperation.Vector(a.Vector(i), b.Vector(i), ref bad).CopyTo(values[i..]);
        var failed = Vector.LessThanAny(bad, Vector<T>.Zero) || typeof(T) == typeof(double) && bad != Vector<T>.Zero;
        for (; i < values.Length; i++) failed |= !TOperation.Scalar(a.Scalar(i), b.Scalar(i), out values[i]);
        if (failed) RunOneByOne<T, TOperation, TA, TB>(a, b, result, errors);
    }

    /// <summary>The scalar twin of <see cref="Run"/>.</summary>
    public static void RunOneByOne<T, TOperation, TA, TB>(TA a, TB b, Column<T> result, RowErrors errors)
        where T : unmanaged
        where TOperation : IArithmetic<T>
        where TA : IOperand<T>, allows ref struct
        where TB : IOperand<T>, allows ref struct
    {
        var values = result.Values;
        for (var i = 0; i < values.Length; i++)
            if (!TOperation.Scalar(a.Scalar(i), b.Scalar(i), out values[i])) Fail<T, TOperation>(a.Scalar(i), b.Scalar(i), result, i, errors);
    }

    static void Fail<T, TOperation>(T a, T b, Column<T> result, int row, RowErrors errors) where T : unmanaged where TOperation : IArithmetic<T>
    {
        if (!result.IsNull(row)) Validity.Fail(result, row, errors, TOperation.Message(a, b));
    }
}

internal readonly struct AddInt : IArithmetic<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Vector(Vector<int> a, Vector<int> b, ref Vector<int> bad)
    {
        var sum = a + b;
        bad |= (a ^ sum) & (b ^ sum);
        return sum;
    }
    public static bool Scalar(int a, int b, out int result) { result = a + b; return ((a ^ result) & (b ^ result)) >= 0; }
    public static string Message(int a, int b) => Overflow.Of(DataType.Integer, a, "+", b);
}

internal readonly struct SubtractInt : IArithmetic<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Vector(Vector<int> a, Vector<int> b, ref Vector<int> bad)
    {
        var difference = a - b;
        bad |= (a ^ b) & (a ^ difference);
        return difference;
    }
    public static bool Scalar(int a, int b, out int result) { result = a - b; return ((a ^ b) & (a ^ result)) >= 0; }
    public static string Message(int a, int b) => Overflow.Of(DataType.Integer, a, "-", b);
}

internal readonly struct MultiplyInt : IArithmetic<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Vector(Vector<int> a, Vector<int> b, ref Vector<int> bad)
    {
        System.Numerics.Vector.Widen(a, out var aLow, out var aHigh);
        System.Numerics.Vector.Widen(b, out var bLow, out var bHigh);
        var high = aHigh * bHigh;
        var low = aLow * bLow;
        var product = System.Numerics.Vector.Narrow(low, high);
        // A product fits where its upper half is the sign of its lower half.
        var upper = System.Numerics.Vector.Narrow(low >> 32, high >> 32);
        bad |= ~System.Numerics.Vector.Equals(upper, product >> 31);
        return product;
    }
    public static bool Scalar(int a, int b, out int result)
    {
        var product = (long)a * b;
        result = (int)product;
        return result == product;
    }
    public static string Message(int a, int b) => Overflow.Of(DataType.Integer, a, "*", b);
}

internal readonly struct AddLong : IArithmetic<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<long> Vector(Vector<long> a, Vector<long> b, ref Vector<long> bad)
    {
        var sum = a + b;
        bad |= (a ^ sum) & (b ^ sum);
        return sum;
    }
    public static bool Scalar(long a, long b, out long result) { result = a + b; return ((a ^ result) & (b ^ result)) >= 0; }
    public static string Message(long a, long b) => Overflow.Of(DataType.BigInt, a, "+", b);
}

internal readonly struct SubtractLong : IArithmetic<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<long> Vector(Vector<long> a, Vector<long> b, ref Vector<long> bad)
    {
        var difference = a - b;
        bad |= (a ^ b) & (a ^ difference);
        return difference;
    }
    public static bool Scalar(long a, long b, out long result) { result = a - b; return ((a ^ b) & (a ^ result)) >= 0; }
    public static string Message(long a, long b) => Overflow.Of(DataType.BigInt, a, "-", b);
}

internal readonly struct MultiplyLong : IArithmetic<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<long> Vector(Vector<long> a, Vector<long> b, ref Vector<long> bad)
    {
        // Factors of 32 bits cannot overflow; for others the scalar loop decides.
        bad |= ~(System.Numerics.Vector.Equals(a << 32 >> 32, a) & System.Numerics.Vector.Equals(b << 32 >> 32, b));
        return a * b;
    }
    public static bool Scalar(long a, long b, out long result)
    {
        var high = Math.BigMul(a, b, out result);
        return high == result >> 63;
    }
    public static string Message(long a, long b) => Overflow.Of(DataType.BigInt, a, "*", b);
}

internal readonly struct AddDouble : IArithmetic<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Vector(Vector<double> a, Vector<double> b, ref Vector<double> bad) => a + b;
    public static bool Scalar(double a, double b, out double result) { result = a + b; return true; }
    public static string Message(double a, double b) => "";
}

internal readonly struct SubtractDouble : IArithmetic<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Vector(Vector<double> a, Vector<double> b, ref Vector<double> bad) => a - b;
    public static bool Scalar(double a, double b, out double result) { result = a - b; return true; }
    public static string Message(double a, double b) => "";
}

internal readonly struct MultiplyDouble : IArithmetic<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Vector(Vector<double> a, Vector<double> b, ref Vector<double> bad) => a * b;
    public static bool Scalar(double a, double b, out double result) { result = a * b; return true; }
    public static string Message(double a, double b) => "";
}

internal readonly struct DivideDouble : IArithmetic<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Vector(Vector<double> a, Vector<double> b, ref Vector<double> bad)
    {
        bad += System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.Equals(b, Vector<double>.Zero), Vector<double>.One, Vector<double>.Zero);
        return a / b;
    }
    public static bool Scalar(double a, double b, out double result) { result = a / b; return b != 0; }
    public static string Message(double a, double b) => Overflow.DivisionByZero;
}

internal readonly struct RemainderDouble : IArithmetic<double>
{
    public static bool HasVector => false;
    public static Vector<double> Vector(Vector<double> a, Vector<double> b, ref Vector<double> bad) => throw new NotSupportedException();
    public static bool Scalar(double a, double b, out double result) { result = a % b; return b != 0; }
    public static string Message(double a, double b) => Overflow.DivisionByZero;
}

internal readonly struct DivideInt : IArithmetic<int>
{
    public static bool HasVector => false;
    public static Vector<int> Vector(Vector<int> a, Vector<int> b, ref Vector<int> bad) => throw new NotSupportedException();
    public static bool Scalar(int a, int b, out int result)
    {
        var isSafe = b != 0 && !(a == int.MinValue && b == -1);
        result = isSafe ? a / b : 0;
        return isSafe;
    }
    public static string Message(int a, int b) => b == 0 ? Overflow.DivisionByZero : Overflow.Of(DataType.Integer, a, "/", b);
}

internal readonly struct DivideLong : IArithmetic<long>
{
    public static bool HasVector => false;
    public static Vector<long> Vector(Vector<long> a, Vector<long> b, ref Vector<long> bad) => throw new NotSupportedException();
    public static bool Scalar(long a, long b, out long result)
    {
        var isSafe = b != 0 && !(a == long.MinValue && b == -1);
        result = isSafe ? a / b : 0;
        return isSafe;
    }
    public static string Message(long a, long b) => b == 0 ? Overflow.DivisionByZero : Overflow.Of(DataType.BigInt, a, "/", b);
}

internal readonly struct RemainderInt : IArithmetic<int>
{
    public static bool HasVector => false;
    public static Vector<int> Vector(Vector<int> a, Vector<int> b, ref Vector<int> bad) => throw new NotSupportedException();
    public static bool Scalar(int a, int b, out int result) { result = b is 0 or -1 ? 0 : a % b; return b != 0; }
    public static string Message(int a, int b) => Overflow.DivisionByZero;
}

internal readonly struct RemainderLong : IArithmetic<long>
{
    public static bool HasVector => false;
    public static Vector<long> Vector(Vector<long> a, Vector<long> b, ref Vector<long> bad) => throw new NotSupportedException();
    public static bool Scalar(long a, long b, out long result) { result = b is 0 or -1 ? 0 : a % b; return b != 0; }
    public static string Message(long a, long b) => Overflow.DivisionByZero;
}

internal readonly struct AddWide : IArithmetic<Int128>
{
    public static bool HasVector => false;
    public static Vector<Int128> Vector(Vector<Int128> a, Vector<Int128> b, ref Vector<Int128> bad) => throw new NotSupportedException();
    public static bool Scalar(Int128 a, Int128 b, out Int128 result) { result = a + b; return Powers.Fits(result, DataType.MaxPrecision); }
    public static string Message(Int128 a, Int128 b) => Overflow.Digits;
}

internal readonly struct SubtractWide : IArithmetic<Int128>
{
    public static bool HasVector => false;
    public static Vector<Int128> Vector(Vector<Int128> a, Vector<Int128> b, ref Vector<Int128> bad) => throw new NotSupportedException();
    public static bool Scalar(Int128 a, Int128 b, out Int128 result) { result = a - b; return Powers.Fits(result, DataType.MaxPrecision); }
    public static string Message(Int128 a, Int128 b) => Overflow.Digits;
}

internal readonly struct RemainderWide : IArithmetic<Int128>
{
    public static bool HasVector => false;
    public static Vector<Int128> Vector(Vector<Int128> a, Vector<Int128> b, ref Vector<Int128> bad) => throw new NotSupportedException();
    public static bool Scalar(Int128 a, Int128 b, out Int128 result) { result = b == 0 ? 0 : a % b; return b != 0; }
    public static string Message(Int128 a, Int128 b) => Overflow.DivisionByZero;
}

/// <summary>The messages of arithmetic.</summary>
internal static class Overflow
{
    public const string DivisionByZero = "division by zero";
    public const string Digits = "the result has more than 38 digits";

    public static string Of(DataType type, long a, string symbol, long b) => $"{a} {symbol} {b} is out of range for {type} ({Range(type)})";

    public static string Range(DataType type) => type.Kind switch
    {
        TypeKind.Integer => "-2147483648 to 2147483647",
        TypeKind.BigInt => "-9223372036854775808 to 9223372036854775807",
        _ => $"{type.Precision - type.Scale} digits before the point",
    };
}
