using System.Text;
using Millrace.Data;

namespace Millrace.Tests.Data;

public sealed class TextHeapTests
{
    [Fact]
    public void A_dictionary_gives_equal_texts_one_code_and_keeps_codes_while_it_grows()
    {
        var memory = new MemoryAccountant();
        var heap = memory.RentHeap();
        heap.MakeDictionary();
        var random = new Random(3);
        var known = new Dictionary<string, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string((char)('a' + random.Next(26)), random.Next(0, 40)) + random.Next(3_000);
            var code = heap.Intern(Encoding.UTF8.GetBytes(text));
            if (known.TryGetValue(text, out var before)) Assert.Equal(before, code);
            else known.Add(text, code);
        }
        Assert.Equal(known.Count, heap.Count);
        foreach (var (text, code) in known)
        {
            Assert.Equal(text, Encoding.UTF8.GetString(heap[code]));
            Assert.Equal(code, heap.Find(Encoding.UTF8.GetBytes(text)));
            Assert.Equal(Hash64.Of(Encoding.UTF8.GetBytes(text)), heap.HashOf(code));
        }
        Assert.Equal(-1, heap.Find("absent"u8));
        heap.Release();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void A_reused_heap_is_empty_and_another_dictionary()
    {
        var memory = new MemoryAccountant();
        var heap = memory.RentHeap();
        heap.MakeDictionary();
        heap.Intern("a"u8);
        var identity = heap.Identity;
        heap.Release();
        var again = memory.RentHeap();
        Assert.Same(heap, again);
        Assert.Equal(0, again.Count);
        Assert.False(again.IsDictionary);
        Assert.NotEqual(identity, again.Identity);
        again.MakeDictionary();
        Assert.Equal(-1, again.Find("a"u8));
        again.Release();
    }

    [Fact]
    public void Texts_written_in_place_are_those_committed()
    {
        var memory = new MemoryAccountant();
        var heap = memory.RentHeap();
        "hello"u8.CopyTo(heap.Reserve(10_000));
        var code = heap.Commit(4);
        Assert.Equal("hell", Encoding.UTF8.GetString(heap[code]));
        Assert.Equal(4, heap.ByteCount);
        heap.Release();
    }
}
