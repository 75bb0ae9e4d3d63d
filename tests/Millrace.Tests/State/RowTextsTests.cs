using System.Text;
using Millrace.Data;
using Millrace.Functions;
using Millrace.State;

namespace Millrace.Tests.State;

/// <summary>Texts of remembered rows: the same whether they repeat or not, and gone when their rows are.</summary>
public sealed class RowTextsTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public void Texts_come_back_as_they_went_in(int different)
    {
        var memory = new MemoryAccountant(batchRows: 256);
        var owner = memory.Owner("texts");
        var random = new Random(different);
        var texts = new RowTexts(memory, owner);
        var kept = new string?[3000];
        texts.EnsureSlots(kept.Length);
        for (var round = 0; round < 60; round++)
        {
            var column = memory.RentText(DataType.Text);
            int[] slots = [.. Enumerable.Range(0, 256).Select(_ => random.Next(kept.Length)).Distinct()];
            foreach (var slot in slots)
            {
                kept[slot] = random.Next(20) == 0 ? null : new string('x', random.Next(40)) + random.Next(different);
                if (kept[slot] is { } text) column.Append(Encoding.UTF8.GetBytes(text));
                else column.AppendNull();
            }
            texts.Set(slots, column, [.. Enumerable.Range(0, slots.Length)]);
            column.Release();
        }
        int[] some = [.. Enumerable.Range(0, kept.Length).Where(s => kept[s] is not null).Take(256)];
        var read = memory.RentText(DataType.Text);
        texts.AppendTo(some, read);
        for (var i = 0; i < some.Length; i++) Assert.Equal(kept[some[i]], Encoding.UTF8.GetString(read[i]));
        read.Release();

        var (writer, again) = (new StateWriter(), new RowTexts(memory, owner));
        again.EnsureSlots(kept.Length);
        foreach (var slot in some) texts.Save(slot, writer);
        var reader = new StateReader(writer.Written);
        foreach (var slot in some) again.Load(slot, ref reader);
        var loaded = memory.RentText(DataType.Text);
        again.AppendTo(some, loaded);
        for (var i = 0; i < some.Length; i++) Assert.Equal(kept[some[i]], Encoding.UTF8.GetString(loaded[i]));
        loaded.Release();
        texts.Dispose();
        again.Dispose();
        Assert.Equal(0, owner.Bytes);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Pages_go_with_the_last_text_on_them()
    {
        var owner = new MemoryAccountant().Owner("pages");
        using var texts = new PagedTexts(owner);
        texts.EnsureSlots(1024);
        var text = new byte[1000];
        var most = 0L;
        for (var i = 0; i < 100_000; i++)
        {
            texts.Set(i % 1000, text); // a row goes when the thousandth after it comes
            if (i == 2000) most = owner.Bytes;
        }
        Assert.InRange(owner.Bytes, 1, most + (1 << 17));
        texts.Set(5, new byte[1 << 20]);
        Assert.Equal(1 << 20, texts[5].Length);
        texts.Set(5, default);
        Assert.Equal(0, texts[5].Length);
    }
}
