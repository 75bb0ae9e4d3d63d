using System.Globalization;
using System.IO.Compression;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Sqlite;

namespace Millrace.Tests.Connectors;

/// <summary>What every sink promises: each commit exactly once, whenever the process died and whatever it left behind.</summary>
public sealed class SinkContractTests : IDisposable
{
    static readonly Schema s_schema = new(new Field("id", DataType.BigInt), new Field("name", DataType.Text));

    readonly TemporaryFolder _folder = new();
    readonly MemoryAccountant _memory = new();
    readonly MemorySink _rows = new();

    public void Dispose()
    {
        _rows.Dispose();
        Assert.Equal(0, _memory.Alive);
        _folder.Dispose();
    }

    ISink Sink(string kind)
    {
        Connector connector = kind switch { "memory" => new MemoryConnector().Add("out", _rows), "sqlite" => new SqliteConnector(), _ => new FileConnector() };
        var options = kind switch
        {
            "csv" => "path=out.csv",
            "changes" => "path=out.jsonl,mode=changes",
            "gz" => "path=out.csv.gz",
            "by name" => "path=out/{name}.csv,partition_by=name",
            "sqlite" => "path=out.db",
            _ => "",
        };
        var values = options.Split(',', StringSplitOptions.RemoveEmptyEntries).ToDictionary(o => o[..o.IndexOf('=', StringComparison.Ordinal)], o => o[(o.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return connector.CreateSink(new SinkContext("out", new Options(values), _folder.Path, _folder.Path));
    }

    void Write(ISink sink, long version)
    {
        var batch = RowValues.Rent(_memory, s_schema);
        for (var i = 0; i < 3; i++) RowValues.Append(batch, [version * 10 + i, "name " + version % 3]);
        sink.Write([batch], version);
        batch.Release();
    }

    /// <summary>What a reader finds.</summary>
    string Content(string kind)
    {
        switch (kind)
        {
            case "memory":
                return string.Join("\n", _rows.Rows().Select(r => string.Join(",", r)));
            case "sqlite":
                using (var database = Database.Open(Path.Combine(_folder.Path, "out.db"), isReader: true))
                using (var rows = database.Prepare("SELECT id || ',' || name FROM out"))
                {
                    var texts = new List<string>();
                    while (rows.Step()) texts.Add(rows.Text(0));
                    return string.Join("\n", texts);
                }
            case "gz":
                using (var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(_folder.Path, "out.csv.gz")), CompressionMode.Decompress))) return reader.ReadToEnd();
            default:
                return string.Join("\n", Files().Select(f => $"{Path.GetFileName(f)}:\n{File.ReadAllText(f)}"));
        }
    }

