using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Texts by slot: a code into a dictionary of its own, in which every text stands once.</summary>
/// <remarks>
/// Low-cardinality texts cost four bytes a slot, and what is given out shares the dictionary instead of copying texts. The dictionary is made anew when
/// most of what is in it is no longer used, so that memory stays flat while texts come and go; who still reads the old one keeps it alive. Where texts hardly
/// repeat, looking them up is not worth its price: from then on each slot has a text of its own.
/// </remarks>
sealed class TextSlots : SlotColumn
{
    const int RebuildAtLeast = 4096;

    readonly MemoryAccountant _memory;
    readonly CodeCache _cache;
    TextHeap _heap;
    int[] _codes = [];
    int _rebuildAt = RebuildAtLeast;
    bool _isPlain; // texts are no longer looked up
    long _taken; // texts since the heap was made, and how many it had then
    int _had;

    public TextSlots(MemoryAccountant memory, MemoryOwner owner) : base(owner)
    {
        _memory = memory;
        _cache = new(owner);
        _heap = NewHeap();
    }

    /// <summary>Texts in the dictionary.</summary>
    public int Distinct => _heap.Count;

    /// <summary>Sets the text of a slot.</summary>
    public void SetText(int slot, ReadOnlySpan<byte> text) => _codes[slot] = Put(text);

    /// <summary>The text of a slot.</summary>
    public ReadOnlySpan<byte> this[int slot] => _heap[_codes[slot]];

    public override ulong HashOf(int slot) => Hash64.Of(this[slot]);

    public override void EnsureSlots(int count)
    {
        if (count <= _codes.Length) return;
        var length = Math.Max(count, Math.Max(16, _codes.Length * 2));
        Owner.Charge(4L * (length - _codes.Length));
        Array.Resize(ref _codes, length);
    }

    protected override void SetValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        if (_heap.Count > _rebuildAt) Rebuild(null);
        var text = (TextColumn)from;
        _taken += slots.Length;
        if (!text.Heap.IsDictionary)
        {
            for (var i = 0; i < slots.Length; i++) _codes[slots[i]] = text.IsNull(rows[i]) ? 0 : Put(text[rows[i]]);
            return;
        }
        var known = _cache.Of(text.Heap);
        var codes = text.Codes;
        for (var i = 0; i < slots.Length; i++)
        {
            var code = codes[rows[i]];
            var own = known[code] - 1;
            _codes[slots[i]] = own >= 0 ? own : Learn(text.Heap, code, known);
        }
    }

    int Put(ReadOnlySpan<byte> text) => _isPlain ? _heap.Append(text) : _heap.Intern(text);

    int Learn(TextHeap dictionary, int code, int[] known)
    {
        var own = _isPlain ? _heap.Append(dictionary[code]) : _heap.Intern(dictionary[code], dictionary.HashOf(code));
        known[code] = own + 1;
        return own;
    }

    protected override bool SameValue(int slot, Column from, int row) => this[slot].SequenceEqual(((TextColumn)from)[row]);

    protected override bool AllSameValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        var text = (TextColumn)from;
        var all = true;
        if (_isPlain || !text.Heap.IsDictionary)
        {
            for (var i = 0; i < slots.Length; i++) all &= this[slots[i]].SequenceEqual(text[rows[i]]);
            return all;
        }
        var known = _cache.Of(text.Heap);
        var codes = text.Codes;
        for (var i = 0; i < slots.Length; i++)
        {
            var code = codes[rows[i]];
            var own = known[code] - 1;
            if (own < 0) own = Learn(text.Heap, code, known);
            all &= own == _codes[slots[i]];
        }
        return all;
    }

    protected override int CompareValues(int a, int b) => _codes[a] == _codes[b] ? 0 : this[a].SequenceCompareTo(this[b]);

    protected override void CopyTo(ReadOnlySpan<int> slots, Column to)
    {
        var text = (TextColumn)to;
        text.Share(_heap);
        var codes = text.Codes;
        for (var i = 0; i < slots.Length; i++) codes[i] = _codes[slots[i]];
    }

    protected override void AppendValue(int slot, Column to) => ((TextColumn)to).Append(this[slot]);

    public override void Compact(Func<int, bool> isUsed) => Rebuild(isUsed);

    void Rebuild(Func<int, bool>? isUsed)
    {
        if (_heap.Count <= RebuildAtLeast) return;
        _isPlain |= _heap.Count - _had > _taken / 4 * 3;
        var old = _heap;
        _heap = NewHeap();
        for (var slot = 0; slot < _codes.Length; slot++)
        {
            var code = _codes[slot];
            if (code == 0) continue;
            if (IsNull(slot) || (isUsed is not null && !isUsed(slot))) _codes[slot] = 0;
            else _codes[slot] = _isPlain ? _heap.Append(old[code]) : _heap.Intern(old[code], old.HashOf(code));
        }
        old.Release();
        _cache.Clear();
        (_rebuildAt, _had, _taken) = (Math.Max(RebuildAtLeast, _heap.Count * 2), _heap.Count, 0);
    }

    TextHeap NewHeap()
    {
        var heap = _memory.RentHeap();
        // Code 0 is what NULLs and unused slots have.
        if (_isPlain) heap.Append([]);
        else
        {
            heap.MakeDictionary();
            heap.Intern([]);
        }
        return heap;
    }

    protected override void SaveValue(int slot, StateWriter writer) => writer.WriteBytes(this[slot]);
    protected override void LoadValue(int slot, ref StateReader reader) => _codes[slot] = Put(reader.ReadBytes());

    public override void Dispose()
    {
        base.Dispose();
        Owner.Charge(-4L * _codes.Length);
        _codes = [];
        _cache.Dispose();
        _heap.Release();
    }
}
