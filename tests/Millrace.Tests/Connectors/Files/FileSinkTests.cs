using System.IO.Compression;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Tests.Connectors.Files;

public sealed class FileSinkTests : IDisposable
{
    static readonly Schema s_schema = new(new Field("country", DataType.Text), new Field("revenue", DataType.Decimal(10, 2)));

    readonly TemporaryFolder _folder = new();
    readonly MemoryAccountant _memory = new();

    public void Dispose()
    {
        Assert.Equal(0, _memory.Alive);
        _folder.Dispose();
    }

    string Path_(string name) => Path.Combine(_folder.Path, name);

    ISink Sink(params (string Name, string Value)[] options) =>
        new FileConnector().CreateSink(new SinkContext("out", new Options(options.ToDictionary(o => o.Name, o => o.Value)), _folder.Path, _folder.Path));

    void Write(ISink sink, long version, params (string Country, decimal Revenue, int Weight)[] rows)
    {
        var batch = RowValues.Rent(_memory, s_schema);
        foreach (var row in rows) RowValues.Append(batch, [row.Country, row.Revenue]);
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

    [Theory]
    [InlineData("csv", "country,revenue\nFrance,12.50\nSpain,1.00\n")]
    [InlineData("json", "{\"country\":\"France\",\"revenue\":\"12.50\"}\n{\"country\":\"Spain\",\"revenue\":\"1.00\"}\n")]
    public void Rows_stand_in_the_file_after_each_commit(string format, string expected)
    {
        using var sink = Sink(("path", "a.out"), ("format", format));
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("France", 12.5m, 1), ("Spain", 1m, 1));
        Assert.Equal(expected, File.ReadAllText(Path_("a.out")));
    }

    [Theory]
    [InlineData("append", "country,revenue\nFrance,12.50\nFrance,12.50\nItaly,2.00\n")]
    [InlineData("changes", "change,country,revenue\n2,France,12.50\n0,Spain,1.00\n1,Italy,2.00\n")]
    public void A_row_that_stands_twice_is_written_twice(string mode, string expected)
    {
        using var sink = Sink(("path", "a.csv"), ("mode", mode));
        sink.Open(s_schema, [], null);
        Write(sink, 1, ("France", 12.5m, 2), ("Spain", 1m, 0), ("Italy", 2m, 1));
        Assert.Equal(expected, File.ReadAllText(Path_("a.csv")));
        if (mode == "changes") return;
        Write(sink, 2, ("Malta", 1m, 10_000));
        Assert.Equal(10_004, File.ReadAllLines(Path_("a.csv")).Length);
    }

    [Theory]
    [InlineData("append", "country\nFrance\n")]
    [InlineData("changes", "change,country\n1,France\n")]
    public void Columns_that_only_the_plan_needs_are_left_out(string mode, string expected)
    {
        using var sink = Sink(("path", "a.csv"), ("mode", mode));
        var schema = new Schema(new Field("country", DataType.Text), new Field("$single", DataType.BigInt));
        sink.Open(schema, [1], null);
        var batch = RowValues.Rent(_memory, schema);
        RowValues.Append(batch, ["France", 0L]);
        sink.Write([batch], 1);
        batch.Release();
        Assert.Equal(expected, File.ReadAllText(Path_("a.csv")));
    }

    [Fact]
    public void A_name_that_ends_in_gz_is_packed()
    {
        using (var sink = Sink(("path", "a.csv.gz"), ("format", "csv")))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, ("France", 12.5m, 1));
            Write(sink, 2, ("Spain", 1m, 1));
            sink.Flush();
        }
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path_("a.csv.gz")), CompressionMode.Decompress));
        Assert.Equal("country,revenue\nFrance,12.50\nSpain,1.00\n", reader.ReadToEnd());
    }

    [Fact]
    public void A_start_makes_the_file_anew()
    {
        _folder.Write("a.csv", "old and much longer than what comes");
        using var sink = Sink(("path", "a.csv"), ("format", "csv"));
        sink.Open(s_schema, [], null);
        Assert.Equal("country,revenue\n", File.ReadAllText(Path_("a.csv")));
    }

    [Fact]
    public void Rows_that_are_taken_back_are_refused_and_nothing_of_their_commit_is_written()
    {
        using var sink = Sink(("path", "a.csv"), ("format", "csv"));
        sink.Open(s_schema, [0], null);
        Write(sink, 1, ("France", 12.5m, 1));
        var error = Assert.Throws<ConnectorException>(() => Write(sink, 2, ("France", 12.5m, -1), ("France", 13m, 1)));
        Assert.Contains("EMIT FINAL", error.Message, StringComparison.Ordinal);
        Assert.Equal("country,revenue\nFrance,12.50\n", File.ReadAllText(Path_("a.csv")));
    }

    [Fact]
    public void Changes_are_written_with_their_sign_where_asked_for()
    {
        using var sink = Sink(("path", "a.csv"), ("format", "csv"), ("mode", "changes"));
        sink.Open(s_schema, [0], null);
        Write(sink, 1, ("France", 12.5m, 1));
        Write(sink, 2, ("France", 12.5m, -1), ("France", 13m, 1));
        Assert.Equal("change,country,revenue\n1,France,12.50\n-1,France,12.50\n1,France,13.00\n", File.ReadAllText(Path_("a.csv")));
    }

    [Fact]
    public void Upserts_are_refused()
    {
        using var sink = Sink(("path", "a.csv"), ("format", "csv"), ("mode", "upsert"));
        Assert.Contains("mode = 'changes'", Assert.Throws<ConnectorException>(() => sink.Open(s_schema, [0], null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_the_users_fault()
    {
        using var sink = Sink(("path", "nowhere/a.csv"), ("format", "csv"));
        Assert.Equal(Fault.User, Assert.Throws<ConnectorException>(() => sink.Open(s_schema, [], null)).Fault);
    }

    [Fact]
    public void A_full_disk_is_told_with_the_commit()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using var sink = Sink(("path", "/dev/full"), ("format", "json"));
        sink.Open(s_schema, [], null);
        var error = Assert.Throws<ConnectorException>(() => Write(sink, 7, ("France", 12.5m, 1)));
        Assert.Equal(Fault.External, error.Fault);
        Assert.Contains("commit 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
    }
}
