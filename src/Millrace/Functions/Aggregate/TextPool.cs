using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>Texts by number, each once, counted by how many sets hold them; what nobody holds is swept out when it is the greater part.</summary>
/// <remarks>A text costs its bytes and about 28 more. A number stays the same while its text is held; after a sweep what was remembered by code is forgotten.</remarks>
sealed class TextPool(MemoryOwner memory)
{
    const int SweepFrom = 1024;
    const int Dictionaries = 8;

    byte[] _bytes = [];
    Entry[] _entries = [];
    int[] _slots = [];
    int[] _free = [];
    int _byteCount;
    int _entryCount;
    int _freeCount;
    int _idle; // texts that nobody holds
    long _charged;
    readonly Remembered[] _remembered = [.. Enumerable.Range(0, Dictionaries).Select(_ => new Remembered())];
    int _next;

    struct Entry
    {
        public ulong Hash;
        public int Start;
        public int Length; // -1: free
        public int Holders;
    }

    sealed class Remembered
    {
        public long Identity = -1;
        public int[] Numbers = [];
    }

    /// <summary>The text of a number.</summary>
    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(_entries[number].Start, _entries[number].Length);

    int Texts => _entryCount - _freeCount;

    /// <summary>By code of a dictionary its number + 1, or 0 where it is not known yet. To be written to; good until the next call.</summary>
    public int[] KnownFor(TextHeap dictionary)
    {
        Sweep();
        Remembered? found = null;
        foreach (var one in _remembered)
            if (one.Identity == dictionary.Identity) found = one;
        if (found is null)
        {
            found = _remembered[_next++ % Dictionaries];
            found.Identity = dictionary.Identity;
            found.Numbers.AsSpan().Clear();
        }
        if (found.Numbers.Length < dictionary.Count)
        {
            Array.Resize(ref found.Numbers, Math.Max(dictionary.Count, found.Numbers.Length * 2));
            Recharge();
        }
        return found.Numbers;
    }

    /// <summary>The number of a text, which it gets if it is new.</summary>
    public int Number(ReadOnlySpan<byte> text)
    {
        if (Texts * 2 >= _slots.Length) GrowSlots();
        var hash = Hash64.Of(text);
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref var entry = ref _entries[_slots[slot] - 1];
            if (entry.Hash == hash && this[_slots[slot] - 1].SequenceEqual(text)) return _slots[slot] - 1;
        }
        var number = Append(text, hash);
        _slots[slot] = number + 1;
        return number;
    }

    /// <summary>A set has taken a text in.</summary>
    public void Hold(int number)
    {
        if (_entries[number].Holders++ == 0) _idle--;
    }

    /// <summary>A set has let a text go. It keeps its number until the next sweep.</summary>
    public void Drop(int number)
    {
        if (--_entries[number].Holders == 0) _idle++;
        Debug.Assert(_entries[number].Holders >= 0);
    }

    public void Free()
    {
        Empty();
        foreach (var one in _remembered) one.Numbers = [];
        Recharge();
    }

    int Append(ReadOnlySpan<byte> text, ulong hash)
    {
        if (text.Length > _bytes.Length - _byteCount) GrowBytes(text.Length);
        if (_freeCount == 0 && _entryCount == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(64, _entries.Length * 2));
            Recharge();
        }
        var number = _freeCount > 0 ? _free[--_freeCount] : _entryCount++;
        text.CopyTo(_bytes.AsSpan(_byteCount));
        _entries[number] = new() { Hash = hash, Start = _byteCount, Length = text.Length };
        _byteCount += text.Length;
        _idle++;
        return number;
    }

    void GrowBytes(int more)
    {
        var needed = (long)_byteCount + more;
        if (needed > Array.MaxLength) throw new InvalidOperationException("The different texts of one aggregate exceed 2 GB.");
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(Math.Max(1024, needed), _bytes.Length * 2L)));
        Recharge();
    }

    void GrowSlots()
    {
        _slots = new int[Math.Max(64, _slots.Length * 2)];
        FillSlots();
        Recharge();
    }

    void FillSlots()
    {
        var mask = _slots.Length - 1;
        for (var number = 0; number < _entryCount; number++)
        {
            if (_entries[number].Length < 0) continue;
            var slot = (int)_entries[number].Hash & mask;
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = number + 1;
        }
    }

    /// <summary>Lets texts go that nobody holds, where they are the greater part. Only between batches: within one, numbers just given are not held yet.</summary>
    public void Sweep()
    {
        if (_idle < SweepFrom || _idle * 2L < Texts) return;
        foreach (var one in _remembered) one.Numbers.AsSpan().Clear();
        if (_idle == Texts)
        {
            Empty();
            Recharge();
            return;
        }
        var bytes = new byte[Math.Max(1024, HeldBytes())];
        var length = 0;
        if (_free.Length < _entryCount) _free = new int[_entries.Length];
        _freeCount = 0;
        for (var number = _entryCount - 1; number >= 0; number--)
        {
            ref var entry = ref _entries[number];
            if (entry.Holders == 0)
            {
                entry.Length = -1;
                _free[_freeCount++] = number;
                continue;
            }
            this[number].CopyTo(bytes.AsSpan(length));
            entry.Start = length;
            length += entry.Length;
        }
        (_bytes, _byteCount, _idle) = (bytes, length, 0);
        _slots.AsSpan().Clear();
        FillSlots();
        Recharge();
    }

    int HeldBytes()
    {
        var sum = 0;
        for (var number = 0; number < _entryCount; number++)
            if (_entries[number].Holders > 0) sum += _entries[number].Length;
        return sum;
    }

    void Empty()
    {
        (_bytes, _entries, _slots, _free) = ([], [], [], []);
        (_byteCount, _entryCount, _freeCount, _idle) = (0, 0, 0, 0);
    }

    void Recharge()
    {
        var bytes = _bytes.Length + (long)Unsafe.SizeOf<Entry>() * _entries.Length + 4L * _slots.Length + 4L * _free.Length + _remembered.Sum(r => 4L * r.Numbers.Length);
        memory.Charge(bytes - _charged);
        _charged = bytes;
    }
}
