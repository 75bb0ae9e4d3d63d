using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Millrace.Sketches.Quantiles;

/// <summary>Which bin a positive value lies in, and which value stands for a bin, such that it is off by at most a given share.</summary>
/// <remarks>Masson, Rim and Lee (2019), DDSketch, section 2; the cubic polynomial is the one with the fewest bins for its accuracy.</remarks>
readonly struct BinMapping
{
    const double A = 6.0 / 35, B = -3.0 / 5, C = 10.0 / 7;

    readonly double _multiplier;

    /// <summary>A mapping of an accuracy.</summary>
    public static BinMapping OfAccuracy(BinMappingKind kind, double relativeAccuracy) =>
        new(kind, Math.Pow((1 + relativeAccuracy) / (1 - relativeAccuracy), 1 / Correction(kind)), 0);

    /// <summary>A mapping as images describe it.</summary>
    public BinMapping(BinMappingKind kind, double gamma, double offset)
    {
        Kind = kind;
        Gamma = gamma;
        Offset = offset;
        _multiplier = (kind == BinMappingKind.Logarithmic ? 1 : Math.Log(2)) / Log1p(gamma - 1);
        var exact = Math.Pow(gamma, Correction(kind));
        RelativeAccuracy = (exact - 1) / (exact + 1);
        Least = 2.2250738585072014E-308 * (1 + RelativeAccuracy) / (1 - RelativeAccuracy);
        Greatest = double.MaxValue / (1 + RelativeAccuracy);
    }

    public BinMappingKind Kind { get; }

    /// <summary>Ratio of the ends of a bin, as images give it.</summary>
    public double Gamma { get; }

    public double Offset { get; }

    public double RelativeAccuracy { get; }

    /// <summary>The least value that has a bin.</summary>
    public double Least { get; }

    /// <summary>The greatest value that has a bin.</summary>
    public double Greatest { get; }

    public bool Equals(in BinMapping other) => Kind == other.Kind && Gamma == other.Gamma && Offset == other.Offset;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Bin(double value)
    {
        var index = (Kind == BinMappingKind.Logarithmic ? Logarithm.Of(value) : Cubic(value)) * _multiplier + Offset;
        // As DataDog rounds: towards 0 and, below it, one further. A branch on the sign would be mispredicted for values around 1.
        var isNegative = index < 0;
        return double.ConvertToIntegerNative<int>(index) - Unsafe.As<bool, byte>(ref isNegative);
    }

    /// <summary>Eight values at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<long> Bins(Vector512<double> values)
    {
        var log = Kind == BinMappingKind.Logarithmic ? Logarithm.Of(values) : Cubic(values);
        var index = log * Vector512.Create(_multiplier) + Vector512.Create(Offset);
        return Vector512.ConvertToInt64Native(index) + Vector512.LessThan(index, Vector512<double>.Zero).AsInt64();
    }

    public double Value(int bin) => LowerEnd(bin) * (1 + RelativeAccuracy);

    double LowerEnd(int bin)
    {
        var log = (bin - Offset) / _multiplier;
        return Kind == BinMappingKind.Logarithmic ? Math.Exp(log) : CubicInverse(log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Cubic(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var s = BitConverter.Int64BitsToDouble(bits & ((1L << 52) - 1) | 1023L << 52) - 1;
        return ((A * s + B) * s + C) * s + ((bits >> 52) - 1023);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> Cubic(Vector512<double> values)
    {
        var bits = values.AsInt64();
        var s = (bits & Vector512.Create((1L << 52) - 1) | Vector512.Create(1023L << 52)).AsDouble() - Vector512.Create(1.0);
        return ((A * s + Vector512.Create(B)) * s + Vector512.Create(C)) * s + Vector512.ConvertToDouble((bits >> 52) - Vector512.Create(1023L));
    }

    // The real root of the cubic, by Cardano.
    static double CubicInverse(double log)
    {
        var exponent = Math.Floor(log);
        var d0 = B * B - 3 * A * C;
        var d1 = 2 * B * B * B - 9 * A * B * C - 27 * A * A * (log - exponent);
        var p = Math.Cbrt((d1 - Math.Sqrt(d1 * d1 - 4 * d0 * d0 * d0)) / 2);
        return Math.ScaleB(-(B + p + d0 / p) / (3 * A) + 1, (int)exponent);
    }

    // How much less than the logarithm the mapping pulls values apart at its flattest.
    static double Correction(BinMappingKind kind) => kind == BinMappingKind.Logarithmic ? 1 : 1 / (C * Math.Log(2));

    // ln(1 + x) without loss for small x (Higham 2002, section 1.14.1).
    static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
