using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Millrace.Formats;

/// <summary>How a text fits a type.</summary>
enum Fit
{
    /// <summary>It is a value of the type.</summary>
    Fits,
    /// <summary>It is no such value at all.</summary>
    Malformed,
    /// <summary>It is a number, but beyond the range.</summary>
    Beyond,
    /// <summary>It is a number, but with more digits after the point than the type holds.</summary>
    TooPrecise,
}

/// <summary>Texts to numbers. Methods named Fast read 16 bytes from where they are pointed to, whatever the length.</summary>
/// <remarks>
/// Eight digits at a time are one multiplication tree over a 64-bit word (SWAR), some 2 ns. Doubles are exact: a mantissa up to 2^53
/// and a power of ten up to 10^22 are both representable, so one division rounds once (Clinger 1990, How to read floating point numbers
/// accurately, PLDI); all else goes to the library's parser.
/// </remarks>
static class Numbers
{
    const ulong Zeros = 0x3030_3030_3030_3030;

    internal static ReadOnlySpan<ulong> PowersOf10 =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ];

    static ReadOnlySpan<double> ExactPowersOf10 =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Read(ref byte at)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref at);
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    // Each byte of a word of digits is 0 to 9.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool AreDigits(ulong word) => ((word | word + 0x7676_7676_7676_7676) & 0x8080_8080_8080_8080) == 0;

    // Bytes 0 to 9, the most significant digit in the lowest byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Join(ulong digits)
    {
        digits = digits * 10 + (digits >> 8);
        return ((digits & 0x0000_00FF_0000_00FF) * 0x000F_4240_0000_0064 + (digits >> 16 & 0x0000_00FF_0000_00FF) * 0x0000_2710_0000_0001) >> 32;
    }

    /// <summary>1 to 16 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool FastDigits(ref byte at, int length, out ulong value)
    {
        if ((uint)(length - 1) < 8)
        {
            var word = (Read(ref at) ^ Zeros) << (64 - 8 * length);
            value = Join(word);
            return AreDigits(word);
        }
        if ((uint)(length - 9) < 8)
        {
            var high = Read(ref at) ^ Zeros;
            var low = (Read(ref Unsafe.Add(ref at, 8)) ^ Zeros) << (128 - 8 * length);
            value = Join(high) * PowersOf10[length - 8] + Join(low);
            return AreDigits(high) & AreDigits(low);
        }
        value = 0;
        return false;
    }

    /// <summary>An optional minus and 1 to 16 digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool FastInteger(ref byte at, int length, out long value)
    {
        var minus = at == (byte)'-' ? 1 : 0;
        var fits = FastDigits(ref Unsafe.Add(ref at, minus), length - minus, out var digits);
        value = ((long)digits ^ -minus) + minus;
        return fits & length - minus > 0;
    }

    /// <summary>An optional minus and 1 to 8 bytes of digits with a point somewhere between or none: mantissa and digits behind the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool FastFixed(ref byte at, int length, out long mantissa, out int decimals)
    {
        var minus = at == (byte)'-' ? 1 : 0;
        length -= minus;
        if ((uint)(length - 1) >= 8)
        {
            mantissa = decimals = 0;
            return false;
        }
        var word = (Read(ref Unsafe.Add(ref at, minus)) ^ Zeros) << (64 - 8 * length);
        // The point is 0x2E ^ 0x30 = 0x1E: the only byte with bit 4 set if all others are digits.
        var point = word & 0x1010_1010_1010_1010;
        decimals = 0;
        if (point != 0)
        {
            var bit = BitOperations.TrailingZeroCount(point) & ~7;
            if ((byte)(word >> bit) != 0x1E)
            {
                mantissa = 0;
                return false;
            }
            decimals = 7 - (bit >> 3);
            // Bytes before the point move up by one over it; those behind it stay.
            var before = (1UL << bit) - 1;
            word = (word & before) << 8 | word & ~(before << 8 | 0xFF);
            if (length == 1 || bit == 64 - 8 * length || decimals == 0)
            {
                mantissa = 0;
                return false; // ".5" and "5." are left to the slow path
            }
        }
        mantissa = ((long)Join(word) ^ -minus) + minus;
        return AreDigits(word);
    }

    /// <summary>A number in plain or scientific notation as mantissa · 10^exponent, exact where the mantissa has up to 38 significant digits.</summary>
    /// <returns>False if it is no number. More digits than 38 set <paramref name="isCut"/> (a further non-zero digit was dropped).</returns>
    public static bool Split(ReadOnlySpan<byte> text, out bool isNegative, out UInt128 mantissa, out int exponent, out bool isCut)
    {
        isNegative = false;
        mantissa = 0;
        exponent = 0;
        isCut = false;
        var i = 0;
        if (i < text.Length && text[i] is (byte)'-' or (byte)'+') isNegative = text[i++] == (byte)'-';
        var digits = 0;
        var significant = 0;
        var hasPoint = false;
        for (; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit < 10)
            {
                digits++;
                if (significant == 0 && digit == 0)
                {
                    if (hasPoint) exponent--;
                    continue;
                }
                if (significant < 38)
                {
                    significant++;
                    mantissa = mantissa * 10 + digit;
                    if (hasPoint) exponent--;
                }
                else
                {
                    isCut |= digit != 0;
                    if (!hasPoint) exponent++;
                }
            }
            else if (text[i] == (byte)'.' && !hasPoint) hasPoint = true;
            else break;
        }
        if (digits == 0) return false;
        if (i == text.Length) return true;
        if ((text[i] | 0x20) != 'e' || i + 1 == text.Length) return false;
        if (text[i + 1] == (byte)'+') i++;
        if (i + 1 == text.Length || !Utf8Parser.TryParse(text[(i + 1)..], out int power, out var used) || used != text.Length - i - 1) return false;
        exponent = (int)Math.Clamp((long)exponent + power, -1_000_000, 1_000_000);
        if (mantissa == 0) exponent = 0;
        return true;
    }

    /// <summary>A number as an integer of a scale: 12.5 with scale 2 is 1250.</summary>
    public static Fit ParseScaled(ReadOnlySpan<byte> text, int scale, out Int128 value)
    {
        value = 0;
        if (!Split(text, out var isNegative, out var mantissa, out var exponent, out var isCut)) return Fit.Malformed;
        if (mantissa == 0) return Fit.Fits;
        var shift = exponent + scale;
        while (shift < 0)
        {
            var (quotient, remainder) = UInt128.DivRem(mantissa, 10);
            if (remainder != 0) return Fit.TooPrecise;
            mantissa = quotient;
            shift++;
        }
        if (isCut) return shift > 0 ? Fit.Beyond : Fit.TooPrecise;
        for (; shift > 0; shift--)
        {
            if (mantissa > UInt128.MaxValue / 20) return Fit.Beyond;
            mantissa *= 10;
        }
        if (mantissa > (UInt128)Int128.MaxValue) return Fit.Beyond;
        value = isNegative ? -(Int128)mantissa : (Int128)mantissa;
        return Fit.Fits;
    }

    /// <summary>A short decimal as a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool FastDouble(ref byte at, int length, out double value)
    {
        if (FastFixed(ref at, length, out var mantissa, out var decimals))
        {
            value = mantissa / ExactPowersOf10[decimals];
            return !(mantissa == 0 & at == (byte)'-'); // -0 keeps its sign on the slow path
        }
        value = 0;
        return false;
    }

    /// <summary>Any notation of a double, NaN and infinity included.</summary>
    public static Fit ParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        if (Split(text, out var isNegative, out var mantissa, out var exponent, out var isCut))
        {
            if (!isCut && mantissa <= 1UL << 53 && exponent is >= -22 and <= 22)
            {
                value = (double)(ulong)mantissa;
                value = exponent < 0 ? value / ExactPowersOf10[-exponent] : value * ExactPowersOf10[exponent];
                if (isNegative) value = -value;
                return Fit.Fits;
            }
            if (text[0] == (byte)'+') text = text[1..];
            if (!double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out value)) return Fit.Malformed;
            return double.IsFinite(value) ? Fit.Fits : Fit.Beyond;
        }
        value = 0;
        if (Ascii.EqualsIgnoreCase(text, "nan"u8)) value = double.NaN;
        else if (Ascii.EqualsIgnoreCase(text, "infinity"u8) || Ascii.EqualsIgnoreCase(text, "inf"u8)) value = double.PositiveInfinity;
        else if (Ascii.EqualsIgnoreCase(text, "-infinity"u8) || Ascii.EqualsIgnoreCase(text, "-inf"u8)) value = double.NegativeInfinity;
        else return Fit.Malformed;
        return Fit.Fits;
    }

    /// <summary>10^n for n up to 38.</summary>
    public static Int128 PowerOf10(int n)
    {
        Int128 power = 1;
        while (n-- > 0) power *= 10;
        return power;
    }
}
