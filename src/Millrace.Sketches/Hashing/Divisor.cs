using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Sketches.Hashing;

/// <summary>A number that is divided by again and again: remainders by two multiplications, which cost a third of a division.</summary>
/// <remarks>⌊x · ⌊2^64 / d⌋ / 2^64⌋ is the quotient or one less, so one correction is enough (Granlund and Montgomery 1994). It has no branch: which of both it is cannot be foreseen.</remarks>
readonly struct Divisor
{
    readonly ulong _inverse;

    /// <summary>Prepares the division by a number from 1 to 2^62.</summary>
    public Divisor(ulong value)
    {
        Debug.Assert(value is >= 1 and <= 1UL << 62, "A remainder before the correction has its highest bit free.");
        Value = value;
        // For 1 the quotient would need 65 bits; one less serves, since the correction mends it.
        _inverse = value == 1 ? ulong.MaxValue : (ulong)((UInt128.One << 64) / value);
    }

    /// <summary>The number.</summary>
    public ulong Value { get; }

    /// <summary>The remainder of a division by it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Remainder(ulong x)
    {
        var less = x - MultiplyHigh(x, _inverse) * Value - Value;
        return less + (Value & (ulong)((long)less >> 63));
    }

    // The other half of the product would be written to memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyHigh(ulong a, ulong b) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);
}
