using System.IO.Compression;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Connectors.Files.Partitions;
using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Tests.Connectors.Files;

/// <summary>Rows divided among files: where they go, whatever the values are, and that commits are whole.</summary>
public sealed class PartitionedFileSinkTests : IDisposable
{
    static readonly Schema s_schema = new(new Field("$hidden", DataType.Integer), new Field("day", DataType.Text), new Field("hour", DataType.Integer), new Field("n", DataType.BigInt));

    readonly TemporaryFolder _folder = new();
    readonly MemoryAccountant _memory = new();

    public void Dispose()
    {
        Assert.Equal(0, _memory.Alive);
        _folder.Dispose();
    }

    ISink Sink(params (string Name, string Value)[] options)
    {
        var all = options.ToDictionary(o => o.Name, o => o.Value);
        all.TryAdd("path", "out");
        all.TryAdd("partition_by", "day, hour");
        all.TryAdd("format", "csv");
        var sink = new FileConnector().CreateSink(new SinkContext("to files", new Options(all), _folder.Path, _folder.Path));
        Assert.IsType<PartitionedFileSink>(sink);
        return sink;
    }

    void Write(ISink sink, long version, params (string? Day, int? Hour, long N, int Weight)[] rows)
    {
        var batch = RowValues.Rent(_memory, s_schema);
        foreach (var row in rows) RowValues.Append(batch, [0, row.Day, row.Hour, row.N]);
        if (rows.Any(r => r.Weight != 1))
        {
            batch.Weights = _memory.Rent<int>(DataType.Integer);
            foreach (var row in rows) batch.Weights.Append(row.Weight);
        }
        try
        {
            sink.Write([batch], version);
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>The files of the folder with what is in them; the sink's own list is left out.</summary>
    List<string> Files() => [.. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.'))
        .Select(f => $"{Path.GetRelativePath(_folder.Path, f)}: {File.ReadAllText(f).Replace("\n", ";", StringComparison.Ordinal)}").Order(StringComparer.Ordinal)];

    [Fact]
    public void A_row_that_stands_twice_is_written_twice()
    {
        using var sink = Sink();
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("mon", 1, 7, 2), ("mon", 1, 8, 0), ("mon", 1, 9, 1));
        Assert.Equal(["7", "7", "9"], File.ReadAllLines(Directory.EnumerateFiles(_folder.Path, "rows.csv", SearchOption.AllDirectories).Single()).Skip(1).Select(l => l.Split(',')[^1]));
        Write(sink, 2, ("mon", 1, 5, 10_000));
        Assert.Equal(10_004, File.ReadAllLines(Directory.EnumerateFiles(_folder.Path, "rows.csv", SearchOption.AllDirectories).Single()).Length);
    }

    [Fact]
    public void A_folder_gets_a_file_for_each_pair_of_values()
    {
        using var sink = Sink();
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("mon", 1, 10, 1), ("tue", 1, 20, 1), ("mon", 1, 30, 1), ("mon", 2, 40, 2));
        Write(sink, 2, ("mon", 1, 50, 1));
        Assert.Equal(["out/day=mon/hour=1/rows.csv: day,hour,n;mon,1,10;mon,1,30;mon,1,50;", "out/day=mon/hour=2/rows.csv: day,hour,n;mon,2,40;mon,2,40;", "out/day=tue/hour=1/rows.csv: day,hour,n;tue,1,20;"], Files());
    }

