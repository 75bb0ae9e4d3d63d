using System.Buffers;
using System.Buffers.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Sketches.Frequency;

namespace Millrace.Functions.Aggregate;

/// <summary>APPROX_TOP_K(x [, k [, counters]]).</summary>
internal sealed class ApproximateTopK() : SketchFunction("approx_top_k", "approx_top_k(x [, k [, counters]])",
    "The k (1 to 10,000; 5 unless given) most frequent values with how often they are there, most frequent first and equal counts by value: JSON, NULL for an empty group. Exact up to 3/4 of counters different values (a power of two; 1,024 unless given, more where k needs them); beyond, counts are too high by at most 3.5 / counters of all rows, and the order of rows shows within that.",
    ("SELECT approx_top_k(x, 2) FROM (VALUES ('b'), ('a'), ('c'), ('b')) AS t(x)", "[{\"item\":\"b\",\"count\":2},{\"item\":\"a\",\"count\":1}]"))
{
    const int MostItems = 10_000;
    int _k = 5;
    int _lgSize = Frequent.DefaultLgSize;

    public override IReadOnlyList<int> ConstantArguments => [1, 2];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending)
    {
        var k = SketchConstants.Whole(constants[0], "k", 1, MostItems);
        // Four counters for each of the k, lest the last of them are chance.
        var lgSize = constants.Count > 1 ? Frequent.LgSizeOf(constants[1]) : Math.Max(Frequent.DefaultLgSize, int.Log2(4 * k - 1) + 1);
        return new ApproximateTopK { _k = k, _lgSize = lgSize };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [{ Kind: not (TypeKind.Interval or TypeKind.Bytes), IsWideDecimal: false } x] ? Form(DataType.Text, Known(x)) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        var type = signature.Parameters[0];
        if (type.Storage == Storage.Text) return Frequent.States(new FrequentForm<FrequentStrings, string>(_lgSize), Teller<FrequentStrings, string>(static (item, results) =>
        {
            var column = results.Home.RentText(DataType.Text);
            column.Append(System.Text.Encoding.UTF8.GetBytes(item));
            return column;
        }), memory);
        return Frequent.States(new FrequentForm<FrequentLongs, long>(_lgSize), type, Teller<FrequentLongs, long>((item, results) =>
        {
            var column = results.Home.Rent(type);
            Frequent.Append(item, column);
            return column;
        }), memory);
    }

    SketchResult<TSketch> Teller<TSketch, T>(Func<T, Column, Column> valueOf) where TSketch : class, IFrequentSketch<TSketch, T>
    {
        var json = new ArrayBufferWriter<byte>();
        return (sketch, results) =>
        {
            if (sketch is null)
            {
                results.AppendNull();
                return;
            }
            json.ResetWrittenCount();
            json.Write("["u8);
            foreach (var row in sketch.Rows(FrequentError.NoFalseNegatives, -1).Take(_k))
            {
                json.Write(json.WrittenCount > 1 ? ",{\"item\":"u8 : "{\"item\":"u8);
                var value = valueOf(row.Item, results);
                Values.FormatJson(value, 0, json);
                value.Release();
                json.Write(",\"count\":"u8);
                Utf8Formatter.TryFormat(row.Estimate, json.GetSpan(20), out var written);
                json.Advance(written);
                json.Write("}"u8);
            }
            json.Write("]"u8);
            ((TextColumn)results).Append(json.WrittenSpan);
        };
    }
}
