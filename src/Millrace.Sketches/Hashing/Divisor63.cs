using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Hashing;

/// <summary>A <see cref="Divisor"/> of numbers below 2^63, which need no correction.</summary>
/// <remarks>With L = ⌈log₂ d⌉ and M = ⌈2^(63 + L) / d⌉, which has 64 bits, ⌊x M / 2^(63 + L)⌋ is the quotient of every x below 2^63 (Granlund and Montgomery 1994, theorem 4.2).</remarks>
readonly struct Divisor63
{
    readonly ulong _inverse;
    readonly int _shift;

    /// <summary>Prepares the division by a number from 2 to 2^62.</summary>
    public Divisor63(ulong value)
    {
        Debug.Assert(value is >= 2 and <= 1UL << 62, "The shift is not negative, and the inverse has 64 bits.");
        Value = value;
        var log = 64 - BitOperations.LeadingZeroCount(value - 1);
        _inverse = (ulong)(((UInt128.One << 63 + log) + value - 1) / value);
        _shift = log - 1;
    }

    /// <summary>The number.</summary>
    public ulong Value { get; }

    /// <summary>The remainder of a division of a number below 2^63 by it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Remainder(ulong x) => x - (Divisor.MultiplyHigh(x, _inverse) >> _shift) * Value;
}
