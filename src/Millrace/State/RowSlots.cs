using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Rows by slot number, column by column: what an operator that keeps rows keeps them in. Slots are given out, freed and given out again.</summary>
/// <remarks>Copying in and out costs about a nanosecond a value. Texts stand once in a dictionary of their column, which is made anew when most of it is no longer used.</remarks>
sealed class RowSlots : IDisposable
{
    const int SweepAtLeast = 16_384;

    readonly Schema _schema;
    readonly MemoryAccountant _memory;
    readonly MemoryOwner _owner;
    readonly SlotColumn?[] _columns; // null where nobody reads it: it comes out NULL
    int[] _free = [];
    bool[] _isUsed = [];
    int _freeCount, _last, _freed;

    /// <summary>Creates room for rows of a schema.</summary>
    /// <param name="schema">Their columns.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="owner">What it is charged to.</param>
    /// <param name="kept">For each column whether it is read again; the others are not kept. null = all are.</param>
    public RowSlots(Schema schema, MemoryAccountant memory, MemoryOwner owner, IReadOnlyList<bool>? kept = null)
    {
        (_schema, _memory, _owner) = (schema, memory, owner);
        _columns = [.. schema.Fields.Select((f, i) => kept is null || kept[i] ? SlotColumn.Create(f.Type, memory, owner) : null)];
    }

    /// <summary>Rows that are kept.</summary>
    public int Count => _last - _freeCount;

    /// <summary>All slots given out are below it.</summary>
    public int Limit => _last;

    /// <summary>A column's values; of a column that is kept.</summary>
    public SlotColumn this[int column] => _columns[column]!;

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
            foreach (var column in _columns) column?.EnsureSlots(length);
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
        for (var c = 0; c < _columns.Length; c++) _columns[c]?.Set(slots, batch[c], rows);
    }

    /// <summary>Makes a slot a row of NULLs.</summary>
    public void SetNull(int slot)
    {
        for (var c = 0; c < _columns.Length; c++)
        {
            if (_columns[c] is not { } column) continue;
            var nulls = _memory.RentNulls(_schema[c].Type, 1);
            column.Set([slot], nulls, [0]);
            nulls.Release();
        }
    }

    /// <summary>Finds which rows are not the same as those of other slots.</summary>
    /// <param name="slots">The rows.</param>
    /// <param name="others">What they are compared with, place by place.</param>
    /// <param name="differs">Is set to true where the two are not the same; the other places stay as they are.</param>
    public void Compare(ReadOnlySpan<int> slots, ReadOnlySpan<int> others, Span<bool> differs)
    {
        for (var c = 0; c < _columns.Length; c++)
        {
            if (_columns[c] is not { } column) continue;
            var other = Column(c, others);
            for (var i = 0; i < slots.Length; i++) differs[i] |= !column.Same(slots[i], other, i);
            other.Release();
        }
    }

    /// <summary>Whether a slot's row is not distinct from a row of a batch, in the columns that are kept.</summary>
    public bool IsSame(int slot, Batch batch, int row)
    {
        for (var c = 0; c < _columns.Length; c++)
            if (_columns[c] is { } column && !column.Same(slot, batch[c], row)) return false;
        return true;
    }

    Column Column(int index, ReadOnlySpan<int> slots)
    {
        if (_columns[index] is not { } from) return _memory.RentNulls(_schema[index].Type, slots.Length);
        var column = _memory.Rent(_schema[index].Type);
        from.AppendTo(slots, column);
        return column;
    }

    /// <summary>Lets go of texts that freed rows held, when many were freed.</summary>
    void SweepIfDue()
    {
        if (_freed < SweepAtLeast || _freed < Count) return;
        _freed = 0;
        foreach (var column in _columns) column?.Compact(s => s < _last && _isUsed[s]);
    }

    /// <summary>Adds the rows of some slots, in order, as the next columns of a batch, whose number of rows they set.</summary>
    public void AppendTo(ReadOnlySpan<int> slots, Batch batch)
    {
        batch.RowCount = slots.Length;
        for (var c = 0; c < _columns.Length; c++) batch.Add(Column(c, slots));
    }

    /// <summary>Writes a row.</summary>
    public void Save(int slot, StateWriter writer)
    {
        foreach (var column in _columns) column?.Save(slot, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote, into a slot of its own.</summary>
    public int Load(ref StateReader reader)
    {
        var slot = Take();
        foreach (var column in _columns) column?.Load(slot, ref reader);
        return slot;
    }

    /// <summary>Gives back all memory.</summary>
    public void Dispose()
    {
        foreach (var column in _columns) column?.Dispose();
        _owner.Charge(-5L * _isUsed.Length);
        (_isUsed, _free, _freeCount, _last) = ([], [], 0, 0);
    }
}
