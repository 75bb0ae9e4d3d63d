namespace Millrace.Sketches.CountMin;

/// <summary>The hash seeds of the rows, as C++ with GNU's standard library draws them from the seed of a sketch.</summary>
/// <remarks>
/// The default engine is a Lehmer generator, x ← 16807 x mod 2^31 - 1. A number of 64 bits is put together from three draws in the base 2^31 - 2, and drawn anew
/// where that leaves the range. Java, Go and Rust draw other seeds: their images look the same and mean something else.
/// </remarks>
static class RowSeeds
{
    const ulong Modulus = int.MaxValue;
    const ulong Base = Modulus - 1;

    /// <summary>The seeds of a number of rows.</summary>
    public static ulong[] Of(ulong seed, int rows)
    {
        var state = seed % Modulus;
        if (state == 0) state = 1;
        var seeds = new ulong[rows];
        for (var i = 0; i < rows; i++) seeds[i] = Draw(ref state, ulong.MaxValue) + seed;
        return seeds;
    }

    // Uniform from 0 to a limit.
    static ulong Draw(ref ulong state, ulong limit)
    {
        if (limit < Base - 1)
        {
            var width = (Base - 1) / (limit + 1);
            ulong drawn;
            do drawn = Next(ref state);
            while (drawn >= (limit + 1) * width);
            return drawn / width;
        }
        while (true)
        {
            var high = Base * Draw(ref state, limit / Base);
            var all = high + Next(ref state);
            if (all <= limit && all >= high) return all;
        }
    }

    static ulong Next(ref ulong state)
    {
        state = state * 16807 % Modulus;
        return state - 1;
    }
}
