using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Cpc;

/// <summary>A set of pairs (row in the high bits, column of 0 to 63 in the low six): open addressing, probed one by one.</summary>
/// <remarks>The high bits pick the place, so the table is nearly sorted. It grows at 3/4 and shrinks at 1/4 load.</remarks>
sealed class PairTable
{
    /// <summary>Marks a free place; no pair is this.</summary>
    public const uint Empty = uint.MaxValue;

    const int MinLgSize = 2;

    readonly int _pairBits;
    uint[] _slots;
    int _lgSize;

    /// <summary>An empty table.</summary>
    /// <param name="lgK">Base-2 logarithm of the number of rows.</param>
    /// <param name="lgSize">Base-2 logarithm of the places.</param>
    public PairTable(int lgK, int lgSize = MinLgSize)
    {
        _pairBits = 6 + lgK;
        _lgSize = Math.Max(MinLgSize, lgSize);
        _slots = NewSlots(_lgSize);
    }

    PairTable(PairTable other)
    {
        _pairBits = other._pairBits;
        _lgSize = other._lgSize;
        _slots = [.. other._slots];
        Count = other.Count;
    }

    /// <summary>How many pairs there are.</summary>
    public int Count { get; private set; }

    /// <summary>The places, free ones included.</summary>
    public ReadOnlySpan<uint> Slots => _slots;

    /// <summary>A table of different pairs.</summary>
    public static PairTable Of(ReadOnlySpan<uint> pairs, int lgK)
    {
        var lgSize = MinLgSize;
        while (4L * pairs.Length > 3L << lgSize) lgSize++;
        var table = new PairTable(lgK, lgSize);
        foreach (var pair in pairs) table._slots[table.Find(pair)] = pair;
        table.Count = pairs.Length;
        return table;
    }

    /// <summary>A copy.</summary>
    public PairTable Copy() => new(this);

    /// <summary>Empties the table and keeps its size.</summary>
    public void Clear()
    {
        _slots.AsSpan().Fill(Empty);
        Count = 0;
    }

    /// <summary>Puts in a pair.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(uint pair)
    {
        Debug.Assert(pair != Empty, "The mark of free places is no pair.");
        var place = Find(pair);
        if (_slots[place] == pair) return false;
        _slots[place] = pair;
        Count++;
        if (4L * Count > 3L << _lgSize) Resize(_lgSize + 1);
        return true;
    }

    /// <summary>Takes out a pair.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(uint pair)
    {
        var place = Find(pair);
        if (_slots[place] == Empty) return false;
        _slots[place] = Empty;
        Count--;
        // Those behind it may have been pushed on by it.
        var mask = _slots.Length - 1;
        for (var next = (place + 1) & mask; _slots[next] != Empty; next = (next + 1) & mask)
        {
            var moved = _slots[next];
            _slots[next] = Empty;
            _slots[Find(moved)] = moved;
        }
        if (4L * Count < 1L << _lgSize && _lgSize > MinLgSize) Resize(_lgSize - 1);
        return true;
    }

    /// <summary>Copies the pairs, in no order.</summary>
    /// <returns>How many there are.</returns>
    public int CopyTo(Span<uint> target)
    {
        // No branch: whether a place is free cannot be foreseen.
        var count = 0;
        foreach (var slot in _slots)
        {
            target[count] = slot;
            count += slot != Empty ? 1 : 0;
        }
        return count;
    }

    /// <summary>Most places that <see cref="CopyTo"/> writes: one more than there are pairs.</summary>
    public int CopySize => Count + 1;

    /// <summary>The pairs in order.</summary>
    public uint[] Sorted()
    {
        var pairs = new uint[CopySize];
        CopyTo(pairs);
        Array.Resize(ref pairs, Count);
        Array.Sort(pairs);
        return pairs;
    }

    static uint[] NewSlots(int lgSize)
    {
        var slots = new uint[1 << lgSize];
        slots.AsSpan().Fill(Empty);
        return slots;
    }

    void Resize(int lgSize)
    {
        var old = _slots;
        _lgSize = lgSize;
        _slots = NewSlots(lgSize);
        foreach (var pair in old)
            if (pair != Empty) _slots[Find(pair)] = pair;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Find(uint pair)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        var place = (int)(pair >> _pairBits - _lgSize) & mask;
        while (slots[place] != pair && slots[place] != Empty) place = (place + 1) & mask;
        return place;
    }
}
