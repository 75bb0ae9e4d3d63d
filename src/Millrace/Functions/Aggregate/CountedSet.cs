using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>The different values of one group, in the order in which they came, and where rows can be taken back how often each is there.</summary>
/// <remarks>
/// Up to eight values are simply searched; more get a table of slots, half empty. A value of 8 bytes costs 16 to 32 bytes, and 8 to 16 more where it is counted.
/// Half-way removals fill the hole with the last value, so the order is only deterministic, not that of arrival.
/// </remarks>
sealed class CountedSet<TKey>(bool isCounted, MemoryOwner memory) where TKey : unmanaged
{
    const int Few = 8;

    TKey[] _keys = [];
    long[] _counts = [];
    int[] _slots = []; // index + 1, 0 = free
    long _charged;

    /// <summary>Number of different values.</summary>
    public int Count { get; private set; }

    /// <summary>The value at an index.</summary>
    public TKey this[int index] => _keys[index];

    /// <summary>How often the value at an index is there; may be below zero for a while.</summary>
    public ref long CountOf(int index) => ref _counts[index];

    /// <summary>The index of a value, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find<TKeys>(in TKeys keys, TKey key) where TKeys : struct, IKeys<TKey>
    {
        if (_slots.Length == 0) return FindAmongFew(in keys, key);
        var mask = _slots.Length - 1;
        for (var slot = (int)keys.Hash(key) & mask; _slots[slot] is > 0 and var entry; slot = (slot + 1) & mask)
            if (keys.Same(_keys[entry - 1], key)) return entry - 1;
        return -1;
    }

    int FindAmongFew<TKeys>(in TKeys keys, TKey key) where TKeys : struct, IKeys<TKey>
    {
        for (var i = 0; i < Count; i++)
            if (keys.Same(_keys[i], key)) return i;
        return -1;
    }

    /// <summary>Takes in a value that is not there, with count 0; returns its index.</summary>
    public int Add<TKeys>(in TKeys keys, TKey key) where TKeys : struct, IKeys<TKey>
    {
        if (Count == _keys.Length) Grow(in keys);
        var index = Count++;
        _keys[index] = key;
        if (isCounted) _counts[index] = 0;
        if (_slots.Length > 0) Enter(in keys, index);
        keys.Hold(key);
        return index;
    }

    /// <summary>Lets the value at an index go; the last one takes its place.</summary>
    public void RemoveAt<TKeys>(in TKeys keys, int index) where TKeys : struct, IKeys<TKey>
    {
        Debug.Assert((uint)index < (uint)Count);
        var key = _keys[index];
        var last = --Count;
        if (_slots.Length > 0)
        {
            Leave(in keys, SlotOf(in keys, index));
            if (last != index) _slots[SlotOf(in keys, last)] = index + 1;
        }
        _keys[index] = _keys[last];
        if (isCounted) _counts[index] = _counts[last];
        keys.Drop(key);
    }

    /// <summary>Lets everything go.</summary>
    public void Free<TKeys>(in TKeys keys) where TKeys : struct, IKeys<TKey>
    {
        for (var i = 0; i < Count; i++) keys.Drop(_keys[i]);
        memory.Charge(-_charged);
    }

    int SlotOf<TKeys>(in TKeys keys, int index) where TKeys : struct, IKeys<TKey>
    {
        var mask = _slots.Length - 1;
        var slot = (int)keys.Hash(_keys[index]) & mask;
        while (_slots[slot] != index + 1) slot = (slot + 1) & mask;
        return slot;
    }

    void Enter<TKeys>(in TKeys keys, int index) where TKeys : struct, IKeys<TKey>
    {
        var mask = _slots.Length - 1;
        var slot = (int)keys.Hash(_keys[index]) & mask;
        while (_slots[slot] != 0) slot = (slot + 1) & mask;
        _slots[slot] = index + 1;
    }

    // Entries behind the hole move up unless they already stand at or after where they belong.
    void Leave<TKeys>(in TKeys keys, int hole) where TKeys : struct, IKeys<TKey>
    {
        var mask = _slots.Length - 1;
        for (var slot = (hole + 1) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var home = (int)keys.Hash(_keys[_slots[slot] - 1]) & mask;
            if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
            _slots[hole] = _slots[slot];
            hole = slot;
        }
        _slots[hole] = 0;
    }

    void Grow<TKeys>(in TKeys keys) where TKeys : struct, IKeys<TKey>
    {
        var length = Math.Max(4, _keys.Length * 2);
        Array.Resize(ref _keys, length);
        if (isCounted) Array.Resize(ref _counts, length);
        if (length > Few)
        {
            _slots = new int[length * 2];
            for (var i = 0; i < Count; i++) Enter(in keys, i);
        }
        var bytes = (long)Unsafe.SizeOf<TKey>() * _keys.Length + 8L * _counts.Length + 4L * _slots.Length + 96;
        memory.Charge(bytes - _charged);
        _charged = bytes;
    }
}