    [Fact]
    public void A_path_may_have_the_names_in_it()
    {
        using var sink = Sink(("path", "out/{hour}/of-{day}.jsonl"), ("format", "json"));
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("mon", 1, 10, 1), ("tue", null, 20, 1));
        Assert.Equal(["out/1/of-mon.jsonl: {\"day\":\"mon\",\"hour\":1,\"n\":10};", "out/__HIVE_DEFAULT_PARTITION__/of-tue.jsonl: {\"day\":\"tue\",\"hour\":null,\"n\":20};"], Files());
    }

    [Theory]
    [InlineData("{day}/{hour}.csv")]
    [InlineData("x{day}.{hour}.csv")]
    [InlineData("out")]
    public void No_value_leads_out_of_the_folder_or_into_the_file_of_another(string path)
    {
        string?[] days = ["..", ".", "", null, "/etc/passwd", "../../x", "a/b", "a\\b", "a%2Fb", "a b", "__EMPTY__", "__HIVE_DEFAULT_PARTITION__", "\0", "line\nend", "Ä", ".hidden", "C:", new string('x', 500), new string('x', 501), "a=b"];
        _folder.Write("in/untouched.txt", "");
        using (var sink = Sink(("path", "in/" + path)))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, [.. days.Select((d, i) => (d, (int?)0, (long)i, 1))]);
        }
        var files = Files();
        Assert.Equal(days.Length + 1, files.Count);
        Assert.All(files, f => Assert.StartsWith("in/", f, StringComparison.Ordinal));
        Assert.All(files.Where(f => !f.Contains("untouched", StringComparison.Ordinal)), f => Assert.Equal(1, f.Split(";").Count(l => l.EndsWith(",0," + l.Split(',')[^1], StringComparison.Ordinal))));
        Assert.Equal(["in"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Any_bytes_make_a_name_of_their_own_without_signs_that_a_path_knows()
    {
        var random = new Random(7);
        var names = new Dictionary<string, byte[]>();
        for (var i = 0; i < 20_000; i++)
        {
            var value = new byte[random.Next(0, random.Next(10) == 0 ? 400 : 4)];
            random.NextBytes(value);
            var name = PartitionPath.Encode(value);
            Assert.True(name.Length is > 0 and <= 120, name);
            Assert.DoesNotContain(name, c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '%' or '~'));
            Assert.NotEqual('.', name[0]);
            if (!names.TryAdd(name, value)) Assert.Equal(names[name], value);
        }
    }

    [Fact]
    public void The_next_start_takes_away_the_files_of_the_one_before_and_nothing_else()
    {
        _folder.Write("out/day=mon/mine.txt", "x");
        using (var sink = Sink())
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, ("mon", 1, 10, 1), ("tue", 1, 20, 1));
        }
        using (var sink = Sink())
        {
            sink.Open(s_schema, [], null);
            Assert.Equal(["out/day=mon/mine.txt: x"], Files());
            Assert.False(Directory.Exists(Path.Combine(_folder.Path, "out/day=tue")));
            Write(sink, 1, ("tue", 2, 30, 1));
        }
        Assert.Equal(["out/day=mon/mine.txt: x", "out/day=tue/hour=2/rows.csv: day,hour,n;tue,2,30;"], Files());
    }

    [Fact]
    public void A_list_that_names_files_outside_takes_none_of_them_away()
    {
        _folder.Write("precious.txt", "x");
        _folder.Write("out/.to%20files.0.files", "1 ../precious.txt\n5 " + Path.Combine(_folder.Path, "precious.txt") + "\n\n7 .\nx y\n");
        using var sink = Sink();
        sink.Open(s_schema, [], null);
        Assert.Equal(["precious.txt: x"], Files());
    }

    [Fact]
    public void More_partitions_than_files_may_be_open_get_all_their_rows()
    {
        using (var sink = Sink(("compression", "gzip")))
        {
            sink.Open(s_schema, [], null);
            for (var commit = 0; commit < 3; commit++) Write(sink, commit, [.. Enumerable.Range(0, 300).Select(i => ((string?)"d", (int?)i, (long)commit, 1))]);
            sink.Flush();
        }
        for (var i = 0; i < 300; i++)
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(_folder.Path, $"out/day=d/hour={i}/rows.csv.gz")), CompressionMode.Decompress));
            Assert.Equal($"day,hour,n\nd,{i},0\nd,{i},1\nd,{i},2\n", reader.ReadToEnd());
        }
    }

    [Fact]
    public void Too_many_partitions_are_told_and_nothing_of_their_commit_is_written()
    {
        using var sink = Sink(("max_partitions", "2"));
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("a", 1, 10, 1));
        var error = Assert.Throws<ConnectorException>(() => Write(sink, 2, ("a", 1, 20, 1), ("b", 1, 20, 1), ("c", 1, 20, 1)));
        Assert.Contains("more than 2 different values", error.Message, StringComparison.Ordinal);
        Assert.Equal(["out/day=a/hour=1/rows.csv: day,hour,n;a,1,10;"], Files());
    }

    [Fact]
    public void A_commit_that_cannot_be_written_is_cut_off_in_every_file()
    {
        using var sink = Sink();
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("a", 1, 10, 1));
        // A folder stands where the file of b would.
        Directory.CreateDirectory(Path.Combine(_folder.Path, "out/day=b/hour=1/rows.csv"));
        var error = Assert.Throws<ConnectorException>(() => Write(sink, 2, ("a", 1, 20, 1), ("new", 1, 20, 1), ("b", 1, 20, 1)));
        Assert.Contains("commit 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(["out/day=a/hour=1/rows.csv: day,hour,n;a,1,10;"], Files());
    }

    [Fact]
    public void Changes_have_their_sign_and_rows_that_are_taken_back_are_refused_otherwise()
    {
        using (var sink = Sink(("mode", "changes"), ("partition_by", "day")))
        {
            sink.Open(s_schema, [1], null);
            Write(sink, 1, ("a", 1, 10, 1), ("b", 1, 10, -1));
        }
        Assert.Equal(["out/day=a/rows.csv: change,day,hour,n;1,a,1,10;", "out/day=b/rows.csv: change,day,hour,n;-1,b,1,10;"], Files());
        using var appended = Sink();
        appended.Open(s_schema, [1], null);
        Assert.Contains("EMIT FINAL", Assert.Throws<ConnectorException>(() => Write(appended, 1, ("b", 1, 10, -1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out/{day}", "partition_by has 'hour', so the path needs {hour}")]
    [InlineData("out/{day}/{hour}/{minute}.csv", "{minute} is not among the columns of partition_by (day, hour)")]
    [InlineData("out/{day}{hour}", "two columns of the path stand side by side")]
    [InlineData("out/{day", "a { without }")]
    public void A_path_that_does_not_fit_is_told(string path, string message)
    {
        using var sink = Sink(("path", path));
        var error = Assert.Throws<ConnectorException>(() => sink.Open(s_schema, [], null));
        Assert.Equal(Fault.User, error.Fault);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public void Opened_at_a_position_it_holds_what_it_held_then(string compression)
    {
        string position;
        using (var sink = Sink(("compression", compression)))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, ("a", 1, 10, 1), ("b", 1, 10, 1));
            sink.Flush();
            Write(sink, 2, ("a", 1, 20, 1));
            position = sink.Flush();
            Write(sink, 3, ("a", 1, 30, 1), ("c", 1, 30, 1));
            sink.Flush();
            Write(sink, 4, ("b", 1, 40, 1), ("d", 1, 40, 1)); // and a crash
        }
        using (var sink = Sink(("compression", compression)))
        {
            sink.Open(s_schema, [], position);
            Write(sink, 3, ("b", 1, 50, 1), ("e", 1, 50, 1));
            sink.Flush();
        }
        Assert.Equal(["day=a 10 20", "day=b 10 50", "day=e 50"], Directory.EnumerateFiles(_folder.Path, "rows.csv*", SearchOption.AllDirectories).Select(f =>
        {
            using Stream bytes = compression == "none" ? File.OpenRead(f) : new GZipStream(File.OpenRead(f), CompressionMode.Decompress);
            using var reader = new StreamReader(bytes);
            var lines = reader.ReadToEnd().TrimEnd().Split('\n');
            Assert.Equal("day,hour,n", lines[0]);
            return $"{f.Split('/')[^3]} {string.Join(' ', lines[1..].Select(l => l.Split(',')[2]))}";
        }).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_is_gone_or_too_short_or_of_another_form_is_told_at_the_restart()
    {
        string position;
        using (var sink = Sink())
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, ("a", 1, 10, 1));
            position = sink.Flush();
        }
        string Open(params (string, string)[] options)
        {
            using var sink = Sink(options);
            return Assert.Throws<ConnectorException>(() => sink.Open(s_schema, [], position)).Message;
        }
        Assert.Contains("other partitions", Open(("partition_by", "hour")), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.Path, "out/day=a/hour=1/rows.csv"), "day");
        Assert.Contains("has 3 bytes, but the checkpoint has written 18", Open(), StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder.Path, "out/day=a/hour=1/rows.csv"));
        Assert.Contains("is gone", Open(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_stays_short_and_the_checkpoint_before_still_finds_its_own()
    {
        var path = Path.Combine(_folder.Path, "day=a");
        File.WriteAllText(path, new string('x', 10_000));
        var positions = new List<string>();
        using (var list = new PartitionList(_folder.Path, "s", null) { RoomyBytes = 100 })
        {
            list.Add(path);
            for (var i = 1; i <= 1000; i++) positions.Add(list.Flush([(path, 10 * i)]));
        }
        var lists = Directory.GetFiles(_folder.Path, ".s.*");
        Assert.Equal(2, lists.Length);
        Assert.All(lists, l => Assert.InRange(new FileInfo(l).Length, 1, 3000));
        var turn = positions.FindLastIndex(p => p[..p.IndexOf(' ', StringComparison.Ordinal)] != positions[^1][..positions[^1].IndexOf(' ', StringComparison.Ordinal)]);
        using (new PartitionList(_folder.Path, "s", positions[^1])) Assert.Equal(10_000, new FileInfo(path).Length);
        using (new PartitionList(_folder.Path, "s", positions[turn])) Assert.Equal(10 * (turn + 1), new FileInfo(path).Length);
        Assert.Throws<FormatException>(() => new PartitionList(_folder.Path, "s", positions[^1]));
    }

    [Fact]
    public void A_column_that_is_not_there_is_told()
    {
        using var sink = Sink(("partition_by", "day, month"));
        Assert.Contains("partition_by names 'month'; its columns are day, hour, n", Assert.Throws<ConnectorException>(() => sink.Open(s_schema, [], null)).Message, StringComparison.Ordinal);
    }
}
