using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Journals;
using Millrace.Data;
using Millrace.Runtime;

namespace Millrace.Tests.Connectors.Journals;

public sealed class JournalTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    JournalSettings Settings => new(Path.Combine(_folder.Path, "j"), default, IsContinuous: false);

    static async Task<IngestReceipt> Append(Journal journal, string text, string? key = null) =>
        await journal.AppendAsync(Encoding.UTF8.GetBytes(text), text.Count(c => c == '\n'), key, isEnd: false, TestContext.Current.CancellationToken);

    static string Read(Journal journal, int room = 1 << 16)
    {
        using var partition = new JournalPartition("orders", journal, null);
        return partition.Read(room);
    }

    string SegmentPath => Assert.Single(Directory.GetFiles(Settings.Folder, "*.journal"));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 16)]
    public async Task What_was_appended_is_read_in_order_also_after_a_restart(int room)
    {
        using (var journal = Journal.Open(Settings))
        {
            Assert.Equal(new IngestReceipt(1, 4, false), await Append(journal, "one\n"));
            Assert.Equal(new IngestReceipt(2, 14, false), await Append(journal, "two\nthree\n"));
            Assert.Equal("one\ntwo\nthree\n", Read(journal, room));
        }
        using var again = Journal.Open(Settings);
        Assert.Equal("one\ntwo\nthree\n", Read(again, room));
        Assert.Equal(18, (await Append(again, "four"[..3] + "\n")).Position);
        Assert.Equal("one\ntwo\nthree\nfou\n", Read(again, room));
    }

    [Fact]
    public async Task A_reader_gets_what_is_appended_while_it_reads()
    {
        using var journal = Journal.Open(Settings);
        using var partition = new JournalPartition("orders", journal, null);
        Assert.Equal("", partition.Read());
        await Append(journal, "one\n");
        Assert.Equal("one\n", partition.Read());
        await Append(journal, new string('x', 1_000_000) + "\n");
        Assert.Equal(1_000_001, partition.Read().Length);
        Assert.Equal(1_000_005, partition.Position);
    }

    [Fact]
    public async Task A_tail_torn_at_any_byte_loses_only_the_append_that_nobody_was_told_of()
    {
        long whole;
        using (var journal = Journal.Open(Settings))
        {
            await Append(journal, "one\n");
            await Append(journal, "two\n", key: "k");
            whole = new FileInfo(SegmentPath).Length;
            await Append(journal, "three\n", key: "torn");
        }
        var bytes = File.ReadAllBytes(SegmentPath);
        for (var cut = whole; cut < bytes.Length; cut++)
        {
            foreach (var garbage in new[] { 0, 1 })
            {
                // Cut there, or the file has its length but the disk never got the bytes.
                var torn = bytes.ToArray();
                torn.AsSpan((int)cut).Clear();
                File.WriteAllBytes(SegmentPath, garbage == 0 ? torn[..(int)cut] : torn);
                using var journal = Journal.Open(Settings);
                Assert.Equal("one\ntwo\n", Read(journal));
                Assert.Equal(whole, new FileInfo(SegmentPath).Length);
                Assert.True((await Append(journal, "two\n", key: "k")).Repeated);
                Assert.Equal(new IngestReceipt(1, 14, false), await Append(journal, "three\n", key: "torn"));
                Assert.Equal("one\ntwo\nthree\n", Read(journal));
            }
        }
    }

    [Fact]
    public async Task A_bit_that_turned_in_the_last_append_is_seen_and_its_bytes_are_kept_aside()
    {
        long whole;
        using (var journal = Journal.Open(Settings))
        {
            await Append(journal, "one\n");
            whole = new FileInfo(SegmentPath).Length;
            await Append(journal, "two\n");
        }
        var bytes = File.ReadAllBytes(SegmentPath);
        for (var at = whole; at < bytes.Length; at++)
        {
            var turned = bytes.ToArray();
            turned[at] ^= 0x10;
            File.WriteAllBytes(SegmentPath, turned);
            using var journal = Journal.Open(Settings);
            Assert.Equal("one\n", Read(journal));
            Assert.Equal(turned[(int)whole..], File.ReadAllBytes(SegmentPath + ".torn"));
        }
    }

    [Fact]
    public async Task A_segment_that_was_being_made_when_the_machine_died_is_made_anew()
    {
        var settings = Settings with { SegmentBytes = 1 };
        using (var journal = Journal.Open(settings)) await Append(journal, "one\n");
        for (var length = 0; length < Segment.HeadBytes; length++)
        {
            File.WriteAllBytes(Path.Combine(settings.Folder, Segment.NameOf(4)), new byte[length]);
            using var journal = Journal.Open(settings);
            Assert.Equal(4, journal.End);
        }
        using var last = Journal.Open(settings);
        await Append(last, "two\n");
        Assert.Equal("one\n|two\n", Read(last));
    }

    [Fact]
    public async Task Damage_before_the_tail_is_an_error_that_names_file_and_byte()
    {
        var settings = Settings with { SegmentBytes = 1 };
        using (var journal = Journal.Open(settings))
        {
            await Append(journal, "one\n");
            await Append(journal, "two\n");
        }
        var first = Path.Combine(settings.Folder, Segment.NameOf(0));
        var bytes = File.ReadAllBytes(first);
        bytes[^1] ^= 1;
        File.WriteAllBytes(first, bytes);
        var error = Assert.Throws<ConnectorException>(() => Journal.Open(settings));
        Assert.Contains(first, error.Message, StringComparison.Ordinal);
        Assert.Contains($"at byte {Segment.HeadBytes:N0}", error.Message, StringComparison.Ordinal);
        File.Delete(first);
        Assert.Equal(4, Open(settings).Start); // as if it had been dropped
    }

    static Journal Open(JournalSettings settings)
    {
        using var journal = Journal.Open(settings);
        return journal;
    }

    [Fact]
    public async Task A_missing_segment_between_others_is_an_error()
    {
        var settings = Settings with { SegmentBytes = 1 };
        using (var journal = Journal.Open(settings))
            foreach (var text in new[] { "one\n", "two\n", "three\n" }) await Append(journal, text);
        File.Delete(Path.Combine(settings.Folder, Segment.NameOf(4)));
        Assert.Contains("the file before it ends at 4", Assert.Throws<ConnectorException>(() => Journal.Open(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_key_counts_once_also_after_a_restart()
    {
        using (var journal = Journal.Open(Settings))
        {
            Assert.Equal(new IngestReceipt(1, 4, false), await Append(journal, "one\n", "a"));
            Assert.Equal(new IngestReceipt(1, 4, true), await Append(journal, "one\n", "a"));
        }
        using var again = Journal.Open(Settings);
        Assert.Equal(new IngestReceipt(1, 4, true), await Append(again, "one\n", "a"));
        Assert.Equal("one\n", Read(again));
    }

    [Fact]
    public async Task Only_the_newest_keys_are_remembered()
    {
        using var journal = Journal.Open(Settings with { Keys = 2 });
        foreach (var key in new[] { "a", "b", "c" }) await Append(journal, key + "\n", key);
        Assert.True((await Append(journal, "c\n", "c")).Repeated);
        Assert.True((await Append(journal, "b\n", "b")).Repeated);
        Assert.False((await Append(journal, "a\n", "a")).Repeated);
    }

    [Fact]
    public async Task Many_at_once_are_all_taken_once_and_whole()
    {
        var settings = Settings with { SegmentBytes = 500 };
        var journal = Journal.Open(settings);
        var receipts = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => Append(journal, $"{i}\n", $"{i / 2}"), TestContext.Current.CancellationToken)));
        Assert.Equal(250, receipts.Count(r => r.Repeated));
        var text = Read(journal);
        journal.Dispose();
        Assert.Equal(Enumerable.Range(0, 250), text.Split(['\n', '|'], StringSplitOptions.RemoveEmptyEntries).Select(t => int.Parse(t) / 2).Order());
        using var again = Journal.Open(settings);
        Assert.Equal(text, Read(again));
        Assert.Equal(text.Replace("|", "", StringComparison.Ordinal).Length, again.End);
    }

    [Fact]
    public async Task A_full_journal_refuses_until_results_are_committed()
    {
        using var journal = Journal.Open(Settings with { MaxBytes = 10 });
        await Append(journal, "123456789\n");
        var error = await Assert.ThrowsAsync<JournalFullException>(() => Append(journal, "x\n", "k"));
        Assert.Contains("10 bytes wait", error.Message, StringComparison.Ordinal);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        journal.Commit(10);
        Assert.False((await Append(journal, "x\n", "k")).Repeated);
    }

    [Fact]
    public async Task A_single_append_larger_than_the_limit_is_taken_when_nothing_waits()
    {
        using var journal = Journal.Open(Settings with { MaxBytes = 10 });
        await Append(journal, new string('x', 100) + "\n");
        await Assert.ThrowsAsync<JournalFullException>(() => Append(journal, "x\n"));
    }

    [Fact]
    public async Task Committed_segments_stay_unless_a_retention_is_set()
    {
        using (var journal = Journal.Open(Settings with { SegmentBytes = 1 }))
        {
            foreach (var text in new[] { "one\n", "two\n", "three\n" }) await Append(journal, text);
            journal.Commit(journal.End);
            Assert.Equal(0, journal.Start);
        }
        using var bounded = Journal.Open(Settings with { SegmentBytes = 1, RetentionBytes = 0 });
        using var partition = new JournalPartition("orders", bounded, null);
        var chunk = new Chunk(new byte[4], static _ => { });
        Assert.Equal(ReadResult.More, partition.Read(chunk, default));
        bounded.Commit(3);
        Assert.Equal(0, bounded.Start);
        bounded.Commit(4);
        Assert.Equal(4, bounded.Start);
        Assert.Equal("|two\n|three\n", partition.Read()); // the reader was in the segment that is gone
        bounded.Commit(bounded.End);
        Assert.Equal(8, bounded.Start);
        Assert.Equal("three\n", Read(bounded));
    }

    [Fact]
    public async Task A_disk_that_refuses_fails_the_append_and_loses_nothing()
    {
        var journal = Journal.Open(Settings with { SegmentBytes = 1 });
        await Append(journal, "one\n");
        var taken = Path.Combine(Settings.Folder, Segment.NameOf(4));
        Directory.CreateDirectory(taken); // the name of the next segment
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Append(journal, "two\n", "k"));
        Assert.Contains("were not taken", error.Message, StringComparison.Ordinal);
        Directory.Delete(taken);
        Assert.False((await Append(journal, "two\n", "k")).Repeated);
        Assert.Equal("one\n|two\n", Read(journal));
        journal.Dispose();
    }

    [Fact]
    public async Task Every_segment_of_a_csv_journal_begins_with_the_header_also_after_columns_changed()
    {
        var settings = Settings with { Preamble = "a,b\n"u8.ToArray(), SegmentBytes = 60 };
        using (var journal = Journal.Open(settings))
        {
            await Append(journal, "1,2\n");
            await Append(journal, "3,4\n");
            Assert.Equal("a,b\n1,2\n|a,b\n3,4\n", Read(journal, room: 3));
        }
        using (var changed = Journal.Open(settings with { Preamble = "a,c\n"u8.ToArray(), SegmentBytes = 1000 }))
        {
            await Append(changed, "5,6\n");
            Assert.Equal("a,b\n1,2\n|a,b\n3,4\n|a,c\n5,6\n", Read(changed));
            Assert.Equal(24, changed.End);
        }
        using var same = Journal.Open(settings with { Preamble = "a,c\n"u8.ToArray(), SegmentBytes = 1000 });
        await Append(same, "7,8\n");
        Assert.Equal("a,b\n1,2\n|a,b\n3,4\n|a,c\n5,6\n7,8\n", Read(same));
    }

    [Fact]
    public void The_checksum_is_CRC_32C() => Assert.Equal(0xE306_9283, Crc32C.Append(0, "123456789"u8));
}
