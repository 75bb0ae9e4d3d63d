using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Millrace.Sketches.Quantiles;

/// <summary>The natural logarithm of positive normal numbers, one or eight at a time, with equal bits.</summary>
/// <remarks>
/// x = 2^e · m with m within √½ and √2; ln m = 2 artanh((m − 1) / (m + 1)) by its series, whose twelfth term is below 2^-56 of the first. Within two units
/// in the last place; ln 1 is 0. A library's logarithm would be as good, but vector and scalar ones differ in the last bit, and with it the bin of a value.
/// </remarks>
static class Logarithm
{
    const double Ln2 = 0.693147180559945309417;
    const long MantissaMask = (1L << 52) - 1;
    const long One = 1023L << 52;
    const long RootOfHalf = 0x3FE6A09E667F3BCD;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        // Counted from √½ on, the exponent changes where the mantissa does.
        var exponent = (bits - RootOfHalf) >> 52;
        var m = BitConverter.Int64BitsToDouble(bits - (exponent << 52));
        var s = (m - 1) / (m + 1);
        var s2 = s * s;
        var s4 = s2 * s2;
        var s8 = s4 * s4;
        var a = Math.FusedMultiplyAdd(s2, 1.0 / 5, 1.0 / 3);
        var b = Math.FusedMultiplyAdd(s2, 1.0 / 9, 1.0 / 7);
        var c = Math.FusedMultiplyAdd(s2, 1.0 / 13, 1.0 / 11);
        var d = Math.FusedMultiplyAdd(s2, 1.0 / 17, 1.0 / 15);
        var e = Math.FusedMultiplyAdd(s2, 1.0 / 21, 1.0 / 19);
        var ab = Math.FusedMultiplyAdd(s4, b, a);
        var cd = Math.FusedMultiplyAdd(s4, d, c);
        var series = Math.FusedMultiplyAdd(s8, Math.FusedMultiplyAdd(s8, e, cd), ab);
        var log = Math.FusedMultiplyAdd(s * s2, series, s);
        return Math.FusedMultiplyAdd(exponent, Ln2, log + log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Of(Vector512<double> x)
    {
        var one = Vector512.Create(1.0);
        var bits = x.AsInt64();
        var exponent = (bits - Vector512.Create(RootOfHalf)) >> 52;
        var m = (bits - (exponent << 52)).AsDouble();
        var s = (m - one) / (m + one);
        var s2 = s * s;
        var s4 = s2 * s2;
        var s8 = s4 * s4;
        var a = Vector512.FusedMultiplyAdd(s2, Vector512.Create(1.0 / 5), Vector512.Create(1.0 / 3));
        var b = Vector512.FusedMultiplyAdd(s2, Vector512.Create(1.0 / 9), Vector512.Create(1.0 / 7));
        var c = Vector512.FusedMultiplyAdd(s2, Vector512.Create(1.0 / 13), Vector512.Create(1.0 / 11));
        var d = Vector512.FusedMultiplyAdd(s2, Vector512.Create(1.0 / 17), Vector512.Create(1.0 / 15));
        var e = Vector512.FusedMultiplyAdd(s2, Vector512.Create(1.0 / 21), Vector512.Create(1.0 / 19));
        var ab = Vector512.FusedMultiplyAdd(s4, b, a);
        var cd = Vector512.FusedMultiplyAdd(s4, d, c);
        var series = Vector512.FusedMultiplyAdd(s8, Vector512.FusedMultiplyAdd(s8, e, cd), ab);
        var log = Vector512.FusedMultiplyAdd(s * s2, series, s);
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToDouble(exponent), Vector512.Create(Ln2), log + log);
    }
}
