using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Journals;

namespace Millrace.Tests.Connectors.Journals;

public sealed class StdinSourceTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    async Task<string> Run(Stream input, params (string, string)[] options)
    {
        await using var source = (StdinSource)new StdinConnector(() => input).CreateSource(Reading.Context(_folder.Path, options: options));
        using var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
        try
        {
            await source.Copying;
        }
        catch (ConnectorException)
        {
            // The partition tells it.
        }
        return partition.Read(room: 5);
    }

    static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Gives a text, then fails as a broken pipe does.</summary>
    sealed class Broken(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override int Read(Span<byte> buffer) => Position < Length ? base.Read(buffer) : throw new IOException("broken pipe");
    }

    [Fact]
    public async Task Input_is_read_to_its_end_and_a_finished_one_is_not_read_again()
    {
        Assert.Equal("a\nb\n.", await Run(Text("a\nb\n")));
        Assert.Equal("c\n.", await Run(Text("c\n")));
        Assert.Equal(".", await Run(Text("")));
    }

    [Fact]
    public async Task A_finished_input_can_be_kept()
    {
        Assert.Equal("a\n.", await Run(Text("a\n")));
        Assert.Equal("a\n|b\n.", await Run(Text("b\n"), ("journal.finished", "keep")));
    }

    [Fact]
    public async Task An_input_that_was_cut_short_is_read_again_before_the_next()
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Run(new Broken("a\nhal")));
        Assert.Contains("broken pipe", error.Message, StringComparison.Ordinal);
        Assert.Equal("a\nhal|b\n.", await Run(Text("b\n")));
        Assert.Equal("c\n.", await Run(Text("c\n")));
    }

    [Fact]
    public async Task Records_go_on_from_one_segment_into_the_next()
    {
        var text = string.Join('\n', Enumerable.Range(0, 1_000_000));
        Assert.Equal(text + ".", await Run(Text(text), ("journal.segment_bytes", "100000")));
        Assert.True(Directory.GetFiles(_folder.Path, "*.journal", SearchOption.AllDirectories).Length > 3);
    }

    [Fact]
    public async Task A_full_journal_makes_the_input_wait_for_commits()
    {
        await using var source = (StdinSource)new StdinConnector(() => Text(new string('x', 3 << 20))).CreateSource(Reading.Context(_folder.Path, options: [("journal.max_bytes", "1")]));
        using var partition = (IBytePartition)Assert.Single(await source.OpenAsync([], default));
        var total = 0;
        while (!source.Copying.IsCompleted || total < 3 << 20)
        {
            total += partition.Read(1 << 20).TrimEnd('.').Length;
            source.Committed(new Dictionary<int, long> { [0] = total });
            await Task.Yield();
        }
        Assert.Equal(3 << 20, total);
    }
}
