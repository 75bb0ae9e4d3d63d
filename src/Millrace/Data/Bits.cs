using System.Numerics;
using System.Runtime.CompilerServices;

namespace Millrace.Data;

/// <summary>Bitmaps over rows, 64 to a word: bit i of word w is row 64w + i.</summary>
public static class Bits
{
    /// <summary>Words that hold a number of rows.</summary>
    public static int Words(int rows) => (rows + 63) >> 6;

    /// <summary>Whether a row's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Get(ReadOnlySpan<ulong> bits, int row) => (bits[row >> 6] >> row & 1) != 0;

    /// <summary>Sets a row's bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(Span<ulong> bits, int row) => bits[row >> 6] |= 1UL << row;

    /// <summary>Clears a row's bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(Span<ulong> bits, int row) => bits[row >> 6] &= ~(1UL << row);

    /// <summary>Number of set bits among the first rows.</summary>
    public static int Count(ReadOnlySpan<ulong> bits, int rows)
    {
        var count = 0;
        var whole = rows >> 6;
        for (var i = 0; i < whole; i++) count += BitOperations.PopCount(bits[i]);
        if ((rows & 63) != 0) count += BitOperations.PopCount(bits[whole] & Tail(rows));
        return count;
    }

    /// <summary>Whether any of the first rows' bits is set.</summary>
    public static bool Any(ReadOnlySpan<ulong> bits, int rows)
    {
        var whole = rows >> 6;
        if (bits[..whole].ContainsAnyExcept(0UL)) return true;
        return (rows & 63) != 0 && (bits[whole] & Tail(rows)) != 0;
    }

    /// <summary>The first row whose bit is set, or the number of rows where none is.</summary>
    internal static int First(ReadOnlySpan<ulong> bits, int rows)
    {
        var word = bits[..Words(rows)].IndexOfAnyExcept(0UL);
        return word < 0 ? rows : Math.Min(rows, (word << 6) + BitOperations.TrailingZeroCount(bits[word]));
    }

    /// <summary>Writes the rows whose bit is set, in order, and returns how many.</summary>
    /// <param name="bits">The bitmap.</param>
    /// <param name="rows">Rows to look at.</param>
    /// <param name="indexes">At least as long as the number of set bits.</param>
    public static int Indexes(ReadOnlySpan<ulong> bits, int rows, Span<int> indexes)
    {
        var count = 0;
        for (var word = 0; word < Words(rows); word++)
        {
            var rest = bits[word];
            if (word == rows >> 6) rest &= Tail(rows);
            for (; rest != 0; rest &= rest - 1) indexes[count++] = (word << 6) + BitOperations.TrailingZeroCount(rest);
        }
        return count;
    }

    /// <summary>The bits of a last, partly used word; all where the rows fill it.</summary>
    public static ulong Tail(int rows) => (rows & 63) == 0 ? ulong.MaxValue : (1UL << (rows & 63)) - 1;
}
