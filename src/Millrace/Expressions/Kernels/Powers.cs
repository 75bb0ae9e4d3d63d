using System.Numerics;
using System.Runtime.CompilerServices;

namespace Millrace.Expressions.Kernels;

/// <summary>Powers of ten and what decimals need of them.</summary>
internal static class Powers
{
    static readonly Int128[] s_wide = Fill();
    static readonly Int128[] s_most = [.. s_wide.Select(p => Int128.MaxValue / p)]; // what may be multiplied by the power
    static readonly long[] s_narrow = [.. s_wide.Take(19).Select(p => (long)p)];
    static readonly double[] s_doubles = [.. Enumerable.Range(0, 39).Select(i => double.Parse($"1e{i}", System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>10 to the n, n up to 38.</summary>
    public static Int128 Wide(int n) => s_wide[n];

    /// <summary>10 to the n, n up to 18.</summary>
    public static long Long(int n) => s_narrow[n];

    /// <summary>10 to the n, exact up to 22.</summary>
    public static double Double(int n) => s_doubles[n];

    /// <summary>Whether a scaled integer has at most some digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fits(Int128 value, int precision)
    {
        var limit = s_wide[precision];
        return value < limit && value > -limit;
    }

    /// <summary>value / 10^digits, rounded half away from zero.</summary>
    public static Int128 Shrink(Int128 value, int digits)
    {
        if (digits > 38) return 0;
        if (digits == 0) return value;
        if (value == (long)value && digits <= 18) return ShrinkLong((long)value, digits);
        return DivideRounded(value, s_wide[digits]);
    }

    /// <summary>value / 10^digits, rounded half away from zero.</summary>
    public static long ShrinkLong(long value, int digits)
    {
        if (digits > 18) return digits == 19 && (value is >= 5_000_000_000_000_000_000 or <= -5_000_000_000_000_000_000) ? Math.Sign(value) : 0;
        var power = s_narrow[digits];
        var (quotient, rest) = Math.DivRem(value, power);
        if (rest >= power - rest) return quotient + 1;
        if (-rest >= power + rest) return quotient - 1;
        return quotient;
    }

    /// <summary>a / b, rounded half away from zero; b is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Int128 DivideRounded(Int128 a, Int128 b)
    {
        var x = Magnitude(a);
        var y = Magnitude(b);
        UInt128 quotient, rest;
        if (x <= ulong.MaxValue && y <= ulong.MaxValue)
        {
            var (q, r) = Math.DivRem((ulong)x, (ulong)y);
            (quotient, rest) = (q, r);
        }
        else
        {
            quotient = x / y;
            rest = x - quotient * y;
        }
        if (rest >= y - rest) quotient++;
        return Int128.IsNegative(a) != Int128.IsNegative(b) ? -(Int128)quotient : (Int128)quotient;
    }

    /// <summary>a * 10^shift / b, rounded half away from zero, through integers of any size; false if it has more than <paramref name="precision"/> digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDivide(Int128 a, int shift, Int128 b, int precision, out Int128 result)
    {
        if (shift <= 38 && Int128.Abs(a) < s_most[shift])
        {
            result = DivideRounded(a * s_wide[shift], b);
            return Fits(result, precision);
        }
        return Round(BigInteger.Abs(a) * BigInteger.Pow(10, shift), BigInteger.Abs(b), Int128.IsNegative(a) != Int128.IsNegative(b), precision, out result);
    }

    /// <summary>a * b / 10^shrink, rounded half away from zero; false if it has more than <paramref name="precision"/> digits.</summary>
    public static bool TryMultiply(Int128 a, Int128 b, int shrink, int precision, out Int128 result)
    {
        if (a == (long)a && b == (long)b)
        {
            result = Shrink(Math.BigMul((long)a, (long)b), shrink);
            return Fits(result, precision);
        }
        var product = (BigInteger)a * b;
        if (BigInteger.Abs(product) <= (BigInteger)Int128.MaxValue)
        {
            result = Shrink((Int128)product, shrink);
            return Fits(result, precision);
        }
        return Round(BigInteger.Abs(product), BigInteger.Pow(10, shrink), product.Sign < 0, precision, out result);
    }

    static bool Round(BigInteger a, BigInteger b, bool isNegative, int precision, out Int128 result)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        if (rest * 2 >= b) quotient++;
        result = 0;
        if (quotient >= (BigInteger)s_wide[precision]) return false;
        result = isNegative ? -(Int128)quotient : (Int128)quotient;
        return true;
    }

    static UInt128 Magnitude(Int128 value) => Int128.IsNegative(value) ? (UInt128)(-value) : (UInt128)value;

    static Int128[] Fill()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
