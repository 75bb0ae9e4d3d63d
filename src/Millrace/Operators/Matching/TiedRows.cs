using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Matching;

/// <summary>The rows of one moment, put in an order that does not depend on when they came: by partition, then by what ORDER BY says, then by their columns.</summary>
sealed class TiedRows
{
    readonly RowStore _rows;
    readonly (SlotColumn Column, SortKey Key)[] _order;
    readonly Comparison<int> _compare;
    int[] _slots = new int[16], _keys = new int[16];
    (int Slot, bool HasSlot) _next;

    public TiedRows(MatchRecognize node, RowStore rows)
    {
        (_rows, _compare) = (rows, Compare);
        var columns = node.Input.Schema.Count;
        _order = [.. node.Order.Skip(1).Concat(Enumerable.Range(0, columns).Select(c => new SortKey(c, false, false))).Select(k => (rows.Columns[k.Column], k))];
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
            if (to - from > 1) _slots.AsSpan(from, to - from).Sort(_compare);
            from = to;
        }
    }

    int Compare(int a, int b)
    {
        foreach (var (column, key) in _order)
        {
            var order = column.Compare(a, b);
            if (order == 0) continue;
            var turns = column.IsNull(a) || column.IsNull(b) ? key.NullsFirst : key.Descending;
            return turns ? -order : order;
        }
        return 0;
    }
}
