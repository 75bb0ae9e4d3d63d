using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>The values of one column by slot number, for as long as the engine keeps them: keys of a table, rows that were told.</summary>
/// <remarks>Values are kept exactly as they came; comparison is that of keys (NULL = NULL, -0 = 0, NaN = NaN, one month = 30 days). Dispose gives back what was charged.</remarks>
abstract class SlotColumn(MemoryOwner owner) : IDisposable
{
    ulong[] _nulls = []; // grows with the first NULL

    /// <summary>Makes the column of a type.</summary>
    public static SlotColumn Create(DataType type, MemoryAccountant memory, MemoryOwner owner) => type.Storage switch
    {
        Storage.Byte => new FixedSlots<byte>(owner),
        Storage.Int => new FixedSlots<int>(owner),
        Storage.Long => new FixedSlots<long>(owner),
        Storage.Double => new FixedSlots<double>(owner),
        Storage.Int128 => new FixedSlots<Int128>(owner),
        Storage.Interval => new FixedSlots<Interval>(owner),
        _ => new TextSlots(memory, owner),
    };

    /// <summary>Makes the column of a type for rows that come once: texts of it need not repeat.</summary>
    public static SlotColumn ForRows(DataType type, MemoryAccountant memory, MemoryOwner owner) =>
        type.Storage == Storage.Text ? new RowTexts(memory, owner) : Create(type, memory, owner);

    /// <summary>What it is charged to.</summary>
    protected MemoryOwner Owner { get; } = owner;

    /// <summary>Whether a slot holds NULL.</summary>
    public bool IsNull(int slot) => slot >> 6 < _nulls.Length && Bits.Get(_nulls, slot);

    /// <summary>Whether any slot has ever held NULL.</summary>
    protected bool HasNulls => _nulls.Length != 0;

    /// <summary>Makes room for slots 0 to count - 1.</summary>
    public abstract void EnsureSlots(int count);

    /// <summary>Takes the values of some rows of a batch's column, each into its slot.</summary>
    public void Set(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        SetValues(slots, from, rows);
        if (!from.HasNulls && !HasNulls) return;
        for (var i = 0; i < slots.Length; i++) SetNull(slots[i], from.IsNull(rows[i]));
    }

    protected abstract void SetValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows);

    /// <summary>Whether a slot's value is not distinct from a row's.</summary>
    public bool Same(int slot, Column from, int row)
    {
        var isNull = from.IsNull(row);
        return isNull == IsNull(slot) && (isNull || SameValue(slot, from, row));
    }

    protected abstract bool SameValue(int slot, Column from, int row);

    /// <summary>Whether every slot's value is not distinct from that of its row.</summary>
    public bool AllSame(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        if (!from.HasNulls && !HasNulls) return AllSameValues(slots, from, rows);
        for (var i = 0; i < slots.Length; i++)
            if (!Same(slots[i], from, rows[i])) return false;
        return true;
    }

    protected abstract bool AllSameValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows);

    /// <summary>The order of two slots' values, ascending with NULLs last; 0 where they are not distinct.</summary>
    public int Compare(int a, int b)
    {
        if (!HasNulls) return CompareValues(a, b);
        var (isNull, otherIsNull) = (IsNull(a), IsNull(b));
        return isNull || otherIsNull ? isNull.CompareTo(otherIsNull) : CompareValues(a, b);
    }

    protected abstract int CompareValues(int a, int b);

    /// <summary>The canonical hash of a slot's value, which is not NULL: as <see cref="KeyHash"/> hashes it in a batch.</summary>
    public abstract ulong HashOf(int slot);

    /// <summary>Appends the values of some slots to an empty column of the same type.</summary>
    public void AppendTo(ReadOnlySpan<int> slots, Column to)
    {
        to.Length = slots.Length;
        CopyTo(slots, to);
        if (!HasNulls) return;
        for (var i = 0; i < slots.Length; i++)
            if (IsNull(slots[i])) to.SetNull(i);
    }

    protected abstract void CopyTo(ReadOnlySpan<int> slots, Column to);

    /// <summary>Appends the value of one slot to a column of the same type.</summary>
    public void Append(int slot, Column to)
    {
        if (IsNull(slot)) to.AppendNull();
        else AppendValue(slot, to);
    }

    protected abstract void AppendValue(int slot, Column to);

    /// <summary>Lets go of what slots no longer used hold; called when many were freed.</summary>
    /// <param name="isUsed">For each slot whether it is used.</param>
    public virtual void Compact(Func<int, bool> isUsed) { }

    /// <summary>Lets go of what a slot that is no longer used holds, where that frees anything at once.</summary>
    public virtual void Free(int slot) { }

    /// <summary>Writes a slot's value.</summary>
    public void Save(int slot, StateWriter writer)
    {
        writer.Write(IsNull(slot));
        if (!IsNull(slot)) SaveValue(slot, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(int slot, ref StateReader reader)
    {
        var isNull = reader.Read<bool>();
        SetNull(slot, isNull);
        if (!isNull) LoadValue(slot, ref reader);
    }

    protected abstract void SaveValue(int slot, StateWriter writer);
    protected abstract void LoadValue(int slot, ref StateReader reader);

    public virtual void Dispose()
    {
        Owner.Charge(-8L * _nulls.Length);
        _nulls = [];
    }

    /// <summary>Makes a slot NULL.</summary>
    public void SetNull(int slot) => SetNull(slot, true);

    void SetNull(int slot, bool isNull)
    {
        if (slot >> 6 >= _nulls.Length)
        {
            if (!isNull) return;
            var words = Math.Max(Bits.Words(slot + 1), _nulls.Length * 2);
            Owner.Charge(8L * (words - _nulls.Length));
            Array.Resize(ref _nulls, words);
        }
        if (isNull) Bits.Set(_nulls, slot);
        else Bits.Clear(_nulls, slot);
    }
}
