using System.Text;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

public sealed class DictionaryTests
{
    static (long Peak, long Used, bool AnyDictionary, bool AllDictionary) Run(int records, Func<int, string> text)
    {
        var memory = new MemoryAccountant();
        var context = new Decoding { Columns = "t TEXT" }.Context(memory);
        long peak = 0, row = 0;
        var last = false;
        var all = true;
        using (var decoder = new CsvFormat().CreateDecoder(context with { Options = new(new Dictionary<string, string> { ["csv.header"] = "false" }) }))
        {
            var errors = new DecodeErrors();
            for (var at = 0; at < records; at += 4096)
            {
                var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(at, 4096).Select(i => text(i) + "\n")));
                var chunk = new Chunk(bytes, static _ => { }) { Length = bytes.Length };
                for (var start = 0; start < chunk.Length;)
                {
                    var batch = decoder.Decode(chunk, start, start, true, errors, out var consumed);
                    start += consumed;
                    if (batch is null) continue;
                    var column = (TextColumn)batch[0];
                    for (var r = 0; r < batch.RowCount; r++) Assert.True(column[r].SequenceEqual(Encoding.UTF8.GetBytes(text((int)row++))));
                    last = column.Heap.IsDictionary;
                    all &= last;
                    batch.Release();
                }
                peak = Math.Max(peak, memory.UsedBytes);
            }
            Assert.Empty(errors.Items);
        }
        Assert.Equal(0, memory.Alive);
        return (peak, memory.UsedBytes, last, all);
    }

    [Fact]
    public void Memory_stays_flat_with_ever_new_texts()
    {
        var few = Run(100_000, i => $"text number {i} - never seen before");
        var many = Run(400_000, i => $"text number {i} - never seen before");
        Assert.False(many.AnyDictionary);
        Assert.True(many.Peak <= few.Peak, $"{few.Peak} -> {many.Peak}");
        Assert.True(many.Peak < 8 << 20, $"{many.Peak}");
    }

    [Fact]
    public void Texts_that_repeat_stay_in_one_dictionary() => Assert.True(Run(100_000, i => $"P{i * 7919L % 5000}").AllDictionary);

    [Fact]
    public void A_dictionary_that_is_full_makes_room_for_a_new_one()
    {
        // Each text eight times: 400,000 rows have 50,000 texts of 1 kB, 51 MB.
        var run = Run(400_000, i => (i / 8).ToString().PadLeft(1000, '.'));
        Assert.True(run.AllDictionary);
        Assert.True(run.Peak < 90 << 20, $"{run.Peak}");
    }
}
