using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Data;

/// <summary>A column of a batch: values of one type and, where there are NULLs, a bitmap of the valid rows.</summary>
/// <remarks>
/// Rented from a <see cref="MemoryAccountant"/> with one reference; <see cref="Retain"/> to keep, <see cref="Release"/> when done.
/// Whoever fills a column owns it alone; once it is in a pushed batch it is immutable. Values of NULL rows are arbitrary but valid to
/// compute with; kernels run over all slots and combine the bitmaps.
/// </remarks>
public abstract class Column : IPooled
{
    readonly ulong[] _validity;
    int _references;

    private protected Column(MemoryAccountant home)
    {
        Home = home;
        Capacity = home.BatchRows;
        _validity = new ulong[Bits.Words(Capacity)];
    }

    internal abstract long ChargedBytes { get; }

    long IPooled.ChargedBytes => ChargedBytes;

    /// <summary>Where the column came from and returns to.</summary>
    public MemoryAccountant Home { get; }

    /// <summary>Type of the values.</summary>
    public DataType Type { get; private set; }

    /// <summary>Rows that fit.</summary>
    public int Capacity { get; }

    /// <summary>Rows that are filled. Whoever fills the column sets it.</summary>
    public int Length { get; set; }

    /// <summary>Whether the bitmap counts; where false every row is valid.</summary>
    public bool HasNulls { get; set; }

    /// <summary>The bitmap of valid rows (1 = valid); meaningful only where <see cref="HasNulls"/>. Bits past <see cref="Length"/> are arbitrary.</summary>
    public Span<ulong> Validity => _validity;

    /// <summary>Whether a row is NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row) => HasNulls && !Bits.Get(_validity, row);

    /// <summary>Makes a row NULL.</summary>
    public void SetNull(int row)
    {
        if (!HasNulls)
        {
            _validity.AsSpan().Fill(ulong.MaxValue);
            HasNulls = true;
        }
        Bits.Clear(_validity, row);
    }

    /// <summary>Makes every row NULL.</summary>
    public void SetAllNull()
    {
        _validity.AsSpan().Clear();
        HasNulls = true;
    }

    /// <summary>Makes an empty column one of so many NULLs.</summary>
    public void FillNulls(int rows)
    {
        Debug.Assert(Length == 0);
        Length = rows;
        FillDefaults(rows);
        SetAllNull();
    }

    /// <summary>Takes the NULLs of another column, which may be longer.</summary>
    public void CopyValidity(Column other)
    {
        HasNulls = other.HasNulls;
        if (HasNulls) other._validity.AsSpan(0, Math.Min(Bits.Words(Length), other._validity.Length)).CopyTo(_validity);
    }

    /// <summary>Takes the NULLs of two columns: a row is valid where both are.</summary>
    public void CombineValidity(Column left, Column right)
    {
        if (!left.HasNulls) { CopyValidity(right); return; }
        if (!right.HasNulls) { CopyValidity(left); return; }
        HasNulls = true;
        for (var i = 0; i < Bits.Words(Length); i++) _validity[i] = left._validity[i] & right._validity[i];
    }

    /// <summary>Adds a reference.</summary>
    /// <returns>The column itself.</returns>
    public Column Retain()
    {
        var references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "retained after it was released");
        return this;
    }

    /// <summary>Gives a reference back; the last one returns the column to its pool.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "released twice");
        if (references != 0) return;
        Clear();
        Home.Return(this);
    }

    /// <summary>A new column with some rows of this one, in the given order.</summary>
    public Column Gather(ReadOnlySpan<int> rows)
    {
        var target = Home.Rent(Type);
        target.Length = rows.Length;
        GatherInto(target, rows);
        if (HasNulls)
        {
            target.HasNulls = true;
            var bits = target._validity;
            bits.AsSpan(0, Bits.Words(rows.Length)).Clear();
            for (var i = 0; i < rows.Length; i++) bits[i >> 6] |= (_validity[rows[i] >> 6] >> rows[i] & 1) << i;
        }
        return target;
    }

    private protected abstract void GatherInto(Column target, ReadOnlySpan<int> rows);

    /// <summary>Appends a row of a column of the same type.</summary>
    public void AppendFrom(Column source, int row)
    {
        Debug.Assert(Length < Capacity);
        Length++;
        if (source.IsNull(row))
        {
            CopyDefault(source, Length - 1);
            SetNull(Length - 1);
        }
        else
        {
            if (HasNulls) Bits.Set(_validity, Length - 1);
            CopyValue(source, row, Length - 1);
        }
    }

    /// <summary>Appends all rows of a column of the same type.</summary>
    internal void AppendAll(Column source)
    {
        Debug.Assert(Length + source.Length <= Capacity);
        if (HasNulls || source.HasNulls || !TryCopyAll(source))
            for (var row = 0; row < source.Length; row++) AppendFrom(source, row);
    }

    /// <summary>Appends the values of a column without NULLs to one without, where they can be copied at once.</summary>
    private protected virtual bool TryCopyAll(Column source) => false;

    /// <summary>Appends a NULL.</summary>
    public void AppendNull()
    {
        Debug.Assert(Length < Capacity);
        Length++;
        PutDefault(Length - 1);
        SetNull(Length - 1);
    }

    private protected abstract void CopyValue(Column source, int row, int target);
    private protected abstract void PutDefault(int row);

    /// <summary>Puts what a NULL row holds that comes from another column.</summary>
    private protected virtual void CopyDefault(Column source, int row) => PutDefault(row);
    private protected abstract void FillDefaults(int rows);
    private protected abstract void Clear();

    internal virtual void Start(DataType type)
    {
        Debug.Assert(_references == 0);
        _references = 1;
        Type = type;
        Length = 0;
        HasNulls = false;
    }

    /// <summary>Marks the row just appended as valid; called by Append methods.</summary>
    private protected void AppendValid()
    {
        Debug.Assert(Length < Capacity);
        if (HasNulls) Bits.Set(_validity, Length);
        Length++;
    }
}

/// <summary>A column of fixed-size values.</summary>
public sealed class Column<T> : Column where T : unmanaged
{
    readonly T[] _values;

    internal override long ChargedBytes => Unsafe.SizeOf<T>() * (long)Capacity + Capacity / 8;

    internal Column(MemoryAccountant home) : base(home)
    {
        _values = GC.AllocateUninitializedArray<T>(Capacity);
        home.Buffers.Charge(ChargedBytes);
    }

    /// <summary>All slots, filled or not.</summary>
    public Span<T> Slots => _values;

    /// <summary>The filled slots.</summary>
    public Span<T> Values => _values.AsSpan(0, Length);

    /// <summary>The value of a row.</summary>
    public T this[int row] => _values[row];

    /// <summary>Appends a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        _values[Length] = value;
        AppendValid();
    }

    private protected override void GatherInto(Column target, ReadOnlySpan<int> rows)
    {
        var to = ((Column<T>)target)._values;
        var from = _values;
        for (var i = 0; i < rows.Length; i++) to[i] = from[rows[i]];
    }

    private protected override bool TryCopyAll(Column source)
    {
        ((Column<T>)source).Values.CopyTo(_values.AsSpan(Length));
        Length += source.Length;
        return true;
    }

    private protected override void CopyValue(Column source, int row, int target) => _values[target] = ((Column<T>)source)._values[row];
    private protected override void PutDefault(int row) => _values[row] = default;
    private protected override void FillDefaults(int rows) => _values.AsSpan(0, rows).Clear();

    private protected override void Clear()
    {
#if DEBUG
        MemoryMarshal.AsBytes(_values.AsSpan()).Fill(0xDB);
#endif
    }
}
