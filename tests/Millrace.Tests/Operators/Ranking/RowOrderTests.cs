using Millrace.Data;
using Millrace.Operators.Ranking;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Operators.Ranking;

/// <summary>Orders of kept rows agree with the encoded keys that stores are sorted by, and trees with a sorted list.</summary>
public sealed class RowOrderTests(ITestOutputHelper log)
{
    static readonly Schema s_schema = new(new Field("b", DataType.Boolean), new Field("i", DataType.Integer), new Field("l", DataType.BigInt), new Field("d", DataType.Double),
        new Field("w", DataType.Decimal(38, 2)), new Field("v", DataType.Interval), new Field("t", DataType.Text));

    static object?[] Row(Random random) =>
    [
        random.Next(4) == 0 ? null : random.Next(2) == 0,
        random.Next(4) == 0 ? null : random.Next(-2, 3) * (random.Next(3) == 0 ? 700_000_000 : 1),
        random.Next(4) == 0 ? null : random.Next(4) switch { 0 => long.MinValue, 1 => long.MaxValue, var v => v - 3L },
        random.Next(4) == 0 ? null : random.Next(7) switch { 0 => double.NaN, 1 => -0.0, 2 => 0.0, 3 => double.NegativeInfinity, 4 => double.PositiveInfinity, var v => v - 5.5 },
        random.Next(4) == 0 ? null : random.Next(4) switch { 0 => Int128.MaxValue / 2, 1 => Int128.MinValue / 2, var v => (Int128)(v - 3) },
        random.Next(4) == 0 ? null : new Interval(random.Next(2), random.Next(-30, 31), random.Next(2)),
        random.Next(4) == 0 ? null : new string('a', random.Next(3)) + (random.Next(2) == 0 ? "12345678" : "1234567") + random.Next(3),
    ];

    [Fact]
    public void Every_order_of_every_type_agrees_with_encoded_keys()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var memory = new MemoryAccountant(batchRows: 128);
        var owner = memory.Owner("x");
        for (var round = 0; round < 40; round++)
        {
            SortKey[] order = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new SortKey(random.Next(s_schema.Count), random.Next(2) == 0, random.Next(2) == 0))];
            var batch = StoredRows.Batch(memory, s_schema, [.. Enumerable.Range(0, 100).Select(_ => Row(random))]);
            using (var rows = new RowSlots(s_schema, memory, owner))
            using (var sorted = new RowOrder(order, rows, s_schema.Count, owner))
            {
                int[] slots = [.. Enumerable.Range(0, 100).Select(_ => rows.Take())];
                rows.Set(slots, batch, slots);
                var leads = new ulong[100];
                LeadingKey.Compute(batch, order, leads);
                sorted.EnsureSlots(rows.Limit);
                foreach (var slot in slots) sorted.SetLead(slot, leads[slot]);
                var all = new KeyEncoding([.. order, .. Enumerable.Range(0, s_schema.Count).Select(c => new SortKey(c, false, false))]);
                var keys = new KeyEncoding([.. order]);
                byte[][] encoded = [.. slots.Select(s => all.Encode(batch, s).ToArray())], peers = [.. slots.Select(s => keys.Encode(batch, s).ToArray())];
                foreach (var a in slots)
                    foreach (var b in slots)
                    {
                        Assert.Equal(Math.Sign(encoded[a].AsSpan().SequenceCompareTo(encoded[b])), Math.Sign(sorted.Compare(a, b)));
                        Assert.Equal(peers[a].AsSpan().SequenceEqual(peers[b]), sorted.ArePeers(a, b));
                        if (leads[a] < leads[b]) Assert.True(sorted.Compare(a, b) < 0);
                    }
                CheckTrees(random, slots, sorted, owner);
            }
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    /// <summary>Slots are added and removed at random; a list sorted by the same order says what the tree must hold.</summary>
    static void CheckTrees(Random random, int[] slots, RowOrder order, MemoryOwner owner)
    {
        using var trees = new SlotTrees(order, owner);
        trees.EnsureSlots(slots.Length);
        var (root, there) = (0, new List<int>());
        var free = new Queue<int>(slots);
        for (var i = 0; i < 300; i++)
        {
            if (free.Count > 0 && random.Next(3) > 0)
            {
                var slot = free.Dequeue();
                trees.Add(ref root, slot);
                there.Add(slot);
            }
            else if (there.Count > 0)
            {
                var removed = random.Next(2) == 0 ? trees.RemoveLast(ref root) : trees.RemoveEqual(ref root, there[random.Next(there.Count)]);
                Assert.True(there.Remove(removed));
                free.Enqueue(removed);
            }
            if (there.Count > 0) Assert.All(there, s => Assert.True(order.Compare(s, trees.Last(root)) <= 0));
            var found = new List<int>();
            for (var walk = trees.Begin(root); walk.Next();) found.Add(walk.Slot);
            Assert.Equal(there.Order(), found.Order());
            for (var at = 1; at < found.Count; at++) Assert.True(order.Compare(found[at - 1], found[at]) <= 0);
        }
        if (free.Count > 0) Assert.Equal(-1, there.Any(s => order.Compare(s, free.Peek()) == 0) ? -1 : trees.RemoveEqual(ref root, free.Peek()));
    }
}
