using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Values of one size by slot.</summary>
sealed class FixedSlots<T>(MemoryOwner owner) : SlotColumn(owner) where T : unmanaged
{
    T[] _values = [];

    /// <summary>All slots.</summary>
    public ReadOnlySpan<T> Values => _values;

    public override void EnsureSlots(int count)
    {
        if (count <= _values.Length) return;
        var length = Math.Max(count, Math.Max(16, _values.Length * 2));
        Owner.Charge((long)Unsafe.SizeOf<T>() * (length - _values.Length));
        Array.Resize(ref _values, length);
    }

    protected override void SetValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        var values = ((Column<T>)from).Slots;
        for (var i = 0; i < slots.Length; i++) _values[slots[i]] = values[rows[i]];
    }

    public override ulong HashOf(int slot) => _values[slot] switch
    {
        byte v => Hash64.Of((long)v),
        int v => Hash64.Of((long)v),
        long v => Hash64.Of(v),
        double v => Hash64.Of(v),
        Int128 v => Hash64.Of(v),
        Interval v => Hash64.Of(v),
        var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
    };

    protected override bool SameValue(int slot, Column from, int row) => AreSame(_values[slot], ((Column<T>)from)[row]);

    protected override bool AllSameValues(ReadOnlySpan<int> slots, Column from, ReadOnlySpan<int> rows)
    {
        var values = ((Column<T>)from).Slots;
        var all = true;
        for (var i = 0; i < slots.Length; i++) all &= AreSame(_values[slots[i]], values[rows[i]]);
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool AreSame(T a, T b)
    {
        if (typeof(T) == typeof(double))
        {
            var (x, y) = ((double)(object)a, (double)(object)b);
            return x == y || (double.IsNaN(x) && double.IsNaN(y));
        }
        if (typeof(T) == typeof(Interval)) return ((Interval)(object)a).CompareTo((Interval)(object)b) == 0;
        return EqualityComparer<T>.Default.Equals(a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override int CompareValues(int a, int b)
    {
        if (typeof(T) != typeof(double)) return Comparer<T>.Default.Compare(_values[a], _values[b]);
        var (x, y) = ((double)(object)_values[a], (double)(object)_values[b]);
        return double.IsNaN(x) || double.IsNaN(y) ? double.IsNaN(x).CompareTo(double.IsNaN(y)) : x.CompareTo(y);
    }

    protected override void CopyTo(ReadOnlySpan<int> slots, Column to)
    {
        var values = ((Column<T>)to).Slots;
        for (var i = 0; i < slots.Length; i++) values[i] = _values[slots[i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void AppendValue(int slot, Column to) => ((Column<T>)to).Append(_values[slot]);

    protected override void SaveValue(int slot, StateWriter writer) => writer.Write(in _values[slot]);
    protected override void LoadValue(int slot, ref StateReader reader) => _values[slot] = reader.Read<T>();

    public override void Dispose()
    {
        base.Dispose();
        Owner.Charge(-(long)Unsafe.SizeOf<T>() * _values.Length);
        _values = [];
    }
}
