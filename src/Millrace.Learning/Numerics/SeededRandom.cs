using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Learning.Images;

namespace Millrace.Learning.Numerics;

/// <summary>Random numbers from a seed whose state can be saved: the same numbers on every machine.</summary>
/// <remarks>Blackman and Vigna (2021), Scrambled Linear Pseudorandom Number Generators: xoshiro256++, seeded by SplitMix64.</remarks>
struct SeededRandom
{
    ulong _a, _b, _c, _d;

    public SeededRandom(ulong seed)
    {
        _a = Split(ref seed);
        _b = Split(ref seed);
        _c = Split(ref seed);
        _d = Split(ref seed);
    }

    static ulong Split(ref ulong seed)
    {
        var z = seed += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_a + _d, 23) + _a;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer from 0 to below a bound.</summary>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number of the normal distribution with mean 0 and deviation 1.</summary>
    public double NextNormal()
    {
        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s >= 1 || s == 0);
        return u * Math.Sqrt(-2 * Math.Log(s) / s);
    }

    /// <summary>Reads or writes the state.</summary>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _a);
        archive.Value(ref _b);
        archive.Value(ref _c);
        archive.Value(ref _d);
    }
}
