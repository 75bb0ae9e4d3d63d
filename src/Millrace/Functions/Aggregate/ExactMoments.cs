using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>Count, sum and sum of squares of 64-bit integers, exactly: in 128 and 192 bits, which take 2^63 values.</summary>
/// <remarks>What is taken back leaves nothing behind, however large it was. State: 48 bytes.</remarks>
struct ExactMoments
{
    ExactSum _sum;
    ulong _squares0, _squares1, _squares2; // from the lowest word up

    public readonly long Count => _sum.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long value)
    {
        _sum.Add(value);
        var magnitude = (ulong)(value < 0 ? -value : value); // of the least long too
        var high = Math.BigMul(magnitude, magnitude, out var low);
        AddSquares(low, high, 0);
    }

    public void Add(long value, int weight)
    {
        _sum.Add(value, weight);
        var magnitude = (ulong)(value < 0 ? -value : value);
        var times = (ulong)Math.Abs((long)weight);
        var high = Math.BigMul(magnitude, magnitude, out var low);
        var carry = Math.BigMul(low, times, out low);
        var top = Math.BigMul(high, times, out high);
        high += carry;
        if (high < carry) top++;
        if (weight < 0)
        {
            (low, high, top) = (~low, ~high, ~top);
            if (++low == 0 && ++high == 0) top++;
        }
        AddSquares(low, high, top);
    }

    public void Merge(in ExactMoments other)
    {
        _sum.Merge(in other._sum);
        AddSquares(other._squares0, other._squares1, other._squares2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void AddSquares(ulong low, ulong high, ulong top)
    {
        _squares0 += low;
        var carry = _squares0 < low ? 1UL : 0;
        var middle = high + carry; // wraps only with a carry onto all ones
        top += middle < carry ? 1UL : 0;
        _squares1 += middle;
        _squares2 += top + (_squares1 < middle ? 1UL : 0);
    }

    /// <summary>n · Σx² - (Σx)², which is n times the sum of squared distances from the mean: computed without loss, rounded once.</summary>
    public readonly double Distances
    {
        get
        {
            var count = (ulong)_sum.Count;
            var sum = (UInt128)Int128.Abs(_sum.Sum);
            var (low, high) = ((ulong)sum, (ulong)(sum >> 64));
            Span<ulong> words = stackalloc ulong[4];
            words.Clear();
            AddTo(words, 0, count, _squares0);
            AddTo(words, 1, count, _squares1);
            AddTo(words, 2, count, _squares2);
            Span<ulong> square = stackalloc ulong[4];
            square.Clear();
            AddTo(square, 0, low, low);
            AddTo(square, 1, low, high);
            AddTo(square, 1, low, high);
            AddTo(square, 2, high, high);
            var borrow = 0UL;
            for (var i = 0; i < 4; i++)
            {
                var taken = square[i] + borrow;
                borrow = taken < borrow || words[i] < taken ? 1UL : 0;
                words[i] -= taken;
            }
            return ToDouble(words);
        }
    }

    /// <summary>Adds a · b from a word on.</summary>
    static void AddTo(Span<ulong> words, int at, ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        words[at] += low;
        var carry = words[at] < low ? 1UL : 0;
        for (at++; at < words.Length && (high | carry) != 0; at++, high = 0)
        {
            var added = high + carry;
            carry = added < carry ? 1UL : 0;
            words[at] += added;
            if (words[at] < added) carry++;
        }
    }

    /// <summary>The nearest DOUBLE: of the highest 64 bits, the last of which says whether anything stands below them.</summary>
    static double ToDouble(ReadOnlySpan<ulong> words)
    {
        var top = words.Length - 1;
        while (top > 0 && words[top] == 0) top--;
        if (top == 0) return words[0];
        var shift = System.Numerics.BitOperations.LeadingZeroCount(words[top]);
        var bits = shift == 0 ? words[top] : words[top] << shift | words[top - 1] >> 64 - shift;
        var rest = words[top - 1] << shift != 0 || words[..(top - 1)].ContainsAnyExcept(0UL);
        return Math.ScaleB(bits | (rest ? 1UL : 0), 64 * top - shift);
    }
}

struct ExactVariance<TDivisor> : IAggregate<ExactVariance<TDivisor>, long, double> where TDivisor : IDivisor
{
    ExactMoments _moments;

    public void Add(long value) => _moments.Add(value);
    public void Add(long value, int weight) => _moments.Add(value, weight);
    public void Merge(in ExactVariance<TDivisor> other) => _moments.Merge(in other._moments);

    public readonly bool TryResult(Signature signature, out double result)
    {
        result = 0;
        var divisor = TDivisor.Of(_moments.Count);
        if (divisor <= 0) return false;
        var unit = Math.Pow(10, signature.Parameters[0].Scale); // exact up to 10^22
        result = _moments.Distances / ((double)_moments.Count * divisor) / unit / unit;
        return true;
    }
}
