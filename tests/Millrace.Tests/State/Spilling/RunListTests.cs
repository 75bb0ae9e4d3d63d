using Millrace.Connectors;
using Millrace.Data;
using Millrace.Functions;
using Millrace.State.Spilling;

namespace Millrace.Tests.State.Spilling;

public sealed class RunListTests(ITestOutputHelper log) : IDisposable
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), "millrace-runs-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(40, 200)]
    [InlineData(30, 3000)]
    public void What_was_written_last_is_found_and_read_in_the_order_of_keys(int runs, int keys)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var memory = new MemoryAccountant();
        var owner = memory.Owner("test");
        var list = new RunList(new(_folder), owner);
        var expected = new Dictionary<int, byte[]>();
        // Few hashes, so that many keys share one.
        var hashes = Enumerable.Range(0, keys).Select(_ => (ulong)random.NextInt64() >> random.Next(2) * 56 << random.Next(2) * 56).ToArray();
        for (var run = 0; run < runs; run++)
        {
            var written = Enumerable.Range(0, keys).Where(_ => random.Next(3) == 0).ToList();
            written.Sort((a, b) => hashes[a] != hashes[b] ? hashes[a].CompareTo(hashes[b]) : Image(a).AsSpan().SequenceCompareTo(Image(b)));
            var writer = list.Begin(written.Count);
            foreach (var key in written)
            {
                var value = new byte[random.Next(5) == 0 ? 0 : random.Next(1, 200)];
                random.NextBytes(value);
                expected[key] = value;
                writer.BeginEntry().WriteRaw(Image(key));
                writer.BeginValue().WriteRaw(value);
                writer.EndEntry();
            }
            list.Add(writer.End());
        }

        var all = Enumerable.Range(0, keys).ToArray();
        Array.Sort(hashes.ToArray(), all);
        var found = new Dictionary<int, byte[]>();
        list.Find(all.Select(k => hashes[k]).ToArray(), all.ToArray(), key => Image(key), (key, value) => found.Add(key, value.ToArray()));
        var kept = expected.Where(e => e.Value.Length > 0).ToDictionary();
        Assert.Equal(kept.Keys.Order(), found.Keys.Order());
        foreach (var (key, value) in kept) Assert.Equal(value, found[key]);

        var read = new List<byte[]>();
        for (var entries = list.Read(); entries.MoveNext();)
        {
            var key = BitConverter.ToInt32(entries.Key[8..]);
            Assert.Equal(expected[key], entries.Value.ToArray());
            read.Add(entries.Key.ToArray());
        }
        Assert.Equal(expected.Where(e => e.Value.Length > 0).Select(e => e.Key).Order(), read.Select(k => BitConverter.ToInt32(k.AsSpan(8))).Where(k => expected[k].Length > 0).Order());
        for (var i = 1; i < read.Count; i++)
        {
            var (a, b) = (BitConverter.ToUInt64(read[i - 1]), BitConverter.ToUInt64(read[i]));
            Assert.True(a < b || a == b && read[i - 1].AsSpan().SequenceCompareTo(read[i]) < 0);
        }
        Assert.NotEqual(0, owner.Bytes);
        list.Release();
        Assert.Equal(0, owner.Bytes);
        Assert.Empty(Directory.GetFiles(_folder));

        byte[] Image(int key) => [.. BitConverter.GetBytes(hashes[key]), .. BitConverter.GetBytes(key)];
    }

    [Fact]
    public void A_key_that_is_not_there_is_known_from_the_filter_nearly_always()
    {
        var memory = new MemoryAccountant();
        var list = new RunList(new(_folder), memory.Owner("test"));
        var writer = list.Begin(20_000);
        // The keys of one lane of four: a quarter of the key groups.
        var hashes = Enumerable.Range(0, 40_000).Select(i => Hash64.Of((long)i) >> 2).ToArray();
        foreach (var hash in hashes.Take(20_000).Order())
        {
            writer.BeginEntry().Write(hash);
            writer.BeginValue().Write(1);
            writer.EndEntry();
        }
        var run = writer.End();
        list.Add(run);
        Assert.All(hashes.Take(20_000), h => Assert.True(run.MayHold(h)));
        Assert.InRange(hashes.Skip(20_000).Count(run.MayHold), 0, 1000);
        list.Release();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_an_error_that_says_what_to_do()
    {
        File.WriteAllText(_folder, "a file where a folder should be");
        try
        {
            var error = Assert.Throws<ConnectorException>(() => new SpillFolder(_folder).Create());
            Assert.Contains(_folder, error.Message, StringComparison.Ordinal);
            Assert.Contains("raise memory.limit", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Fact]
    public void A_full_disk_is_an_error_that_says_what_to_do()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        var file = new SpillFile(File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite), new(_folder));
        var error = Assert.Throws<ConnectorException>(() => file.Append(new byte[100]));
        Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
        file.Release();
    }
}
