using Millrace.Data;
using Millrace.Runtime;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Of the changes of one commit a keyed table hears what holds at its end, in whatever order the changes came.</summary>
public sealed class ConsolidationTests
{
    static readonly Schema s_schema = new(new Field("k", DataType.Integer), new Field("v", DataType.Text));

    static List<string> Run(params (int Weight, int Key, string Value)[][] batches)
    {
        var memory = new MemoryAccountant();
        var list = batches.Select(b => StoredRows.Batch(memory, s_schema, [.. b.Select(r => r.Weight)], [.. b.Select(r => new object?[] { r.Key, r.Value })])).ToList();
        new Consolidation().Run(list, [0]);
        var told = list.SelectMany(b => Enumerable.Range(0, b.RowCount).Select(r => $"{b.Weights![r]:+0;-0} {((Column<int>)b[0])[r]} {PlainText(b, r)}")).ToList();
        foreach (var batch in list) batch.Release();
        Assert.Equal(0, memory.Alive);
        return told;
    }

    static string PlainText(Batch batch, int row) => Expressions.ValueText.Format(batch[1], row);

    [Fact]
    public void The_new_row_takes_the_place_of_the_old() => Assert.Equal(["+1 1 new"], Run([(-1, 1, "old"), (1, 1, "new")]));

    [Fact]
    public void A_new_row_that_is_given_before_the_old_one_is_taken_back_stays() => Assert.Equal(["+1 1 new"], Run([(1, 1, "new")], [(-1, 1, "old")]));

    [Fact]
    public void A_row_that_came_and_went_leaves_nothing() => Assert.Equal([], Run([(1, 1, "x")], [(-1, 1, "x")]));

    [Fact]
    public void A_row_that_held_and_went_is_taken_back_once() => Assert.Equal(["-1 1 old"], Run([(-1, 1, "old"), (1, 1, "between"), (-1, 1, "between")], [(1, 2, "a"), (-1, 2, "a")]));

    [Fact]
    public void A_key_that_moves_to_another_lane_keeps_its_row() => Assert.Equal(["+1 1 moved", "+1 2 other"], Run([(1, 1, "moved")], [(-1, 1, "old"), (1, 1, "short"), (-1, 1, "short"), (1, 2, "other")]));

    [Fact]
    public void What_waits_keeps_the_row_that_held_before_until_it_is_told()
    {
        var memory = new MemoryAccountant();
        List<Batch> waiting = [StoredRows.Batch(memory, s_schema, [-1, 1], [[1, "old"], [1, "between"]])];
        var consolidation = new Consolidation();
        consolidation.Run(waiting, [0], isForNow: true);
        waiting.Add(StoredRows.Batch(memory, s_schema, [-1], [[1, "between"]]));
        consolidation.Run(waiting, [0]);
        Assert.Equal("-1 old", string.Join(", ", waiting.Select(b => $"{b.Weights![0]} {PlainText(b, 0)}")));
        foreach (var batch in waiting) batch.Release();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Any_order_of_changes_gives_the_row_that_holds()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var held = Enumerable.Range(0, 20).ToDictionary(k => k, _ => random.Next(2) == 0 ? null : "v" + random.Next(3));
            var before = held.ToDictionary();
            var changes = new List<(int Weight, int Key, string Value)>();
            for (var i = random.Next(60); i > 0; i--)
            {
                var key = random.Next(20);
                if (held[key] is { } old) changes.Add((-1, key, old));
                held[key] = random.Next(3) == 0 ? null : "v" + random.Next(3);
                if (held[key] is { } now) changes.Add((1, key, now));
            }
            var shuffled = changes.ToArray();
            random.Shuffle(shuffled);
            foreach (var row in Run([.. shuffled.Chunk(random.Next(1, 10))]))
            {
                var parts = row.Split(' ');
                before[int.Parse(parts[1], null)] = parts[0] == "+1" ? parts[2] : null;
            }
            Assert.Equal(held, before);
        }
    }
}