    IEnumerable<string> Files() => Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal);

    [Theory]
    [InlineData("csv")]
    [InlineData("changes")]
    [InlineData("gz")]
    [InlineData("by name")]
    public void A_staged_sink_opened_at_a_position_holds_what_it_held_then_and_goes_on(string kind)
    {
        var positions = new List<string>();
        var contents = new List<string>();
        using (var sink = Sink(kind))
        {
            Assert.True(sink.IsStaged);
            sink.Open(s_schema, [], null);
            positions.Add(sink.Flush());
            contents.Add(Content(kind));
            for (var version = 1; version <= 6; version++)
            {
                Write(sink, version);
                positions.Add(sink.Flush());
                contents.Add(Content(kind));
                Assert.Equal(positions[^1], sink.Flush()); // nothing was added
            }
        }
        Assert.Equal(contents[^1], Content(kind));
        foreach (var committed in new[] { 5, 2, 0 })
        {
            // The process died while it wrote: whole commits, half of one, and a torn line lie behind.
            using (var sink = Sink(kind))
            {
                sink.Open(s_schema, [], positions[committed]);
                Assert.Equal(contents[committed], Content(kind));
                Write(sink, committed + 1);
                sink.Flush();
            }
            foreach (var file in Files()) File.AppendAllText(file, "999,tor");
            using (var sink = Sink(kind))
            {
                sink.Open(s_schema, [], positions[committed]);
                Assert.Equal(contents[committed], Content(kind));
                Write(sink, committed + 1);
                Assert.Equal(Bytes(positions[committed + 1]), Bytes(sink.Flush()));
                Assert.Equal(contents[committed + 1], Content(kind));
                Write(sink, committed + 2);
            }
            // What was not flushed is not there when the sink is closed.
            if (kind != "by name") Assert.Equal(contents[committed + 1], Content(kind));
        }
    }

    // Files by columns count the places in their list anew when it is written anew.
    static string Bytes(string position) => position.Split(' ') is [var bytes, _] ? bytes : "";

    [Theory]
    [InlineData("csv")]
    [InlineData("gz")]
    public void A_file_that_is_gone_or_shorter_or_of_other_columns_is_the_users_to_put_back(string kind)
    {
        string position;
        using (var sink = Sink(kind))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1);
            position = sink.Flush();
        }
        string Refused(Schema schema)
        {
            using var sink = Sink(kind);
            var error = Assert.Throws<ConnectorException>(() => sink.Open(schema, [], position));
            Assert.Equal(Fault.User, error.Fault);
            Assert.Contains("start anew", error.Message, StringComparison.Ordinal);
            return error.Message;
        }
        Assert.Contains("other columns", Refused(new(s_schema.Fields.Append(new Field("more", DataType.Text)))), StringComparison.Ordinal);
        var file = Assert.Single(Files());
        using (var cut = new FileStream(file, FileMode.Open)) cut.SetLength(10);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"it has 10 bytes, but the checkpoint has written {Bytes(position)}"), Refused(s_schema), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("it is gone", Refused(s_schema), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public void A_pending_sink_leaves_out_what_it_has_applied_already(string kind)
    {
        string position, content;
        using (var sink = Sink(kind))
        {
            Assert.False(sink.IsStaged);
            sink.Open(s_schema, [], null);
            Assert.Equal(0, sink.AppliedVersion);
            Write(sink, 1);
            position = sink.Flush();
            Write(sink, 2);
            Write(sink, 5);
            Write(sink, 5);
            content = Content(kind);
        }
        using (var sink = Sink(kind))
        {
            // The checkpoint knows of version 1 and sends the others again.
            sink.Open(s_schema, [], position);
            Assert.Equal(5, sink.AppliedVersion);
            Write(sink, 2);
            Write(sink, 5);
            Assert.Equal(content, Content(kind));
            Write(sink, 6);
            sink.Flush();
            Assert.Equal(content + "\n60,name 0\n61,name 0\n62,name 0", Content(kind));
        }
        using var anew = Sink(kind);
        anew.Open(s_schema, [], null);
        Assert.Equal((0, ""), (anew.AppliedVersion, Content(kind)));
    }

    [Fact]
    public void A_table_that_is_gone_or_older_than_the_checkpoint_is_the_users_to_put_back()
    {
        string position;
        var path = Path.Combine(_folder.Path, "out.db");
        using (var sink = Sink("sqlite"))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1);
            sink.Flush();
            Write(sink, 7);
            position = sink.Flush();
        }
        string Refused(Schema schema)
        {
            using var sink = Sink("sqlite");
            var error = Assert.Throws<ConnectorException>(() => sink.Open(schema, [], position));
            Assert.Equal(Fault.User, error.Fault);
            Assert.Contains("start anew", error.Message, StringComparison.Ordinal);
            return error.Message;
        }
        Assert.Contains("has other columns", Refused(new(s_schema.Fields.Append(new Field("more", DataType.Text)))), StringComparison.Ordinal);
        using (var database = Database.Open(path, isReader: false)) database.Run("UPDATE millrace_sinks SET version = 6");
        Assert.Contains("holds version 6, but the checkpoint has written version 7", Refused(s_schema), StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("is gone", Refused(s_schema), StringComparison.Ordinal);
    }
}
