using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Hashing;

/// <summary>A number that is divided by again and again: remainders by two multiplications, which cost a third of a division.</summary>
/// <remarks>⌊x · ⌊2^64 / d⌋ / 2^64⌋ is the quotient or one less, so one correction is enough (Granlund and Montgomery 1994).</remarks>
readonly struct Divisor(ulong value)
{
    // For 1 the quotient would need 65 bits; one less serves, since the correction mends it.
    readonly ulong _inverse = value == 1 ? ulong.MaxValue : (ulong)((UInt128.One << 64) / value);

    /// <summary>The number, at least 1.</summary>
    public ulong Value { get; } = value;

    /// <summary>The remainder of a division by it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Remainder(ulong x)
    {
        var rest = x - Math.BigMul(x, _inverse, out _) * Value;
        return rest >= Value ? rest - Value : rest;
    }
}
