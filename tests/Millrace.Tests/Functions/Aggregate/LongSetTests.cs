using Millrace.Data;
using Millrace.Functions.Aggregate;

namespace Millrace.Tests.Functions.Aggregate;

public sealed class LongSetTests
{
    /// <summary>Ways in which values lie: close together, growing, scattered, in two heaps, at the ends of the range.</summary>
    static long Value(int form, int i, Random random) => form switch
    {
        0 => random.Next(100_000),
        1 => i / 3 + random.Next(50),
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => (random.Next(2) == 0 ? -1_000_000_000_000 : 70_000) + random.Next(3000),
        4 => random.Next(20) == 0 ? random.NextInt64() : random.Next(5000) - 2500,
        5 => random.Next(2) == 0 ? long.MinValue + random.Next(700) : long.MaxValue - random.Next(700),
        _ => long.MinValue + random.Next(2),
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void It_holds_what_a_set_of_the_library_holds(int form)
    {
        var owner = new MemoryAccountant().Owner("test");
        var random = new Random(form);
        var (set, expected) = (default(LongSet), new HashSet<long>());
        for (var i = 0; i < 40_000; i++)
        {
            var value = Value(form, i, random);
            Assert.Equal(expected.Add(value), set.Add(value, owner));
            Assert.Equal(expected.Count, set.Count);
        }
        var values = new long[set.Count];
        set.CopyTo(values);
        Assert.Equal(expected.Order(), values.Order());
        set.Clear(owner);
        Assert.Equal(0, set.Count);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void Ids_that_lie_close_together_cost_little_more_than_a_bit_each_though_a_few_lie_far_away()
    {
        var owner = new MemoryAccountant().Owner("test");
        var set = default(LongSet);
        for (var i = 0; i < 100_000; i++) set.Add(1_000_000 + i * 7919L % 100_000, owner);
        set.Add(-1, owner);
        set.Add(long.MaxValue, owner);
        Assert.Equal(100_002, set.Count);
        Assert.InRange(owner.Bytes, 100_000 / 8, 100_000 / 2);
        set.Clear(owner);
    }

    [Fact]
    public void Rows_whose_value_is_new_are_listed_and_NULLs_are_none()
    {
        var memory = new MemoryAccountant();
        var owner = memory.Owner("test");
        var set = default(LongSet);
        var random = new Random(3);
        var expected = new HashSet<long>();
        for (var round = 0; round < 40; round++)
        {
            object?[] values = [.. Enumerable.Range(0, 500).Select(_ => random.Next(10) == 0 ? null : (object?)(random.Next(4000) + round * 20))];
            var column = Samples.Fill(memory, DataType.Integer, values);
            var from = new FixedOrdinals<int>();
            from.Begin(column);
            int[] rows = round % 2 == 0 ? [] : [.. Enumerable.Range(0, 250).Select(i => 2 * i)];
            var added = new int[500];
            var count = set.AddRows(from, column, rows, round % 2 == 0 ? 500 : 250, added, owner);
            int[] wanted = [.. (round % 2 == 0 ? Enumerable.Range(0, 500) : rows).Where(r => values[r] is int v && expected.Add(v))];
            Assert.Equal(wanted, added[..count]);
            column.Release();
        }
        set.Clear(owner);
        Assert.Equal(0, memory.Alive);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void United_sets_hold_what_both_held(int form)
    {
        var owner = new MemoryAccountant().Owner("test");
        var random = new Random(form);
        var (a, b, all, expected) = (default(LongSet), default(LongSet), default(LongSet), new HashSet<long>());
        for (var i = 0; i < 10_000; i++)
        {
            var value = Value(form, i, random);
            expected.Add(value);
            if (i % 3 == 0) a.Add(value, owner);
            else b.Add(value, owner);
        }
        Assert.True(all.TryUnite(in a, owner));
        Assert.Equal(a.Count, all.Count);
        if (!all.TryUnite(in b, owner))
        {
            var values = new long[b.Count];
            b.CopyTo(values);
            foreach (var value in values) all.Add(value, owner);
        }
        Assert.Equal(expected.Count, all.Count);
        a.Clear(owner);
        b.Clear(owner);
        all.Clear(owner);
        Assert.Equal(0, owner.Bytes);
    }
}
