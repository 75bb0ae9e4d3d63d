using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Journals;
using Millrace.Data;
using Millrace.Runtime;

namespace Millrace.Tests.Connectors.Journals;

public sealed class HttpSourceTests : IDisposable
{
    static readonly Schema s_schema = new(new Field("id", DataType.Integer), new Field("name", DataType.Text));

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    ISource Source(params (string, string)[] options) => new HttpConnector().CreateSource(Reading.Context(_folder.Path, s_schema, options: options) with { Paths = ["id", "full \"name\""] });

    static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task Rows_are_read_after_they_were_taken_and_again_after_a_restart()
    {
        for (var start = 1; start <= 2; start++)
        {
            await using var source = Source(("format", "json"));
            var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
            var ingest = Assert.IsAssignableFrom<IIngest>(source);
            await ingest.AppendAsync(Bytes("{\"id\":1}\n"), 1, null, default);
            Assert.Equal(string.Concat(Enumerable.Repeat("{\"id\":1}\n", start)), partition.Read());
            Assert.True(source.CanReplay);
            Assert.False(source.IsBounded);
            partition.Dispose();
        }
    }

    [Fact]
    public async Task A_csv_source_names_its_fields_in_its_journal()
    {
        await using var source = Source(("format", "csv"), ("csv.delimiter", ";"));
        var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
        await ((IIngest)source).AppendAsync(Bytes("1;x\n"), 1, null, default);
        Assert.Equal("\"id\";\"full \"\"name\"\"\"\n1;x\n", partition.Read());
        partition.Dispose();
    }

    [Fact]
    public async Task A_source_that_has_dropped_rows_says_that_it_cannot_replay()
    {
        await using var source = Source(("format", "json"), ("journal.segment_bytes", "1"), ("journal.retention_bytes", "0"));
        var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
        await ((IIngest)source).AppendAsync(Bytes("{}\n"), 1, null, default);
        await ((IIngest)source).AppendAsync(Bytes("{}\n"), 1, null, default);
        Assert.True(source.CanReplay);
        source.Committed(new Dictionary<int, long> { [0] = 6 });
        Assert.False(source.CanReplay);
        partition.Dispose();
    }

    [Fact]
    public async Task An_option_out_of_range_is_an_error()
    {
        await using var source = Source(("journal.max_bytes", "0"));
        Assert.Contains("journal.max_bytes", (await Assert.ThrowsAsync<ConnectorException>(() => source.OpenAsync([], default).AsTask())).Message, StringComparison.Ordinal);
    }
}
