using Millrace.Data;
using Millrace.Functions;
using Millrace.State;

namespace Millrace.Operators.Matching;

/// <summary>The rows that patterns are looked for in, each in a slot of its own, column by column; slots of one partition are linked in both directions.</summary>
sealed class RowStore : IDisposable
{
    const int SlotBytes = 24; // time, key, links, free list

    readonly MemoryOwner _owner;
    readonly SlotColumn[] _columns;
    readonly int _timeColumn;
    int[] _free = [];
    int _freeCount, _last;

    public RowStore(Schema schema, int timeColumn, MemoryAccountant memory, MemoryOwner owner)
    {
        (_owner, _timeColumn) = (owner, timeColumn);
        _columns = [.. schema.Fields.Select(f => SlotColumn.Create(f.Type, memory, owner))];
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<SlotColumn> Columns => _columns;

    /// <summary>For each slot the time of its row.</summary>
    public long[] Times { get; private set; } = [];

    /// <summary>For each slot the number of its partition.</summary>
    public int[] Keys { get; private set; } = [];

    /// <summary>For each slot the next one of its list, or -1.</summary>
    public int[] Next { get; private set; } = [];

    /// <summary>For each slot the one before it in its list, or -1.</summary>
    public int[] Previous { get; private set; } = [];

    /// <summary>Rows that are kept.</summary>
    public int Count => _last - _freeCount;

    /// <summary>Takes some rows of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="slots">Takes the slot of each.</param>
    public void Add(Batch batch, ReadOnlySpan<int> rows, Span<int> slots)
    {
        for (var i = 0; i < slots.Length; i++) slots[i] = NewSlot();
        for (var c = 0; c < _columns.Length; c++) _columns[c].Set(slots, batch[c], rows);
        var times = (Column<long>)batch[_timeColumn];
        for (var i = 0; i < slots.Length; i++) Times[slots[i]] = times[rows[i]];
    }

    int NewSlot()
    {
        if (_freeCount > 0) return _free[--_freeCount];
        if (_last == _free.Length)
        {
            var length = Math.Max(64, _last * 2);
            _owner.Charge((long)SlotBytes * (length - _last));
            (Times, Keys, Next, Previous, _free) = (Longer(Times, length), Longer(Keys, length), Longer(Next, length), Longer(Previous, length), Longer(_free, length));
            foreach (var column in _columns) column.EnsureSlots(length);
        }
        return _last++;
    }

    static T[] Longer<T>(T[] array, int length)
    {
        Array.Resize(ref array, length);
        return array;
    }

    /// <summary>Frees a slot.</summary>
    public void Free(int slot) => _free[_freeCount++] = slot;

    /// <summary>Writes a row.</summary>
    public void Save(int slot, StateWriter writer)
    {
        writer.Write(Times[slot]);
        foreach (var column in _columns) column.Save(slot, writer);
    }

    /// <summary>Reads back a row that <see cref="Save"/> wrote, into a slot.</summary>
    public int Load(ref StateReader reader)
    {
        var slot = NewSlot();
        Times[slot] = reader.Read<long>();
        foreach (var column in _columns) column.Load(slot, ref reader);
        return slot;
    }

    public void Dispose()
    {
        foreach (var column in _columns) column.Dispose();
        _owner.Charge(-(long)SlotBytes * _free.Length);
        (Times, Keys, Next, Previous, _free) = ([], [], [], [], []);
        _freeCount = _last = 0;
    }
}
