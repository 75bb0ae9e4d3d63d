using System.Runtime.CompilerServices;

namespace Millrace.Bench.Nexmark;

/// <summary>The random numbers of one event: they depend on the seed and the event's number alone, so that any stretch of the stream can be made by itself.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</remarks>
struct EventRandom(ulong seed, long number)
{
    const ulong Step = 0x9E37_79B9_7F4A_7C15;

    ulong _state = Mix(seed + (ulong)number * Step);

    /// <summary>A number from 0 up to, not including, a limit of at most 2^31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Below(long limit) => (int)((NextBits() >> 32) * (ulong)limit >> 32);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Fraction() => (NextBits() >> 11) * (1.0 / (1L << 53));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong NextBits() => Mix(_state += Step);

    static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }
}
