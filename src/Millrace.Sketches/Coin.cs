using System.Runtime.CompilerServices;

namespace Millrace.Sketches;

/// <summary>Pseudo-random bits from a seed: the same seed gives the same sketch, everywhere.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, figure 15); 8 bytes of state and a word of spare bits. Not for secrets.
/// </remarks>
struct Coin(ulong seed)
{
    ulong _state = seed;
    ulong _bits;
    int _bitsLeft;

    /// <summary>What the next bits follow from, where they are only taken one by one with a stir.</summary>
    public readonly ulong State => _state;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>One bit, 0 or 1.</summary>
    public int Flip()
    {
        if (_bitsLeft == 0)
        {
            _bits = Next();
            _bitsLeft = 64;
        }
        var bit = (int)(_bits & 1);
        _bits >>= 1;
        _bitsLeft--;
        return bit;
    }

    /// <summary>A number of [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of (0, 1]: its logarithm is finite.</summary>
    public double NextPositive() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>A whole number of [0, limit), limit &gt; 0.</summary>
    public int Next(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>One bit, 0 or 1, in which some bits of the data have a say, so that sketches of different streams with one seed do not err in step.</summary>
    public int Flip(ulong stir)
    {
        _state = Mix(_state + 0x9E3779B97F4A7C15 ^ stir);
        return (int)(_state >> 63);
    }

    /// <summary>Lets the data have a say, so that sketches of different streams with one seed do not err in step.</summary>
    public void Stir(ulong bits) => _state = Mix(_state ^ bits);

    /// <summary>The finalizer of SplitMix64: every bit of the argument changes each bit of the result with probability 1/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
