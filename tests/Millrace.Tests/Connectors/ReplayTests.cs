using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Time;

namespace Millrace.Tests.Connectors;

public sealed class ReplayTests
{
    static SourceDefinition Source(string name, string connector, string format, string path = "") => new()
    {
        Name = name,
        Connector = connector,
        Format = format,
        Schema = new Schema(new Field("id", DataType.Integer), new Field("name", DataType.Text)),
        Paths = ["id", "name"],
        Options = new Options(new Dictionary<string, string> { ["path"] = path }),
    };

    [Fact]
    public void Raw_records_are_collected_by_source_once_each_with_the_header_that_they_were_read_by()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", "\uFEFFname,id\r\nx,1\r\n");
        var memory = new MemoryAccountant();
        var rows = RowValues.Rent(memory, DeadLetters.Schema);
        void Add(string source, long offset, string rule, string? raw) =>
            RowValues.Append(rows, [source, 0, offset, rule, "wrong", raw is null ? null : Encoding.UTF8.GetBytes(raw), new Timestamp(0)]);
        Add("csv", 10, "decode", "y,two");
        Add("csv", 20, "positive", "z,-1");
        Add("csv", 20, "has_name", "z,-1");
        Add("csv", 30, "positive", null);
        Add("json", 0, "decode", "{\"id\":");
        Add("gone", 0, "decode", "?");
        var pipeline = new Pipeline { Name = "p", Sources = [Source("json", "http", "json"), Source("csv", "file", "csv", "*.csv"), Source("quiet", "file", "csv", "none.csv")] };
        var parts = Replay.Collect([rows], pipeline, folder.Path);
        rows.Release();
        Assert.Equal(["json", "csv"], parts.Select(p => p.Source));
        Assert.Equal(("application/x-ndjson", 1, 0, "{\"id\":\n"), (parts[0].ContentType, parts[0].Count, parts[0].WithoutBytes, Encoding.UTF8.GetString(parts[0].ToArray())));
        Assert.Equal(("text/csv", 2, 1, "name,id\ny,two\nz,-1\n"), (parts[1].ContentType, parts[1].Count, parts[1].WithoutBytes, Encoding.UTF8.GetString(parts[1].ToArray())));
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Csv_records_of_a_source_that_keeps_no_header_cannot_be_sent()
    {
        var memory = new MemoryAccountant();
        var rows = RowValues.Rent(memory, DeadLetters.Schema);
        RowValues.Append(rows, ["in", 0, 0L, "decode", "wrong", new byte[] { 65 }, new Timestamp(0)]);
        var error = Assert.Throws<ConnectorException>(() => Replay.Collect([rows], new Pipeline { Name = "p", Sources = [Source("in", "stdin", "csv")] }, "."));
        Assert.Contains("source 'in'", error.Message, StringComparison.Ordinal);
        rows.Release();
    }
}
