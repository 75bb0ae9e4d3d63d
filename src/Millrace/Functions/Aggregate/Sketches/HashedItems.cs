using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Sketches;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Theta;

namespace Millrace.Functions.Aggregate;

/// <summary>A sketch that hashes its items as DataSketches does: whole numbers as 64 bits, DOUBLE by its bits (-0 as 0, one NaN), bytes and UTF-8 as they are.</summary>
interface IHashing<TSketch> where TSketch : class
{
    static abstract void Add(TSketch sketch, long item);
    static abstract void Add(TSketch sketch, double item);
    static abstract void Add(TSketch sketch, ReadOnlySpan<byte> item);

    /// <summary>Adds whole numbers, hashed several at once.</summary>
    static abstract void AddAll(TSketch sketch, ReadOnlySpan<long> items);
}

readonly struct HllHashing : IHashing<HllSketch>
{
    public static void Add(HllSketch sketch, long item) => sketch.Update(item);
    public static void Add(HllSketch sketch, double item) => sketch.Update(item);
    public static void Add(HllSketch sketch, ReadOnlySpan<byte> item) => sketch.Update(item);
    public static void AddAll(HllSketch sketch, ReadOnlySpan<long> items) => sketch.Update(items);
}

readonly struct ThetaHashing : IHashing<ThetaSketch>
{
    public static void Add(ThetaSketch sketch, long item) => sketch.Update(item);
    public static void Add(ThetaSketch sketch, double item) => sketch.Update(item);
    public static void Add(ThetaSketch sketch, ReadOnlySpan<byte> item) => sketch.Update(item);
    public static void AddAll(ThetaSketch sketch, ReadOnlySpan<long> items) => sketch.Update(items);
}

readonly struct BloomHashing : IHashing<BloomFilter>
{
    public static void Add(BloomFilter sketch, long item) => sketch.Update(item);
    public static void Add(BloomFilter sketch, double item) => sketch.Update(item);
    public static void Add(BloomFilter sketch, ReadOnlySpan<byte> item) => sketch.Update(item);

    public static void AddAll(BloomFilter sketch, ReadOnlySpan<long> items)
    {
        foreach (var item in items) sketch.Update(item);
    }
}

/// <summary>BOOLEAN, INTEGER, BIGINT, TIMESTAMP (microseconds) and what else is stored in up to 64 bits.</summary>
struct HashedWholes<TSketch, THashing, T> : ISketchItems<TSketch>
    where TSketch : class, ISketch<TSketch>
    where THashing : struct, IHashing<TSketch>
    where T : unmanaged
{
    Column<T>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<T>)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref TSketch sketch, int row, int weight) => THashing.Add(sketch, Wide(_column![row]));

    [SkipLocalsInit]
    public readonly bool TryGiveAll(ref TSketch sketch, int rows)
    {
        if (typeof(T) == typeof(long))
        {
            THashing.AddAll(sketch, ((Column<long>)(object)_column!).Slots[..rows]);
            return true;
        }
        ReadOnlySpan<T> values = _column!.Slots;
        Span<long> wide = stackalloc long[256];
        for (var done = 0; done < rows; done += wide.Length)
        {
            var some = wide[..Math.Min(wide.Length, rows - done)];
            for (var i = 0; i < some.Length; i++) some[i] = Wide(values[done + i]);
            THashing.AddAll(sketch, some);
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static long Wide(T value) => typeof(T) == typeof(long) ? (long)(object)value : typeof(T) == typeof(int) ? (int)(object)value : (byte)(object)value;
}

/// <summary>DOUBLE.</summary>
struct HashedReals<TSketch, THashing> : ISketchItems<TSketch>
    where TSketch : class, ISketch<TSketch>
    where THashing : struct, IHashing<TSketch>
{
    Column<double>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<double>)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref TSketch sketch, int row, int weight) => THashing.Add(sketch, _column![row]);
}

/// <summary>TEXT and BYTES. The empty one is no item, as in DataSketches.</summary>
struct HashedTexts<TSketch, THashing> : ISketchItems<TSketch>
    where TSketch : class, ISketch<TSketch>
    where THashing : struct, IHashing<TSketch>
{
    TextColumn? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (TextColumn)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref TSketch sketch, int row, int weight) => THashing.Add(sketch, _column![row]);
}

/// <summary>TEXT and BYTES where only numbers of items are asked for and images never seen: the empty one is an item too.</summary>
struct CountedTexts : ISketchItems<HllSketch>
{
    TextColumn? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (TextColumn)arguments[0];

    // A byte that no UTF-8 has stands for the empty text.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref HllSketch sketch, int row, int weight) => sketch.Update(_column![row] is { IsEmpty: false } text ? text : [0xFF]);
}

/// <summary>DECIMALs of more than 18 digits and INTERVALs, where images are never seen.</summary>
struct CountedWide<T> : ISketchItems<HllSketch> where T : unmanaged
{
    Column<T>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<T>)arguments[0];

    public readonly void Give(ref HllSketch sketch, int row, int weight)
    {
        Span<byte> bytes = stackalloc byte[16];
        // Intervals of one length are equal.
        BinaryPrimitives.WriteInt128LittleEndian(bytes, typeof(T) == typeof(Int128) ? (Int128)(object)_column![row] : ((Interval)(object)_column![row]).ApproximateMicroseconds);
        sketch.Update((ReadOnlySpan<byte>)bytes);
    }
}

/// <summary>Which values are items of DataSketches' hashing, and the states over them.</summary>
static class Hashed
{
    /// <summary>The type that values are hashed as, or null where they are not: DECIMAL as DOUBLE.</summary>
    public static DataType? ItemOf(DataType type) => type.Kind switch
    {
        TypeKind.Decimal => DataType.Double,
        TypeKind.Interval => null,
        TypeKind.Null => DataType.Text,
        _ => type,
    };

    /// <summary>States of sketches over values of a type.</summary>
    public static AggregateStates States<TSketch, THashing>(SketchForm<TSketch> form, DataType type, SketchResult<TSketch> result, MemoryOwner memory)
        where TSketch : class, ISketch<TSketch>
        where THashing : struct, IHashing<TSketch> => type.Storage switch
        {
            Storage.Byte => new SketchStates<TSketch, HashedWholes<TSketch, THashing, byte>>(form, default, result, memory),
            Storage.Int => new SketchStates<TSketch, HashedWholes<TSketch, THashing, int>>(form, default, result, memory),
            Storage.Long => new SketchStates<TSketch, HashedWholes<TSketch, THashing, long>>(form, default, result, memory),
            Storage.Double => new SketchStates<TSketch, HashedReals<TSketch, THashing>>(form, default, result, memory),
            _ => new SketchStates<TSketch, HashedTexts<TSketch, THashing>>(form, default, result, memory),
        };
}
