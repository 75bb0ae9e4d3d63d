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
    public async Task A_checkpoint_that_lies_before_what_the_journal_still_has_is_refused_with_the_positions()
    {
        await using (var source = Source(("format", "json"), ("journal.segment_bytes", "1"), ("journal.retention_bytes", "0")))
        {
            using var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
            await ((IIngest)source).AppendAsync(Bytes("{}\n"), 1, null, default);
            await ((IIngest)source).AppendAsync(Bytes("{}\n"), 1, null, default);
            source.Committed(new Dictionary<int, long> { [0] = 6 });
        }
        foreach (var position in new[] { 0, 7 })
        {
            await using var source = Source(("format", "json"));
            var error = await Assert.ThrowsAsync<ConnectorException>(() => source.OpenAsync([new("orders", 0, position)], default).AsTask());
            Assert.Equal(Fault.User, error.Fault);
            Assert.Contains($"up to position {position}", error.Message, StringComparison.Ordinal);
            Assert.Contains("holds 3 to 6", error.Message, StringComparison.Ordinal);
            Assert.Contains("start anew", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_is_known_after_a_restart_though_the_file_of_its_rows_was_dropped()
    {
        await using (var source = Source(("format", "json"), ("journal.segment_bytes", "1"), ("journal.retention_bytes", "0")))
        {
            using var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
            for (var i = 0; i < 3; i++) await ((IIngest)source).AppendAsync(Bytes("{}\n"), 1, $"key {i}\n%", default);
            source.Committed(new Dictionary<int, long> { [0] = 9 });
        }
        Assert.Single(Directory.GetFiles(_folder.Path, "*.journal", SearchOption.AllDirectories));
        await using var again = Source(("format", "json"));
        using var rest = (IBytePartition)Assert.Single(await again.OpenAsync([new("orders", 0, 9)], default));
        for (var i = 0; i < 3; i++)
            Assert.Equal(new IngestReceipt(1, 3 * (i + 1), true), await ((IIngest)again).AppendAsync(Bytes("{}\n"), 1, $"key {i}\n%", default));
        Assert.Equal("", rest.Read());
    }

    [Fact]
    public async Task An_option_out_of_range_is_an_error()
    {
        await using var source = Source(("journal.max_bytes", "0"));
        Assert.Contains("journal.max_bytes", (await Assert.ThrowsAsync<ConnectorException>(() => source.OpenAsync([], default).AsTask())).Message, StringComparison.Ordinal);
    }
}
