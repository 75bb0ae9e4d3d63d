using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>A set of 64-bit integers that only grows: bits where the values lie close together, a table of values for the rest.</summary>
/// <remarks>
/// Ids of customers, auctions and texts come from small ranges, and then a value costs a bit or a few and one test of it; 100,000 of them stay in the first-level
/// cache. A set of few values, or of values scattered over the whole range, is open addressing with the values in their slots: one place in memory to look at.
/// When the table fills up a sample of it says whether bits have become the better form. All bytes are charged to the owner.
/// </remarks>
struct LongSet
{
    const int BitsFrom = 192; // values from which bits are thought of
    const int BitsPerValue = 96; // at most: a slot of the table costs 64, and it is a third empty on average
    const long Free = long.MinValue;

    ulong[]? _bits;
    long _first; // value of bit 0
    ulong _bitCount;
    long[]? _slots;
    int _inSlots;
    int _inBits;
    bool _hasFree; // the value that marks free slots is in the set

    /// <summary>Number of values.</summary>
    public readonly int Count => _inSlots + _inBits + (_hasFree ? 1 : 0);

    /// <summary>Adds a value; false if it is there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(long value, MemoryOwner memory)
    {
        var at = (ulong)(value - _first);
        if (at >= _bitCount) return AddToSlots(value, memory);
        ref var word = ref _bits![at >> 6];
        var bit = 1UL << (int)at;
        if ((word & bit) != 0) return false;
        word |= bit;
        _inBits++;
        return true;
    }

    /// <summary>Adds the values of rows and lists the rows whose value was new; returns how many there were.</summary>
    /// <param name="from">Where values are read.</param>
    /// <param name="column">Their column, for NULLs, or null where there are none.</param>
    /// <param name="rows">The rows, or empty for the first <paramref name="count"/>.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="added">Takes rows; must have room for all.</param>
    /// <param name="memory">What room is charged to.</param>
    public int AddRows<TOrdinals>(TOrdinals from, Column? column, ReadOnlySpan<int> rows, int count, Span<int> added, MemoryOwner memory) where TOrdinals : struct, IOrdinals
    {
        // What the loop reads lies in locals: it is a load, a test and a branch that is almost never taken.
        var (bits, first, bitCount) = (_bits, _first, _bitCount);
        var news = 0;
        for (var i = 0; i < count; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (column is not null && column.IsNull(row)) continue;
            var value = from.Read(row);
            var at = (ulong)(value - first);
            if (at < bitCount)
            {
                if ((bits![at >> 6] >> (int)at & 1) != 0) continue;
                bits[at >> 6] |= 1UL << (int)at;
                _inBits++;
            }
            else
            {
                if (!AddToSlots(value, memory)) continue;
                (bits, first, bitCount) = (_bits, _first, _bitCount);
            }
            added[news++] = row;
        }
        return news;
    }

    bool AddToSlots(long value, MemoryOwner memory)
    {
        if (value == Free)
        {
            if (_hasFree) return false;
            return _hasFree = true;
        }
        if (_slots is not null)
        {
            var slot = SlotOf(_slots, value);
            if (_slots[slot] == value) return false;
            if ((_inSlots + 1) * 4 <= _slots.Length * 3)
            {
                _slots[slot] = value;
                _inSlots++;
                return true;
            }
        }
        Grow(memory);
        return Add(value, memory);
    }

    /// <summary>The slot that has the value or where it belongs.</summary>
    static int SlotOf(long[] slots, long value)
    {
        var mask = slots.Length - 1;
        var slot = (int)((ulong)value * 0x9E37_79B9_7F4A_7C15 >> 32) & mask;
        while (slots[slot] != value && slots[slot] != Free) slot = (slot + 1) & mask;
        return slot;
    }

    void Grow(MemoryOwner memory)
    {
        if (_slots is { Length: >= 64 } && _inSlots + _inBits >= BitsFrom && TryMoveToBits(memory)) return;
        var old = _slots ?? [];
        _slots = new long[Math.Max(4, old.Length * 2)];
        memory.Charge(8L * (_slots.Length - old.Length));
        _slots.AsSpan().Fill(Free);
        foreach (var value in old)
            if (value != Free) _slots[SlotOf(_slots, value)] = value;
    }

