using Millrace.Data;
using Millrace.Functions;
using Millrace.State;
using Millrace.Tests.Stores;

namespace Millrace.Tests.State;

public sealed class RowSlotsTests(ITestOutputHelper log)
{
    static readonly Schema s_schema = new(new Field("n", DataType.Integer), new Field("text", DataType.Text));

    /// <summary>Texts that hardly ever repeat, that often do, or first the one and then the other: what is put in comes out, and freed rows give their room back.</summary>
    [Theory, InlineData(1_000_000_000, 1_000_000_000), InlineData(50, 50), InlineData(1_000_000_000, 50), InlineData(50, 1_000_000_000)]
    public void Rows_come_out_as_they_went_in_and_memory_stays_flat(int differentAtFirst, int differentThen)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var memory = new MemoryAccountant(batchRows: 500);
        var owner = memory.Owner("x");
        using (var rows = new RowSlots(s_schema, memory, owner))
        {
            var there = new Dictionary<int, object?[]>();
            var used = new List<long>();
            for (var round = 0; round < 300; round++)
            {
                var different = round < 150 ? differentAtFirst : differentThen;
                var added = Enumerable.Range(0, 500).Select(i => new object?[] { random.Next(9) == 0 ? null : i, random.Next(9) == 0 ? null : random.Next(20) == 0 ? "" : "text " + random.Next(different) }).ToArray();
                var batch = StoredRows.Batch(memory, s_schema, added);
                int[] slots = [.. added.Select(_ => rows.Take())];
                rows.Set(slots, batch, [.. Enumerable.Range(0, 500)]);
                batch.Release();
                for (var i = 0; i < slots.Length; i++) Assert.True(there.TryAdd(slots[i], added[i]));
                foreach (var slot in there.Keys.Where(_ => random.Next(there.Count) >= 2000).ToList())
                {
                    rows.Free(slot);
                    there.Remove(slot);
                }
                Assert.Equal(there.Count, rows.Count);
                Check(rows, there, memory);
                if (round % 150 >= 75) used.Add(memory.UsedBytes);
            }
            Assert.True(used[^1] < used.Max() * 2 && used.Max() < 20_000_000, $"{used.Min()} to {used.Max()}");
            SaveAndLoad(rows, there, memory);
        }
        Assert.Equal(0, owner.Bytes);
        Assert.Equal(0, memory.Alive);
    }

    static void Check(RowSlots rows, Dictionary<int, object?[]> there, MemoryAccountant memory)
    {
        foreach (var some in there.Chunk(500))
        {
            var batch = memory.RentBatch(s_schema);
            rows.AppendTo([.. some.Select(s => s.Key)], batch);
            Assert.Equal(some.Select(s => $"{s.Value[0] ?? "NULL"}|{s.Value[1] ?? "NULL"}"), StoredRows.Texts(batch));
            batch.Release();
        }
    }

    static void SaveAndLoad(RowSlots rows, Dictionary<int, object?[]> there, MemoryAccountant memory)
    {
        var writer = new StateWriter();
        foreach (var slot in there.Keys) rows.Save(slot, writer);
        using var loaded = new RowSlots(s_schema, memory, memory.Owner("x"));
        var reader = new StateReader(writer.Written);
        var again = new Dictionary<int, object?[]>();
        foreach (var row in there.Values) again[loaded.Load(ref reader)] = row;
        Check(loaded, again, memory);
    }
}
