using Millrace.Data;

namespace Millrace.State;

/// <summary>Bytes of any length by slot, one after the other in one array that is tidied when half of it is no longer used.</summary>
sealed class ByteSlots(MemoryOwner owner) : IDisposable
{
    byte[] _bytes = [];
    (int Start, int Length)[] _slots = [];
    int _end;
    long _used;

    /// <summary>The bytes of a slot; empty where none were set.</summary>
    public ReadOnlySpan<byte> this[int slot] => slot < _slots.Length ? _bytes.AsSpan(_slots[slot].Start, _slots[slot].Length) : default;

    /// <summary>Sets the bytes of a slot to two pieces, one after the other. They must not lie in here.</summary>
    public void Set(int slot, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        if (slot >= _slots.Length)
        {
            var length = Math.Max(slot + 1, Math.Max(16, _slots.Length * 2));
            owner.Charge(8L * (length - _slots.Length));
            Array.Resize(ref _slots, length);
        }
        var size = first.Length + second.Length;
        _used += size - _slots[slot].Length;
        if (size > _slots[slot].Length)
        {
            _slots[slot].Length = 0;
            if (_end + (long)size > _bytes.Length) MakeRoom(size);
            _slots[slot].Start = _end;
            _end += size;
        }
        _slots[slot].Length = size;
        first.CopyTo(_bytes.AsSpan(_slots[slot].Start));
        second.CopyTo(_bytes.AsSpan(_slots[slot].Start + first.Length));
    }

    /// <summary>Empties a slot.</summary>
    public void Clear(int slot)
    {
        if (slot >= _slots.Length) return;
        _used -= _slots[slot].Length;
        _slots[slot] = default;
    }

    void MakeRoom(int size)
    {
        var needed = Math.Max(1024, (_used + size) * 2);
        if (needed > Array.MaxLength) throw new InvalidOperationException("The rows that one operator remembers exceed 1 GB.");
        var bytes = new byte[needed];
        var end = 0;
        for (var i = 0; i < _slots.Length; i++)
        {
            var (start, length) = _slots[i];
            _bytes.AsSpan(start, length).CopyTo(bytes.AsSpan(end));
            _slots[i] = (end, length);
            end += length;
        }
        owner.Charge(bytes.Length - _bytes.Length);
        (_bytes, _end) = (bytes, end);
    }

    public void Dispose()
    {
        owner.Charge(-_bytes.Length - 8L * _slots.Length);
        (_bytes, _slots, _end, _used) = ([], [], 0, 0);
    }
}