    /// <summary>Moves what lies close together into bits, if enough does. What lies far from the others does not hinder it.</summary>
    bool TryMoveToBits(MemoryOwner memory)
    {
        var slots = _slots!;
        Span<long> sample = stackalloc long[128];
        var count = 0;
        var step = Math.Max(1, slots.Length / 128);
        for (var i = 0; i < slots.Length && count < sample.Length; i += step)
            if (slots[i] != Free) sample[count++] = slots[i];
        if (count < 16) return false;
        sample = sample[..count];
        sample.Sort();
        // The middle nine tenths, and as much room again for what comes.
        var (low, high) = (sample[count / 20], sample[^(count / 20 + 1)]);
        if (_inBits > 0) (low, high) = (Math.Min(low, _first), Math.Max(high, _first + (long)(_bitCount - 1)));
        var span = (UInt128)(Int128)((Int128)high - low) + 1;
        var most = (ulong)(_inSlots + _inBits) * BitsPerValue;
        if (span > most) return false;
        var room = (ulong)Math.Min((double)most, (double)span * 1.5);
        room = (room + 63) & ~63UL;
        // More room above: ids grow.
        var below = Math.Min((room - (ulong)span) / 4, (ulong)((Int128)low - long.MinValue));
        var first = low - (long)below & ~63L;
        if ((Int128)first + room > long.MaxValue) return false;
        MoveTo(first, room + 64, memory);
        return true;
    }

    void MoveTo(long first, ulong bitCount, MemoryOwner memory)
    {
        var (oldBits, oldSlots, oldFirst) = (_bits, _slots!, _first);
        Debug.Assert(oldBits is null || first <= oldFirst);
        _bits = new ulong[bitCount / 64];
        (_first, _bitCount) = (first, bitCount);
        oldBits?.CopyTo(_bits.AsSpan((int)((ulong)(oldFirst - first) / 64)));
        _slots = null;
        memory.Charge(8L * (_bits.Length - (oldBits?.Length ?? 0)) - 8L * oldSlots.Length);
        _inSlots = 0;
        foreach (var value in oldSlots)
            if (value != Free) Add(value, memory);
    }

    /// <summary>Gives back what was charged, and is empty.</summary>
    public void Clear(MemoryOwner memory)
    {
        memory.Charge(-8L * ((_bits?.Length ?? 0) + (_slots?.Length ?? 0)));
        this = default;
    }

    /// <summary>Writes the values into an array of at least <see cref="Count"/>: those of the bits in order first.</summary>
    public readonly void CopyTo(Span<long> values)
    {
        var count = 0;
        for (var word = 0; word < _bits?.Length; word++)
            for (var bits = _bits[word]; bits != 0; bits &= bits - 1) values[count++] = _first + word * 64L + BitOperations.TrailingZeroCount(bits);
        if (_slots is not null)
            foreach (var value in _slots)
                if (value != Free) values[count++] = value;
        if (_hasFree) values[count] = Free;
    }

    /// <summary>Adds all values of a set at once, where this one is empty or has all its bits; false where there is no such fast way.</summary>
    public bool TryUnite(in LongSet other, MemoryOwner memory)
    {
        if (Count == 0)
        {
            Clear(memory);
            this = other;
            (_bits, _slots) = ((ulong[]?)_bits?.Clone(), (long[]?)_slots?.Clone());
            memory.Charge(8L * ((_bits?.Length ?? 0) + (_slots?.Length ?? 0)));
            return true;
        }
        if (other._inSlots > 0 || other._hasFree || _bits is null || other._bits is null || other._first < _first || other._first + (long)other._bitCount > _first + (long)_bitCount) return false;
        var to = _bits.AsSpan((int)((other._first - _first) / 64));
        var added = 0;
        for (var i = 0; i < other._bits.Length; i++)
        {
            added += BitOperations.PopCount(other._bits[i] & ~to[i]);
            to[i] |= other._bits[i];
        }
        _inBits += added;
        return true;
    }
}
