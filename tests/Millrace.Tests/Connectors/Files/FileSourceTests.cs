using System.IO.Compression;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Tests.Connectors.Files;

public sealed class FileSourceTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    async Task<IReadOnlyList<IBytePartition>> Open(string path, params (string, string)[] options)
    {
        var source = new FileConnector().CreateSource(Reading.Context(_folder.Path, clock: _clock, options: [("path", path), .. options]));
        return [.. (await source.OpenAsync([], default)).Cast<IBytePartition>()];
    }

    async Task<string> ReadAll(string path, int room = 1 << 16)
    {
        var partition = Assert.Single(await Open(path));
        var text = partition.Read(room);
        partition.Dispose();
        return text;
    }

    static byte[] Gz(string text)
    {
        var packed = new MemoryStream();
        using (var gz = new GZipStream(packed, CompressionLevel.Optimal)) gz.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    [Fact]
    public async Task A_plain_file_comes_whole()
    {
        _folder.Write("a.csv", "x,y\n1,2\n");
        Assert.Equal("x,y\n1,2\n.", await ReadAll("a.csv"));
        Assert.Equal("x,y\n1,2\n.", await ReadAll("a.csv", room: 1));
    }

    [Fact]
    public async Task A_gz_file_is_known_by_its_bytes_not_by_its_name()
    {
        var text = string.Join('\n', Enumerable.Range(0, 100_000));
        _folder.Write("packed.csv", Gz(text));
        _folder.Write("plain.gz", "not packed\n");
        Assert.Equal(text + ".", await ReadAll("packed.csv"));
        Assert.Equal("not packed\n.", await ReadAll("plain.gz"));
    }

    [Fact]
    public async Task Parts_of_a_gz_file_that_were_joined_are_all_read()
    {
        _folder.Write("a.gz", [.. Gz("one\n"), .. Gz("two\n")]);
        Assert.Equal("one\ntwo\n.", await ReadAll("a.gz"));
    }

    [Fact]
    public async Task A_truncated_gz_file_gives_all_before_the_cut_then_an_error_that_says_where()
    {
        var text = string.Join('\n', Enumerable.Range(0, 50_000).Select(i => i * 7919L % 104_729));
        var packed = Gz(text);
        var cuts = new[] { 12, 100, packed.Length / 2, packed.Length - 9, packed.Length - 8, packed.Length - 4, packed.Length - 1 };
        foreach (var cut in cuts)
        {
            _folder.Write("a.gz", packed[..cut]);
            var partition = Assert.Single(await Open("a.gz"));
            var output = new MemoryStream();
            var error = Assert.Throws<ConnectorException>(() =>
            {
                while (true)
                {
                    var chunk = new Chunk(new byte[1 << 16], static _ => { });
                    if (partition.Read(chunk, default) == ReadResult.End) return;
                    output.Write(chunk.Filled);
                }
            });
            Assert.Equal(Fault.User, error.Fault);
            Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
            Assert.Contains($"{cut:N0} bytes", error.Message, StringComparison.Ordinal);
            Assert.Contains($"after {output.Length:N0} unpacked bytes", error.Message, StringComparison.Ordinal);
            Assert.StartsWith(Encoding.UTF8.GetString(output.ToArray()), text, StringComparison.Ordinal);
            if (cut >= packed.Length - 8) Assert.Equal(text.Length, output.Length);
            else if (cut >= packed.Length / 2) Assert.True(output.Length > text.Length / 4);
            partition.Dispose();
        }
    }

    [Fact]
    public async Task What_follows_a_whole_gz_file_is_ignored_as_gzip_does()
    {
        _folder.Write("a.gz", [.. Gz("one\n"), 0, 0, 0, 0, 0]);
        Assert.Equal("one\n.", await ReadAll("a.gz"));
        Assert.Equal("one\n.", await ReadAll("a.gz", room: 1));
    }

    [Fact]
    public async Task A_damaged_gz_file_is_an_error()
    {
        var packed = Gz(string.Join('\n', Enumerable.Range(0, 50_000)));
        packed[^6] ^= 0xFF; // the checksum of the content
        _folder.Write("a.gz", packed);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => ReadAll("a.gz"));
        Assert.Contains("damaged gz file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_ends_at_once()
    {
        _folder.Write("a.csv", "");
        Assert.Equal(".", await ReadAll("a.csv"));
    }

    [Fact]
    public async Task A_missing_file_is_named_with_where_it_was_looked_for_and_what_comes_near()
    {
        _folder.Write("sales.csv", "");
        _folder.Write("other.txt", "");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Open("salse.csv"));
        Assert.Equal(Fault.User, error.Fault);
        Assert.Equal($"source 'orders': there is no file '{_folder.Path}/salse.csv' (path 'salse.csv', relative to '{_folder.Path}'). Did you mean 'sales.csv'?", error.Message);
    }

    [Fact]
    public async Task A_missing_folder_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "data"));
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Open("date/a.csv"));
        Assert.Contains($"There is no 'date' in '{_folder.Path}'. Did you mean 'data'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_glob_or_folder_without_files_is_an_error()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        _folder.Write("empty/.hidden", "x");
        Assert.Contains("no file matches '*.csv'", (await Assert.ThrowsAsync<ConnectorException>(() => Open("*.csv"))).Message, StringComparison.Ordinal);
        Assert.Contains("holds no files", (await Assert.ThrowsAsync<ConnectorException>(() => Open("empty"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_glob_come_in_the_order_of_their_names_with_a_mark_between()
    {
        _folder.Write("b2.csv", "3");
        _folder.Write("b10.csv", "2\n");
        _folder.Write("a.csv", "1\n");
        _folder.Write("a.txt", "no");
        _folder.Write(".a.csv", "no");
        Assert.Equal("1\n|2\n|3.", await ReadAll("*.csv"));
        Assert.Equal("2\n|3.", await ReadAll("b*.csv"));
        Assert.Equal("3.", await ReadAll("b?.csv"));
    }

    [Fact]
    public async Task A_folder_is_all_its_files_and_two_stars_go_down()
    {
        _folder.Write("d/1", "1");
        _folder.Write("d/2", "2");
        _folder.Write("d/x/3", "3");
        _folder.Write("d/x/y/4", "4");
        Assert.Equal("1|2.", await ReadAll("d"));
        Assert.Equal("1|2|3|4.", await ReadAll("d/**"));
        Assert.Equal("3.", await ReadAll("d/*/?"));
        Assert.Equal("4.", await ReadAll("**/4"));
    }

    [Fact]
    public async Task Files_can_be_partitions_of_their_own()
    {
        _folder.Write("a.csv", "1");
        _folder.Write("b.csv", "2");
        var partitions = await Open("*.csv", ("partitions", "files"));
        Assert.Equal(["a.csv", "b.csv"], partitions.Select(p => p.Name));
        Assert.Equal([0, 1], partitions.Select(p => p.Id));
        Assert.Equal(["1.", "2."], partitions.Select(p => p.Read()));
    }

    [Fact]
    public async Task The_length_is_known_for_a_progress_bar()
    {
        _folder.Write("1.csv", "12345");
        _folder.Write("2.csv", Gz(new string('x', 100_000)));
        Assert.Equal(100_005, Assert.Single(await Open("*.csv")).Length);
    }

    [Fact]
    public async Task A_followed_file_gives_what_is_appended()
    {
        var path = _folder.Write("a.log", "1\n");
        var partition = Assert.Single(await Open("a.log", ("follow", "true")));
        Assert.Equal("1\n", partition.Read());
        Assert.Equal("", partition.Read());
        File.AppendAllText(path, "2");
        Assert.Equal("2", partition.Read());
        File.AppendAllText(path, "3\n");
        Assert.Equal("3\n", partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task A_followed_glob_takes_further_files_of_which_each_ends_the_one_before()
    {
        _folder.Write("1.log", "1");
        var partition = Assert.Single(await Open("*.log", ("follow", "true")));
        Assert.Equal("1", partition.Read());
        _folder.Write("2.log", "2");
        Assert.Equal("", partition.Read()); // the folder is looked into twice a second
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("", partition.Read());
        Assert.Equal("|2", partition.Read());
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("", partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task An_empty_folder_can_be_followed()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "in"));
        var partition = Assert.Single(await Open("in", ("follow", "true")));
        Assert.Equal("", partition.Read());
        _folder.Write("in/a", "1\n");
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("", partition.Read());
        Assert.Equal("1\n", partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task A_followed_file_that_grows_is_read_on_and_not_again()
    {
        var path = _folder.Write("a.log", "one\n");
        var partition = Assert.Single(await Open("a.log", ("follow", "true")));
        Assert.Equal("one\n", partition.Read());
        for (var i = 0; i < 5; i++)
        {
            File.AppendAllText(path, $"{i}\n");
            File.SetLastWriteTimeUtc(path, new DateTime(2024, 1, 1, 0, 0, i, DateTimeKind.Utc));
            _clock.Move(FilePartition.LookEvery);
            Assert.Equal($"{i}\n", partition.Read());
        }
        partition.Dispose();
    }

    [Fact]
    public async Task A_rotated_log_whose_new_name_fits_the_pattern_is_not_read_again()
    {
        var path = _folder.Write("in/a.log", "old\n");
        var partition = Assert.Single(await Open("in/*", ("follow", "true")));
        Assert.Equal("old\n", partition.Read());
        File.Move(path, path + ".1");
        _folder.Write("in/a.log", "new and longer than before\n");
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("|new and longer than before\n", partition.Read() + partition.Read());
        _folder.Write("in/b.log", "b\n");
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("|b\n", partition.Read() + partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task A_followed_log_that_is_rotated_is_read_on_in_the_new_file()
    {
        var path = _folder.Write("a.log", "old\n");
        var partition = Assert.Single(await Open("a.log", ("follow", "true")));
        Assert.Equal("old\n", partition.Read());
        File.AppendAllText(path, "last\n");
        File.Move(path, path + ".1");
        _folder.Write("a.log", "new and longer than before\n");
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("last\n", partition.Read());
        File.AppendAllText(path + ".1", "very last\n");
        Assert.Equal("very last\n|new and longer than before\n", partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task A_followed_log_that_is_cut_begins_anew()
    {
        var path = _folder.Write("a.log", "old and long\n");
        var partition = Assert.Single(await Open("a.log", ("follow", "true")));
        Assert.Equal("old and long\n", partition.Read());
        using (var file = new FileStream(path, FileMode.Open)) file.SetLength(0);
        File.AppendAllText(path, "new\n");
        _clock.Move(FilePartition.LookEvery);
        Assert.Equal("", partition.Read());
        Assert.Equal("|new\n", partition.Read());
        partition.Dispose();
    }

    [Theory]
    [InlineData("max", null)]
    [InlineData("1x", 1.0)]
    [InlineData("3600x", 3600.0)]
    [InlineData("0.5", 0.5)]
    public void Speed_is_told_to_the_runtime(string speed, double? pace) =>
        Assert.Equal(pace, new FileConnector().CreateSource(Reading.Context(_folder.Path, options: [("path", "a"), ("speed", speed)])).Pace);

    [Theory]
    [InlineData("fast")]
    [InlineData("0x")]
    [InlineData("-1x")]
    public void A_speed_that_is_none_is_an_error(string speed) =>
        Assert.Throws<ConnectorException>(() => new FileConnector().CreateSource(Reading.Context(_folder.Path, options: [("path", "a"), ("speed", speed)])));

    [Fact]
    public async Task An_unreadable_file_or_folder_is_an_error_that_says_so()
    {
        if (OperatingSystem.IsWindows()) return;
        _folder.Write("shut/a.csv", "1");
        File.SetUnixFileMode(_folder.Write("b.csv", "1"), UnixFileMode.None);
        File.SetUnixFileMode(Path.Combine(_folder.Path, "shut"), UnixFileMode.None);
        try
        {
            Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may read everything");
            Assert.Contains("cannot be read", (await Assert.ThrowsAsync<ConnectorException>(() => Open("b.csv"))).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be read", (await Assert.ThrowsAsync<ConnectorException>(() => Open("shut/*.csv"))).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(Path.Combine(_folder.Path, "shut"), (UnixFileMode)0b111_000_000);
        }
    }

    /// <summary>The robust cases, through the decoder: rows, then errors.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("id,name\n", "")]
    [InlineData("id,name", "")]
    [InlineData("id,name\n1,a", "1|a")]
    [InlineData("id,name\r\n1,a\r\n2,b\r\n", "1|a;2|b")]
    [InlineData("\uFEFFid,name\n1,a\n", "1|a")]
    [InlineData("id,name\n1,a\0b\n2,c\n", "2|c;error")]
    [InlineData("id,name\n1,a\nx,b\n3,c\n", "1|a;3|c;error")]
    public async Task Odd_files_give_their_rows(string text, string expected)
    {
        _folder.Write("a.csv", text);
        Assert.Equal(expected, await Decode("a.csv"));
        _folder.Write("b.csv.gz", Gz(text));
        Assert.Equal(expected, await Decode("b.csv.gz"));
    }

    [Fact]
    public async Task A_line_of_10_MB_is_read()
    {
        var text = new string('x', 10_000_000);
        _folder.Write("a.csv", "id,name\n1," + text + "\n2,b\n");
        Assert.Equal("1|" + text + ";2|b", await Decode("a.csv"));
    }

    async Task<string> Decode(string path)
    {
        var partition = Assert.Single(await Open(path));
        var bytes = partition.ReadBytes()[..^1];
        partition.Dispose();
        var decoding = new Millrace.Tests.Formats.Decoding { Format = "csv", Columns = "id INTEGER, name TEXT" }.Run(bytes);
        return string.Join(";", decoding.Rows.Concat(decoding.Errors.Select(_ => "error")));
    }

    ISource Source(string path, params (string, string)[] options) =>
        new FileConnector().CreateSource(Reading.Context(_folder.Path, clock: _clock, options: [("path", path), .. options]));

    /// <summary>Opens, reads everything, and gives the positions at which the partitions are then.</summary>
    async Task<(string Text, List<SourcePosition> At)> ReadFrom(IReadOnlyList<SourcePosition> from, string path, params (string, string)[] options)
    {
        var text = "";
        var at = new List<SourcePosition>();
        foreach (var partition in await Source(path, options).OpenAsync(from, default))
        {
            text += $"{partition.Id} {partition.Name}: {((IBytePartition)partition).Read()} ";
            at.Add(new("orders", partition.Id, ((IBytePartition)partition).Position, partition.Mark));
            partition.Dispose();
        }
        return (text, at);
    }

    async Task<string> Refused(IReadOnlyList<SourcePosition> from, string path, params (string, string)[] options)
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Source(path, options).OpenAsync(from, default).AsTask());
        Assert.Equal(Fault.User, error.Fault);
        Assert.StartsWith("source 'orders': ", error.Message, StringComparison.Ordinal);
        Assert.Contains("start anew", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    [Fact]
    public async Task Files_that_come_between_others_are_read_after_a_restart_and_the_rest_is_not_read_again()
    {
        _folder.Write("in/b", "b\n");
        _folder.Write("in/d", "d\n");
        var (text, at) = await ReadFrom([], "in");
        Assert.Equal("0 in: b\n|d\n. ", text);
        _folder.Write("in/a", "a\n");
        _folder.Write("in/c", "c\n");
        (text, at) = await ReadFrom(at, "in");
        Assert.Equal("0 in: |a\n|c\n. ", text);
        Directory.Delete(Path.Combine(_folder.Path, "in"), recursive: true);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "in"));
        (text, _) = await ReadFrom(at, "in");
        Assert.Equal("0 in: . ", text); // all of it was read
    }

    [Fact]
    public async Task Partitions_keep_their_numbers_whatever_files_come_and_go()
    {
        _folder.Write("in/b", "b\n");
        _folder.Write("in/d", "d\n");
        var (_, at) = await ReadFrom([], "in", ("partitions", "files"));
        File.Delete(Path.Combine(_folder.Path, "in/b"));
        _folder.Write("in/a", "a\n");
        File.AppendAllText(Path.Combine(_folder.Path, "in/d"), "more\n");
        (var text, at) = await ReadFrom(at, "in", ("partitions", "files"));
        Assert.Equal("0 b: . 1 d: more\n. 2 a: a\n. ", text);
        Assert.Equal("0 b: . 1 d: . 2 a: . ", (await ReadFrom(at, "in", ("partitions", "files"))).Text);
        Assert.Contains("partitions = 'one'", await Refused(at, "in"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_what_the_checkpoint_read_is_refused_with_what_was_found()
    {
        _folder.Write("x.csv", "id\n1\n2\n");
        var (_, at) = await ReadFrom([], "x.csv");
        _folder.Write("x.csv", "id\n1\n");
        Assert.Contains("x.csv' has 5 bytes now, but the checkpoint had read 7.", await Refused(at, "x.csv"), StringComparison.Ordinal);
        _folder.Write("x.csv", "id\n3\n2\n4\n");
        Assert.Contains("its first 7 bytes are others", await Refused(at, "x.csv"), StringComparison.Ordinal);
        _folder.Write("x.csv", Gz("id\n1\n"));
        Assert.Contains("x.csv' has 5 bytes now (unpacked), but the checkpoint had read 7.", await Refused(at, "x.csv"), StringComparison.Ordinal);
        _folder.Write("x.csv", "id\n1\n2\n");
        Assert.Equal("0 x.csv: . ", (await ReadFrom(at, "x.csv")).Text);
    }

    [Fact]
    public async Task A_file_that_is_gone_before_all_of_it_was_read_is_refused()
    {
        _folder.Write("x.csv", "id\n1\n2\n");
        using var partition = (IBytePartition)Assert.Single(await Source("x.csv").OpenAsync([], default));
        partition.Read(new Chunk(new byte[5], static _ => { }), default);
        var at = new SourcePosition("orders", 0, 5, partition.Mark);
        File.Move(Path.Combine(_folder.Path, "x.csv"), Path.Combine(_folder.Path, "y.csv"));
        Assert.Contains("x.csv' is gone, but the checkpoint had read only a part of it (5 bytes)", await Refused([at], "x.csv"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_followed_log_that_was_rotated_meanwhile_is_read_to_its_end_under_its_new_name(bool isPacked)
    {
        _folder.Write("x.log", "one\ntwo\n");
        var (text, at) = await ReadFrom([], "x.log", ("follow", "true"));
        Assert.Equal("0 x.log: one\ntwo\n ", text);
        _folder.Write("x.log.1", isPacked ? Gz("one\ntwo\nthree\n") : Encoding.UTF8.GetBytes("one\ntwo\nthree\n"));
        _folder.Write("x.log.2", "zero\n");
        _folder.Write("x.log", "four\n");
        var partition = (IBytePartition)Assert.Single(await Source("x.log", ("follow", "true")).OpenAsync(at, default));
        Assert.Equal("three\n|four\n", partition.Read());
        var later = new SourcePosition("orders", 0, partition.Position, partition.Mark);
        partition.Dispose();
        File.AppendAllText(Path.Combine(_folder.Path, "x.log"), "five\n");
        Assert.Equal("0 x.log: five\n ", (await ReadFrom([later], "x.log", ("follow", "true"))).Text);
    }
}
