using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Texts of remembered rows: in a dictionary as long as they repeat, one after the other once they hardly do.</summary>
sealed class RowTexts(MemoryAccountant memory, MemoryOwner owner) : SlotColumn(owner)
{
    const int LooksAfter = 4096;

    TextSlots? _words = new(memory, owner);
    PagedTexts? _texts;
    int _slots;
    long _set;

    public override ulong HashOf(int slot) => _words is not null ? _words.HashOf(slot) : Hash64.Of(_texts![slot]);

    public override void EnsureSlots(int count)
    {
        _slots = Math.Max(_slots, count);
        if (_words is not null) _words.EnsureSlots(count);
        else _texts!.EnsureSlots(count);
    }

    protected override void SetValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        var text = (TextColumn)from;
        if (_words is not null)
        {
            _words.Set(slots, from, rows);
            _set += slots.Length;
            if (_set >= LooksAfter && _words.Distinct * 2L > _set) Spread();
            return;
        }
        for (var i = 0; i < slots.Length; i++)
        {
            if (text.IsNull(rows[i])) _texts!.Clear(slots[i]);
            else _texts!.Set(slots[i], text[rows[i]]);
        }
    }

    /// <summary>Gives the dictionary up.</summary>
    void Spread()
    {
        _texts = new(Owner);
        _texts.EnsureSlots(_slots);
        for (var slot = 0; slot < _slots; slot++) _texts.Set(slot, _words![slot]);
        _words!.Dispose();
        _words = null;
    }

    /// <summary>Lets go of the text of a slot, where that frees anything.</summary>
    public override void Free(int slot) => _texts?.Clear(slot);

    ReadOnlySpan<byte> Value(int slot) => _words is not null ? _words[slot] : _texts![slot];

    protected override bool SameValue(int slot, Column from, int row) => Value(slot).SequenceEqual(((TextColumn)from)[row]);

    protected override bool AllSameValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        for (var i = 0; i < slots.Length; i++)
            if (!SameValue(slots[i], from, rows[i])) return false;
        return true;
    }

    protected override int CompareValues(int a, int b) => Value(a).SequenceCompareTo(Value(b));

    protected override void AppendValue(int slot, Column to) => ((TextColumn)to).Append(Value(slot));

    protected override void CopyTo(ReadOnlySpan<int> slots, Column to)
    {
        if (_words is not null)
        {
            _words.AppendTo(slots, to);
            return;
        }
        var text = (TextColumn)to;
        var heap = text.Heap;
        var codes = text.Slots;
        for (var i = 0; i < slots.Length; i++) codes[i] = heap.Append(_texts![slots[i]]);
    }

    public override void Compact(Func<int, bool> isUsed) => _words?.Compact(isUsed);

    protected override void SaveValue(int slot, StateWriter writer) => writer.WriteBytes(Value(slot));

    protected override void LoadValue(int slot, ref StateReader reader)
    {
        if (_words is not null) _words.SetText(slot, reader.ReadBytes());
        else _texts!.Set(slot, reader.ReadBytes());
    }

    public override void Dispose()
    {
        base.Dispose();
        _words?.Dispose();
        _texts?.Dispose();
    }
}
