using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Frequency;

namespace Millrace.Functions.Aggregate;

/// <summary>FREQUENT_AGG(x [, counters]).</summary>
internal sealed class FrequentAggregate() : SketchFunction("frequent_agg", "frequent_agg(x [, counters])",
    "The most frequent values as a frequent items sketch, BYTES: DataSketches' image of integers (BOOLEAN, INTEGER, BIGINT, TIMESTAMP in microseconds) or of strings (TEXT). Counts are exact up to 3/4 of so many different values (a power of two from 8 to 67,108,864; 1,024 unless given), then wrong by at most 3.5 / counters of all rows, and the order of rows shows within that. NULL for an empty group.",
    ("SELECT frequent_top(frequent_agg(x), 1) FROM (VALUES ('a'), ('b'), ('a')) AS t(x)", "[{\"item\":\"a\",\"count\":2,\"lower\":2,\"upper\":2}]"))
{
    int _lgSize = Frequent.DefaultLgSize;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new FrequentAggregate { _lgSize = Frequent.LgSizeOf(constants[0]) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [{ Kind: TypeKind.Text or TypeKind.Boolean or TypeKind.Integer or TypeKind.BigInt or TypeKind.Timestamp or TypeKind.Null } x] ? Form(DataType.Bytes, Known(x)) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        if (signature.Parameters[0].Storage == Storage.Text)
        {
            var texts = new FrequentForm<FrequentStrings, string>(_lgSize);
            return Frequent.States(texts, ImageOf(texts), memory);
        }
        var numbers = new FrequentForm<FrequentLongs, long>(_lgSize);
        return Frequent.States(numbers, signature.Parameters[0], ImageOf(numbers), memory);
    }
}

/// <summary>FREQUENT_MERGE(image [, items]).</summary>
internal sealed class FrequentMerge<TSketch, T>(string items) : SketchMerge<TSketch>("frequent_merge", "frequent_merge(image [, items])",
    "One frequent items sketch of all values that the sketches of a group have seen, with the most counters that one of them has; items says what they are of: 'text', unless given, or 'integer'. NULL for an empty group. An image that is damaged or of another kind is an error of its row.",
    ("SELECT frequent_estimate(frequent_merge(s), 'x') FROM (SELECT frequent_agg(x) AS s FROM (VALUES ('a', 'x'), ('a', 'y'), ('b', 'x')) AS t(k, x) GROUP BY k)", "2"))
    where TSketch : class, IFrequentSketch<TSketch, T>
{
    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchForm<TSketch> SketchForm { get; } = new FrequentForm<TSketch, T>(Frequent.DefaultLgSize);

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => constants[0].Value switch
    {
        string given when given == items => this,
        "text" => new FrequentMerge<FrequentStrings, string>("text"),
        "integer" => new FrequentMerge<FrequentLongs, long>("integer"),
        _ => throw new ArgumentException($"items is 'text' or 'integer', not {constants[0].ToSql()}"),
    };
}

/// <summary>Sketches of frequent items, of one size unless images of others are merged.</summary>
sealed class FrequentForm<TSketch, T>(int lgSize) : SketchForm<TSketch> where TSketch : class, IFrequentSketch<TSketch, T>
{
    public override TSketch Create() => TSketch.Create(lgSize);

    public override void Merge(ref TSketch into, TSketch other)
    {
        if (other.TotalWeight == 0) return;
        if (other.LgMaxMapSize > into.LgMaxMapSize || into.TotalWeight == 0 && other.LgMaxMapSize != into.LgMaxMapSize)
        {
            var fitting = TSketch.Create(other.LgMaxMapSize);
            fitting.Merge(into);
            into = fitting;
        }
        into.Merge(other);
    }

    // Where items lie in the table tells in which order they came; while counts are exact that can be undone.
    public override byte[] Image(TSketch sketch)
    {
        if (sketch.MaximumError > 0) return sketch.Save();
        var ordered = TSketch.Create(sketch.LgMaxMapSize);
        foreach (var row in sketch.Rows(FrequentError.NoFalseNegatives, 0)) ordered.Update(row.Item, row.Estimate);
        return ordered.Save();
    }
}

