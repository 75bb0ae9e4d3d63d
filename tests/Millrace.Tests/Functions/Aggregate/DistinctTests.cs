using System.Text;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

public sealed class DistinctTests
{
    static AggregateStates Count(MemoryAccountant memory, DataType type, bool retracts) =>
        Catalog.BuiltIn.Aggregate("count")!.CreateStates(Catalog.BuiltIn.Aggregate("count")!.Resolve([type], distinct: true)!, distinct: true, memory.Owner("test"), retracts);

    static long Result(AggregateStates states, MemoryAccountant memory, int group)
    {
        var column = memory.Rent<long>(DataType.BigInt);
        states.AppendResults([group], column);
        var result = column[0];
        column.Release();
        return result;
    }

    static void AddTexts(AggregateStates states, MemoryAccountant memory, IEnumerable<(int Group, string Text)> rows, TextHeap? dictionary = null)
    {
        foreach (var chunk in rows.Chunk(memory.BatchRows))
        {
            var column = Samples.Fill(memory, DataType.Text, chunk.Select(r => r.Text), dictionary);
            states.Add([column], [], chunk.Select(r => r.Group).ToArray(), []);
            column.Release();
        }
    }

    [Fact]
    public void A_hundred_thousand_texts_in_one_group_cost_less_than_eighty_bytes_each()
    {
        var memory = new MemoryAccountant();
        using (var states = Count(memory, DataType.Text, retracts: false))
        {
            states.EnsureGroups(1);
            AddTexts(states, memory, Enumerable.Range(0, 200_000).Select(i => (0, $"customer {i % 100_000}")));
            Assert.Equal(100_000, Result(states, memory, 0));
            Assert.InRange(memory.Owner("test").Bytes, 1_500_000, 8_000_000);
        }
        Assert.Equal(0, memory.Owner("test").Bytes);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Three_hundred_groups_of_the_same_five_hundred_texts_hold_each_text_once()
    {
        var memory = new MemoryAccountant();
        var dictionary = memory.RentHeap();
        dictionary.MakeDictionary();
        using (var states = Count(memory, DataType.Text, retracts: false))
        {
            states.EnsureGroups(300);
            AddTexts(states, memory, Enumerable.Range(0, 300_000).Select(i => (i % 300, $"a product with a long name {i / 300 % 500}")), dictionary);
            for (var group = 0; group < 300; group++) Assert.Equal(500, Result(states, memory, group));
            // 150,000 values that lie close together: bits, and not their texts.
            Assert.InRange(memory.Owner("test").Bytes, 150_000 / 8, 600_000);
        }
        dictionary.Release();
        Assert.Equal(0, memory.Owner("test").Bytes);
        Assert.Equal(0, memory.Alive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Groups_that_come_and_go_leave_no_texts_behind(bool retracts)
    {
        var memory = new MemoryAccountant();
        var dictionary = memory.RentHeap();
        dictionary.MakeDictionary();
        using (var states = Count(memory, DataType.Text, retracts))
        {
            states.EnsureGroups(4);
            var most = 0L;
            for (var round = 0; round < 60; round++)
            {
                var group = round % 4;
                states.Reset(group);
                AddTexts(states, memory, Enumerable.Range(0, 3000).Select(i => (group, $"round {round} text {i % 1000}")));
                AddTexts(states, memory, Enumerable.Range(0, 3000).Select(i => (group, $"from a dictionary {round * 10 + i % 500}")), dictionary);
                Assert.Equal(1500, Result(states, memory, group));
                if (round == 20) most = memory.Owner("test").Bytes;
                if (round > 20) Assert.InRange(memory.Owner("test").Bytes, 0, most * 2);
            }
        }
        dictionary.Release();
        Assert.Equal(0, memory.Owner("test").Bytes);
        Assert.Equal(0, memory.Alive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Many_values_come_and_go_as_in_a_dictionary_of_counts(int seed)
    {
        var random = new Random(seed);
        var memory = new MemoryAccountant();
        var counts = new Dictionary<(int, long), long>();
        using (var states = Count(memory, DataType.BigInt, retracts: true))
        {
            states.EnsureGroups(3);
            for (var round = 0; round < 40; round++)
            {
                var rows = Enumerable.Range(0, 1000).Select(_ => (Group: random.Next(3), Value: random.NextInt64(round < 20 ? 3000 : 300), Weight: random.Next(-1, 2))).ToArray();
                foreach (var (group, value, weight) in rows) counts[(group, value)] = counts.GetValueOrDefault((group, value)) + weight;
                var column = Samples.Fill(memory, DataType.BigInt, rows.Select(r => (object?)r.Value));
                states.Add([column], [], rows.Select(r => r.Group).ToArray(), rows.Select(r => r.Weight).ToArray());
                column.Release();
                for (var group = 0; group < 3; group++) Assert.True(counts.Count(c => c.Key.Item1 == group && c.Value > 0) == Result(states, memory, group), $"seed {seed}, round {round}, group {group}");
            }
        }
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Greatest_and_least_survive_the_loss_of_the_best()
    {
        var random = new Random(5);
        var memory = new MemoryAccountant();
        var signature = Catalog.BuiltIn.Aggregate("max")!.Resolve([DataType.Text], false)!;
        var counts = new Dictionary<string, long>();
        using (var max = Catalog.BuiltIn.Aggregate("max")!.CreateStates(signature, false, memory.Owner("test")))
        using (var min = Catalog.BuiltIn.Aggregate("min")!.CreateStates(signature, false, memory.Owner("test")))
        {
            max.EnsureGroups(1);
            min.EnsureGroups(1);
            for (var round = 0; round < 300; round++)
            {
                var add = counts.Count == 0 || random.Next(2) == 0;
                var text = add ? $"t{random.Next(200):000}" : random.Next(2) == 0 ? counts.Keys.Max(StringComparer.Ordinal)! : counts.Keys.Min(StringComparer.Ordinal)!;
                counts[text] = counts.GetValueOrDefault(text) + (add ? 1 : -1);
                if (counts[text] == 0) counts.Remove(text);
                var column = Samples.Fill(memory, DataType.Text, [text]);
                max.Add([column], [], [0], [add ? 1 : -1]);
                min.Add([column], [], [0], [add ? 1 : -1]);
                column.Release();
                Assert.Equal(counts.Keys.Max(StringComparer.Ordinal), Text(max));
                Assert.Equal(counts.Keys.Min(StringComparer.Ordinal), Text(min));
            }
        }
        Assert.Equal(0, memory.Owner("test").Bytes);
        Assert.Equal(0, memory.Alive);

        string? Text(AggregateStates states)
        {
            var results = memory.RentText(DataType.Text);
            states.AppendResults([0], results);
            var text = results.IsNull(0) ? null : Encoding.UTF8.GetString(results[0]);
            results.Release();
            return text;
        }
    }
}
