using Millrace.Data;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Data;

public sealed class BatchTests
{
    static readonly Schema s_schema = new(
        new Field("text", DataType.Text), new Field("number", DataType.BigInt), new Field("money", DataType.Decimal(30, 2)), new Field("flag", DataType.Boolean),
        new Field("x", DataType.Double), new Field("i", DataType.Integer));

    static object?[][] Rows(Random random, int count) => [.. Enumerable.Range(0, count).Select(i => new object?[]
    {
        random.Next(4) == 0 ? null : "t" + random.Next(5), random.Next(4) == 0 ? null : random.NextInt64(100), random.Next(4) == 0 ? null : (Int128)random.Next(1000),
        random.Next(3) switch { 0 => null, 1 => true, _ => false }, random.Next(4) == 0 ? null : random.NextDouble(), random.Next(4) == 0 ? null : random.Next(9),
    })];

    [Fact]
    public void Gathering_takes_the_rows_in_their_order_with_NULLs_and_weights()
    {
        var memory = new MemoryAccountant();
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var rows = Rows(random, random.Next(1, 200));
            var batch = StoredRows.Batch(memory, s_schema, [.. rows.Select(_ => random.Next(2) * 2 - 1)], rows);
            var picked = Enumerable.Range(0, random.Next(0, 300)).Select(_ => random.Next(rows.Length)).ToArray();
            var gathered = batch.Gather(picked);
            gathered.AssertWhole();
            var all = StoredRows.Texts(batch).ToList();
            Assert.Equal(picked.Select(r => all[r]), StoredRows.Texts(gathered));
            Assert.Equal(picked.Select(r => batch.Weights![r]), gathered.Weights!.Values.ToArray());
            gathered.Release();
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Columns_that_nobody_reads_are_NULL_and_valid_to_compute_with()
    {
        var memory = new MemoryAccountant();
        var batch = StoredRows.Batch(memory, s_schema, Rows(new Random(6), 100));
        var gathered = batch.Gather([3, 1, 4], [false, true, false, false, false, false]);
        Assert.Equal(Enumerable.Range(0, 3).Select(_ => true), Enumerable.Range(0, 3).Select(gathered[0].IsNull));
        Assert.Equal("", System.Text.Encoding.UTF8.GetString(((TextColumn)gathered[0])[2]));
        Assert.Equal(batch[1].IsNull(3), gathered[1].IsNull(0));
        gathered.Release();
        batch.Release();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Appending_batches_equals_the_rows_one_after_the_other()
    {
        var memory = new MemoryAccountant();
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => StoredRows.Batch(memory, s_schema, random.Next(2) == 0 ? null : [-1, 1, -1], Rows(random, 3))).ToList();
            var whole = memory.RentBatch(s_schema);
            foreach (var field in s_schema.Fields) whole.Add(memory.Rent(field.Type));
            foreach (var part in parts) whole.Append(part);
            whole.AssertWhole();
            foreach (var code in ((TextColumn)whole[0]).Codes) Assert.InRange(code, 0, ((TextColumn)whole[0]).Heap.Count - 1); // of NULLs too: kernels read them
            Assert.Equal(parts.SelectMany(StoredRows.Texts), StoredRows.Texts(whole));
            Assert.Equal(parts.SelectMany(p => p.Weights?.Values.ToArray() ?? [1, 1, 1]), whole.Weights?.Values.ToArray() ?? [.. Enumerable.Repeat(1, 3 * parts.Count)]);
            whole.Release();
            foreach (var part in parts) part.Release();
        }
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void The_last_reference_gives_everything_back()
    {
        var memory = new MemoryAccountant();
        var batch = StoredRows.Batch(memory, s_schema, Rows(new Random(8), 10));
        var kept = batch[0].Retain();
        batch.Retain().Release();
        Assert.Equal(10, batch.RowCount);
        batch.Release();
        Assert.True(memory.Alive > 0);
        kept.Release();
        Assert.Equal(0, memory.Alive);
    }
}
