using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Sketches.Hashing;

namespace Millrace.Sketches.Cpc;

public sealed partial class CpcSketch : ISketch<CpcSketch, long>
{
    /// <inheritdoc/>
    public void Update(long item) => Update((ulong)item);

    /// <summary>Adds an integer; the same item as the signed one with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(ulong item)
    {
        var h1 = MurmurHash3.Hash(item, Seed, out var h2);
        UpdateHash(h1, h2);
    }

    /// <summary>Adds a number. -0 is 0, and all NaN are one.</summary>
    public void Update(double item) => Update(Canonical.Bits(item));

    /// <summary>Adds bytes, such as text in UTF-8. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty) return;
        var h1 = MurmurHash3.Hash(item, Seed, out var h2);
        UpdateHash(h1, h2);
    }

    /// <summary>Adds text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return;
        var h1 = Text.Murmur(item, Seed, out var h2);
        UpdateHash(h1, h2);
    }

    /// <summary>Adds text as Apache Druid hashes it: by its UTF-16 units. Another item than the same text in UTF-8.</summary>
    public void UpdateUtf16(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return;
        var h1 = Text.MurmurUtf16(item, Seed, out var h2);
        UpdateHash(h1, h2);
    }

    /// <summary>Adds integers, hashed several at once.</summary>
    public void Update(ReadOnlySpan<long> items) => Update(MemoryMarshal.Cast<long, ulong>(items));

    /// <summary>Adds integers, hashed several at once.</summary>
    public void Update(ReadOnlySpan<ulong> items)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated && Avx512CD.IsSupported)
        {
            for (; i <= items.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                var h1 = MurmurHash3.Hash(Vector512.Create(items[i..]), Seed, out var h2);
                // Nearly all items of a long stream fall to full columns.
                var zeros = Avx512CD.LeadingZeroCount(h2);
                var open = Vector512.GreaterThanOrEqual(zeros, Vector512.Create((ulong)_firstColumn)).ExtractMostSignificantBits();
                for (; open != 0; open &= open - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(open);
                    UpdateHash(h1[lane], h2[lane]);
                }
            }
        }
        for (; i < items.Length; i++) Update(items[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void UpdateHash(ulong h1, ulong h2)
    {
        var column = (uint)BitOperations.LeadingZeroCount(h2);
        if (column < (uint)_firstColumn) return;
        UpdateColumn(h1, column);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void UpdateColumn(ulong h1, uint column)
    {
        var pair = (uint)(h1 & (uint)(K - 1)) << 6 | Math.Min(column, 63);
        // The one pair that would look like a free place of the table, at lgK 26, goes to the next row.
        if (pair == PairTable.Empty) pair ^= 1 << 6;
        if (_matrix is not null) Settle();
        UpdatePair(pair);
    }

    void UpdatePair(uint pair)
    {
        if (_window is { } window)
        {
            if (!IsNew(window, pair)) return;
            Count(pair);
            if ((long)_coupons * 8 >= (27L + 8 * _offset) * K) MoveWindow(window);
        }
        else if (_surprises.Add(pair))
        {
            Count(pair);
            if (_coupons * 32L >= 3L * K) OpenWindow();
        }
    }

    bool IsNew(byte[] window, uint pair)
    {
        var column = (int)(pair & 63) - _offset;
        // Before the window the table holds zeros, behind it ones.
        if (column < 0) return _surprises.Remove(pair);
        if (column >= 8) return _surprises.Add(pair);
        ref var bits = ref window[pair >> 6];
        if ((bits >> column & 1) != 0) return false;
        bits |= (byte)(1 << column);
        return true;
    }

    void Count(uint pair)
    {
        _coupons++;
        _hip += K / _chance;
        _chance -= BitConverter.Int64BitsToDouble(1022L - (pair & 63) << 52); // 2^-(column + 1)
    }

    void OpenWindow()
    {
        var pairs = _surprises;
        _window = new byte[K];
        _surprises = new PairTable(LgK);
        foreach (var pair in pairs.Slots)
        {
            if (pair == PairTable.Empty) continue;
            if ((pair & 63) < 8) _window[pair >> 6] |= (byte)(1 << (int)(pair & 63));
            else _surprises.Add(pair);
        }
    }

    void MoveWindow(byte[] window)
    {
        var matrix = new ulong[K];
        MergeInto(matrix);
        _offset++;
        // Each step loses bits of the chance; now and then it is summed anew.
        if ((_offset & 7) == 0) _chance = ChanceOf(matrix);
        _surprises.Clear();
        TakeApart(matrix);
    }

    // Σ 2^-(column + 1) over the zeros, summed exactly for each eight columns and then from the smallest on.
    static double ChanceOf(ReadOnlySpan<ulong> matrix)
    {
        Span<long> sums = stackalloc long[8];
        sums.Clear();
        foreach (var row in matrix)
            for (var i = 0; i < 8; i++) sums[i] += ReverseBits((byte)~(row >> 8 * i));
        var total = 0.0;
        for (var i = 7; i >= 0; i--) total += Math.ScaleB(sums[i] / 256.0, -8 * i);
        return total;
    }

    static int ReverseBits(byte bits) => (int)((bits * 0x0202020202UL & 0x010884422010) % 1023);
}
