using Millrace.Data;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Operators.Matching;

/// <summary>The rows of one moment, put in an order that does not depend on when they came: by partition, then by what ORDER BY says, then by their columns.</summary>
sealed class TiedRows
{
    readonly RowStore _rows;
    readonly MemoryAccountant _memory;
    readonly Schema _schema;
    readonly KeyEncoding _order;
    int[] _slots = new int[16], _keys = new int[16];
    (int Slot, bool HasSlot) _next;

    public TiedRows(MatchRecognize node, RowStore rows, MemoryAccountant memory)
    {
        (_rows, _memory, _schema) = (rows, memory, node.Input.Schema);
        _order = new([.. node.Order.Skip(1), .. Enumerable.Range(0, _schema.Count).Select(c => new SortKey(c, false, false))]);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The slot of a row.</summary>
    public int this[int index] => _slots[index];

    /// <summary>Takes the rows of the earliest moment before a limit.</summary>
    /// <returns>Whether there are any.</returns>
    public bool Take(TimeQueue waiting, long limit)
    {
        Count = 0;
        if (!_next.HasSlot)
        {
            if (!waiting.TryTake(limit, out _, out var first)) return false;
            _next = (first, true);
        }
        var time = _rows.Times[_next.Slot];
        do
        {
            Add(_next.Slot);
            _next.HasSlot = waiting.TryTake(limit, out _, out _next.Slot);
        }
        while (_next.HasSlot && _rows.Times[_next.Slot] == time);
        if (Count > 1) Arrange();
        return true;
    }

    void Add(int slot)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Count * 2);
            Array.Resize(ref _keys, Count * 2);
        }
        (_slots[Count], _keys[Count]) = (slot, _rows.Keys[slot]);
        Count++;
    }

    void Arrange()
    {
        Array.Sort(_keys, _slots, 0, Count);
        for (var from = 0; from < Count;)
        {
            var to = from + 1;
            while (to < Count && _keys[to] == _keys[from]) to++;
            if (to - from > 1) Order(_slots.AsSpan(from, to - from));
            from = to;
        }
    }

    /// <summary>Rows of one moment and one partition, which is rare.</summary>
    void Order(Span<int> slots)
    {
        var images = new byte[slots.Length][];
        for (var i = 0; i < slots.Length; i++)
        {
            var batch = _memory.RentBatch(_schema);
            batch.RowCount = 1;
            for (var c = 0; c < _schema.Count; c++)
            {
                var column = _memory.Rent(_schema[c].Type);
                _rows.Columns[c].Append(slots[i], column);
                batch.Add(column);
            }
            images[i] = _order.Encode(batch, 0).ToArray();
            batch.Release();
        }
        images.AsSpan().Sort(slots, (a, b) => a.AsSpan().SequenceCompareTo(b));
    }
}