/// <summary>Values of up to 64 bits as integers in their order, each with its weight.</summary>
struct FrequentNumbers<T> : ISketchItems<FrequentLongs> where T : unmanaged
{
    Column<T>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<T>)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref FrequentLongs sketch, int row, int weight) => sketch.Update(ItemOf(_column![row]), weight);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static long ItemOf(T value)
    {
        if (typeof(T) == typeof(double)) return Turn(BitConverter.DoubleToInt64Bits(Hash64.Canonical((double)(object)value)));
        if (typeof(T) == typeof(long)) return (long)(object)value;
        return typeof(T) == typeof(int) ? (int)(object)value : (byte)(object)value;
    }

    /// <summary>Appends the value of an item.</summary>
    public static void Append(long item, Column<T> column)
    {
        if (typeof(T) == typeof(double)) ((Column<double>)(object)column).Append(BitConverter.Int64BitsToDouble(Turn(item)));
        else if (typeof(T) == typeof(long)) ((Column<long>)(object)column).Append(item);
        else if (typeof(T) == typeof(int)) ((Column<int>)(object)column).Append((int)item);
        else ((Column<byte>)(object)column).Append((byte)item);
    }

    // Negative doubles have all their bits but the first turned, so that they stand in order.
    static long Turn(long bits) => bits < 0 ? bits ^ long.MaxValue : bits;
}

/// <summary>Texts, each with its weight.</summary>
struct FrequentTexts : ISketchItems<FrequentStrings>
{
    TextColumn? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (TextColumn)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref FrequentStrings sketch, int row, int weight) => sketch.Update(Sound(_column![row]), weight);

    // Images hold UTF-8 and nothing else.
    static ReadOnlySpan<byte> Sound(ReadOnlySpan<byte> text) => Utf8.IsValid(text) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
}

/// <summary>What the aggregates over frequent items share.</summary>
static class Frequent
{
    public const int DefaultLgSize = 10;

    /// <summary>The logarithm of a number of counters, which is a power of two.</summary>
    public static int LgSizeOf(Literal counters)
    {
        var size = SketchConstants.Whole(counters, "counters", 1 << FrequentLongs.LeastLgSize, 1 << FrequentLongs.GreatestLgSize);
        return int.IsPow2(size) ? int.Log2(size) : throw new ArgumentException($"counters is a power of two, not {size}");
    }

    public static AggregateStates States(SketchForm<FrequentStrings> form, SketchResult<FrequentStrings> result, MemoryOwner memory) =>
        new SketchStates<FrequentStrings, FrequentTexts>(form, default, result, memory);

    /// <summary>States over a type that is stored in up to 64 bits.</summary>
    public static AggregateStates States(SketchForm<FrequentLongs> form, DataType type, SketchResult<FrequentLongs> result, MemoryOwner memory) => type.Storage switch
    {
        Storage.Byte => new SketchStates<FrequentLongs, FrequentNumbers<byte>>(form, default, result, memory),
        Storage.Int => new SketchStates<FrequentLongs, FrequentNumbers<int>>(form, default, result, memory),
        Storage.Long => new SketchStates<FrequentLongs, FrequentNumbers<long>>(form, default, result, memory),
        _ => new SketchStates<FrequentLongs, FrequentNumbers<double>>(form, default, result, memory),
    };

    /// <summary>Appends an item as the value of its type.</summary>
    public static void Append(long item, Column column)
    {
        switch (column)
        {
            case Column<byte> c: FrequentNumbers<byte>.Append(item, c); break;
            case Column<int> c: FrequentNumbers<int>.Append(item, c); break;
            case Column<long> c: FrequentNumbers<long>.Append(item, c); break;
            default: FrequentNumbers<double>.Append(item, (Column<double>)column); break;
        }
    }
}
