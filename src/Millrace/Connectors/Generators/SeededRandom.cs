using System.Numerics;

namespace Millrace.Connectors.Generators;

/// <summary>Random numbers that are the same on every machine and for ever: xoshiro256** (Blackman and Vigna 2018), seeded by SplitMix64.</summary>
struct SeededRandom
{
    ulong _a, _b, _c, _d;

    public SeededRandom(ulong seed)
    {
        _a = Mix(seed += 0x9E37_79B9_7F4A_7C15);
        _b = Mix(seed += 0x9E37_79B9_7F4A_7C15);
        _c = Mix(seed += 0x9E37_79B9_7F4A_7C15);
        _d = Mix(seed + 0x9E37_79B9_7F4A_7C15);
    }

    /// <summary>Scatters a number: SplitMix64's last step.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ value >> 30) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ value >> 27) * 0x94D0_49BB_1331_11EB;
        return value ^ value >> 31;
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 to below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 to below a bound.</summary>
    public int Next(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;
}
