using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Whole rows by slot number, column by column: what an operator that keeps rows keeps them in. Slots are given out, freed and given out again.</summary>
/// <remarks>Copying in and out costs about a nanosecond a value. Texts stand once in a dictionary of their column, which is made anew when most of it is no longer used.</remarks>
sealed class RowSlots : IDisposable
{
    const int SweepAtLeast = 16_384;

    readonly Schema _schema;
    readonly MemoryAccountant _memory;
    readonly MemoryOwner _owner;
    readonly SlotColumn[] _columns;
    int[] _free = [];
    bool[] _isUsed = [];
    int _freeCount, _last, _freed;

    /// <summary>Creates room for rows of a schema.</summary>
    public RowSlots(Schema schema, MemoryAccountant memory, MemoryOwner owner)
    {
        (_schema, _memory, _owner) = (schema, memory, owner);
        _columns = [.. schema.Fields.Select(f => SlotColumn.Create(f.Type, memory, owner))];
    }

    /// <summary>Rows that are kept.</summary>
    public int Count => _last - _freeCount;

    /// <summary>All slots given out are below it.</summary>
    public int Limit => _last;

    /// <summary>A column's values.</summary>
    public SlotColumn this[int column] => _columns[column];

    /// <summary>Gives out a slot whose values are to be set.</summary>
    public int Take()
    {
        if (_freeCount > 0)
        {
            var slot = _free[--_freeCount];
            _isUsed[slot] = true;
            return slot;
        }
        if (_last == _isUsed.Length)
        {
            var length = Math.Max(16, _isUsed.Length * 2);
            _owner.Charge(5L * (length - _isUsed.Length));
            Array.Resize(ref _isUsed, length);
            Array.Resize(ref _free, length);
            foreach (var column in _columns) column.EnsureSlots(length);
        }
        _isUsed[_last] = true;
        return _last++;
    }

    /// <summary>Takes back a slot.</summary>
    public void Free(int slot)
    {
        System.Diagnostics.Debug.Assert(_isUsed[slot], "freed twice");
        _isUsed[slot] = false;
        _free[_freeCount++] = slot;
        _freed++;
    }

    /// <summary>Takes the values of some rows of a batch, each into its slot.</summary>
    public void Set(ReadOnlySpan<int> slots, Batch batch, ReadOnlySpan<int> rows)
    {
        SweepIfDue();
        for (var c = 0; c < _columns.Length; c++) _columns[c].Set(slots, batch[c], rows);
    }

    /// <summary>Lets go of texts that freed rows held, when many were freed.</summary>
    void SweepIfDue()
    {
        if (_freed < SweepAtLeast || _freed < Count) return;
        _freed = 0;
        foreach (var column in _columns) column.Compact(s => s < _last && _isUsed[s]);
    }

    /// <summary>Adds the rows of some slots, in order, as columns to an empty batch that begins with the columns kept here.</summary>
    public void AppendTo(ReadOnlySpan<int> slots, Batch batch)
    {
        batch.RowCount = slots.Length;
        for (var c = 0; c < _columns.Length; c++)
        {
            var column = _memory.Rent(_schema[c].Type);
            _columns[c].AppendTo(slots, column);
            batch.Add(column);
        }
    }

    /// <summary>Writes a row.</summary>
    public void Save(int slot, StateWriter writer)
    {
        foreach (var column in _columns) column.Save(slot, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote, into a slot of its own.</summary>
    public int Load(ref StateReader reader)
    {
        var slot = Take();
        foreach (var column in _columns) column.Load(slot, ref reader);
        return slot;
    }

    /// <summary>Gives back all memory.</summary>
    public void Dispose()
    {
        foreach (var column in _columns) column.Dispose();
        _owner.Charge(-5L * _isUsed.Length);
        (_isUsed, _free, _freeCount, _last) = ([], [], 0, 0);
    }
}
