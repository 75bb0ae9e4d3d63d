using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Tests.Stores;

/// <summary>Order and identity of encoded keys against the plain comparison of values.</summary>
public sealed class KeyEncodingTests
{
    static readonly MemoryAccountant Memory = new();

    static readonly (DataType Type, object[] Ascending)[] Ladders =
    [
        (DataType.Boolean, [false, true]),
        (DataType.Integer, [int.MinValue, -1, 0, 1, 255, 256, int.MaxValue]),
        (DataType.BigInt, [long.MinValue, -257L, -1L, 0L, 1L, long.MaxValue]),
        (DataType.Timestamp, [long.MinValue, -1L, 0L, long.MaxValue]),
        (DataType.Double, [double.NegativeInfinity, double.MinValue, -1.5, -double.Epsilon, 0.0, double.Epsilon, 1.0, 1.5, double.MaxValue, double.PositiveInfinity, double.NaN]),
        (DataType.Decimal(18, 2), [(Int128)(-100), (Int128)0, (Int128)99]),
        (DataType.Decimal(38, 2), [Int128.MinValue, (Int128)long.MinValue, (Int128)(-1), (Int128)0, (Int128)1, (Int128)ulong.MaxValue, Int128.MaxValue]),
        (DataType.Text, ["", "\0", "\0\0", "\0a", "a", "a\0", "a\0b", "aa", "ab", "b", "ü", "\uFFFD", "😀"]),
        (DataType.Bytes, [Array.Empty<byte>(), new byte[] { 0 }, new byte[] { 0, 0 }, new byte[] { 0, 255 }, new byte[] { 1 }, new byte[] { 255 }, new byte[] { 255, 0 }]),
        (DataType.Interval, [new Interval(-1, 0, 0), new Interval(0, -29, 0), default(Interval), new Interval(0, 0, 1), new Interval(0, 29, 0), new Interval(1, 0, 0), new Interval(int.MaxValue, 0, 0)]),
    ];

    [Fact]
    public void Bytes_compare_as_values_do_whatever_follows_them()
    {
        foreach (var (type, ladder) in Ladders)
            foreach (var descending in new[] { false, true })
                foreach (var nullsFirst in new[] { false, true })
                {
                    var schema = new Schema(new Field("a", type), new Field("b", DataType.Text));
                    object?[] values = [.. ladder, null];
                    var rows = values.SelectMany(v => new[] { new[] { v, "\u0001" }, [v, "z"] }).ToArray();
                    var batch = StoredRows.Batch(Memory, schema, rows);
                    var key = new KeyEncoding([new SortKey(0, descending, nullsFirst), new SortKey(1, false, false)]);
                    int Rank(int i) => i / 2 == ladder.Length ? nullsFirst ? -100 : 100 : descending ? -(i / 2) : i / 2;
                    for (var i = 0; i < rows.Length; i++)
                    {
                        var left = key.Encode(batch, i).ToArray();
                        for (var j = 0; j < rows.Length; j++)
                        {
                            var expected = (Rank(i), i % 2).CompareTo((Rank(j), j % 2));
                            var actual = left.AsSpan().SequenceCompareTo(key.Encode(batch, j));
                            Assert.True(Math.Sign(expected) == Math.Sign(actual), $"{type} row {i} and row {j}, descending {descending}, nulls first {nullsFirst}");
                        }
                    }
                    batch.Release();
                }
        Assert.Equal(0, Memory.Alive);
    }

    [Fact]
    public void Values_that_are_not_distinct_have_equal_bytes()
    {
        var schema = new Schema(new Field("a", DataType.Double), new Field("b", DataType.Interval));
        var batch = StoredRows.Batch(Memory, schema, [[0.0, new Interval(1, 0, 0)], [-0.0, new Interval(0, 30, 0)], [double.NaN, null], [-double.NaN, null]]);
        var key = new KeyEncoding([0, 1]);
        Assert.Equal(key.Encode(batch, 0).ToArray(), key.Encode(batch, 1).ToArray());
        Assert.Equal(key.Encode(batch, 2).ToArray(), key.Encode(batch, 3).ToArray());
        batch.Release();
    }

    [Fact]
    public void Random_texts_keep_their_order()
    {
        var random = new Random(1);
        var texts = Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, random.Next(6)).Select(_ => (byte)(random.Next(3) switch { 0 => 0, 1 => 255, _ => random.Next(256) })).ToArray()).ToArray();
        var batch = StoredRows.Batch(Memory, new Schema(new Field("a", DataType.Bytes)), [.. texts.Select(t => new object?[] { t })]);
        var key = new KeyEncoding([0]);
        var encoded = Enumerable.Range(0, texts.Length).Select(i => key.Encode(batch, i).ToArray()).ToArray();
        for (var i = 0; i < texts.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.Equal(Math.Sign(texts[i].AsSpan().SequenceCompareTo(texts[j])), Math.Sign(encoded[i].AsSpan().SequenceCompareTo(encoded[j])));
        batch.Release();
    }
}
