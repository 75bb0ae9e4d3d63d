using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>How the values of an argument become keys of sets. A struct, so that the loops of <see cref="CountedSet{TKey}"/> are compiled for each kind.</summary>
interface IKeys<TKey> where TKey : unmanaged
{
    /// <summary>Readies the column whose rows are read next.</summary>
    void Begin(Column column);

    /// <summary>The key of a row that is not NULL.</summary>
    TKey Read(int row);

    ulong Hash(TKey key);
    bool Same(TKey a, TKey b);
    int Compare(TKey a, TKey b);

    /// <summary>A set has taken the key in.</summary>
    void Hold(TKey key);

    /// <summary>A set has let the key go.</summary>
    void Drop(TKey key);

    void Append(TKey key, Column column);
    void Save(TKey key, StateWriter writer);
    TKey Load(ref StateReader reader);

    /// <summary>Gives back what the keys hold.</summary>
    void Free();
}

/// <summary>Values of fixed size are their own keys: -0 as 0, every NaN as one.</summary>
struct FixedKeys<T> : IKeys<T> where T : unmanaged, IComparable<T>
{
    Column<T>? _column;

    public void Begin(Column column) => _column = (Column<T>)column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T Read(int row) => Canonical(_column![row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Canonical(T value) => typeof(T) == typeof(double) ? (T)(object)Hash64.Canonical((double)(object)value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Hash(T key)
    {
        if (typeof(T) == typeof(double)) return Hash64.Of((double)(object)key);
        if (typeof(T) == typeof(long)) return Hash64.Of((long)(object)key);
        if (typeof(T) == typeof(int)) return Hash64.Of((int)(object)key);
        if (typeof(T) == typeof(byte)) return Hash64.Of((byte)(object)key);
        if (typeof(T) == typeof(Int128)) return Hash64.Of((Int128)(object)key);
        return Hash64.Of(((Interval)(object)key).ApproximateMicroseconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Same(T a, T b) => a.CompareTo(b) == 0;

    public readonly int Compare(T a, T b) => LessThan.Scalar(a, b) ? -1 : LessThan.Scalar(b, a) ? 1 : 0;

    public readonly void Hold(T key) { }
    public readonly void Drop(T key) { }
    public readonly void Append(T key, Column column) => ((Column<T>)column).Append(key);
    public readonly void Save(T key, StateWriter writer) => writer.Write(in key);
    public readonly T Load(ref StateReader reader) => reader.Read<T>();
    public readonly void Free() { }
}

/// <summary>Texts are numbered by a pool that all groups share: a set holds four bytes for each, and the text stands once however many groups have it.</summary>
/// <remarks>For dictionary columns the number of each code is remembered, so a row costs one look-up and no hash of its bytes.</remarks>
struct TextKeys(TextPool pool) : IKeys<int>
{
    readonly TextPool _pool = pool;
    TextColumn? _column;
    int[]? _known; // by code: number + 1; null for plain heaps

    public void Begin(Column column)
    {
        _column = (TextColumn)column;
        _pool.Sweep();
        _known = _column.Heap.IsDictionary ? _pool.KnownFor(_column.Heap) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Read(int row)
    {
        if (_known is not { } known) return _pool.Number(_column![row]);
        ref var number = ref known[_column!.Slots[row]];
        if (number == 0) number = _pool.Number(_column[row]) + 1;
        return number - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Hash(int key) => Hash64.Of(key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Same(int a, int b) => a == b;

    public readonly int Compare(int a, int b) => a == b ? 0 : _pool[a].SequenceCompareTo(_pool[b]);
    public readonly void Hold(int key) => _pool.Hold(key);
    public readonly void Drop(int key) => _pool.Drop(key);
    public readonly void Append(int key, Column column) => ((TextColumn)column).Append(_pool[key]);
    public readonly void Save(int key, StateWriter writer) => writer.WriteBytes(_pool[key]);
    public readonly int Load(ref StateReader reader) => _pool.Number(reader.ReadBytes());
    public readonly void Free() => _pool.Free();

    /// <summary>The number here of a text of another pool.</summary>
    public readonly int Adopt(in TextKeys other, int key) => _pool.Number(other._pool[key]);
}

/// <summary>Keys of one table in terms of another.</summary>
static class KeyTranslation
{
    public static TKey Adopt<TKey, TKeys>(in TKeys to, in TKeys from, TKey key) where TKey : unmanaged where TKeys : struct, IKeys<TKey>
    {
        if (typeof(TKeys) != typeof(TextKeys)) return key;
        Debug.Assert(typeof(TKey) == typeof(int));
        return (TKey)(object)((TextKeys)(object)to).Adopt((TextKeys)(object)from, (int)(object)key);
    }
}
