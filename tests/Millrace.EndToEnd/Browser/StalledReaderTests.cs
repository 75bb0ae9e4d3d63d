using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Millrace.EndToEnd.Browser;

/// <summary>Browsers that stall, as the server sees them: sockets.</summary>
public sealed class StalledReaderTests
{
    const int Readers = 1000;
    const long BufferBytesMax = 128 << 20; // recent commits and events, 64 MiB each

    [Fact]
    public async Task A_thousand_readers_that_never_read_cost_bounded_memory_and_hold_nothing_up()
    {
        await using var demo = await ServedPipeline.DemoAsync();
        var sockets = new List<Socket>(Readers);
        try
        {
            var request = Encoding.ASCII.GetBytes($"GET /api/views/top_products/changes?limit=10000 HTTP/1.1\r\nHost: {demo.Address.Authority}\r\nAccept: text/event-stream\r\n\r\n");
            for (var i = 0; i < Readers; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, demo.Address.Port);
                await socket.SendAsync(request);
            }
            await Until.TrueAsync(async () => await demo.MetricAsync("millrace_change_readers") == Readers, "all readers are there");
            var before = await demo.MetricAsync("millrace_source_seen_total");
            await demo.CommitsAsync(30);
            Assert.True(await demo.MetricAsync("millrace_source_seen_total") > before);
            Assert.InRange(await demo.MetricAsync("millrace_change_buffer_bytes"), 0, BufferBytesMax);

            // One that reads is served beside them.
            await using var reader = await EventReader.OpenAsync(demo, "api/views/revenue/changes");
            Assert.Equal("snapshot", (await reader.NextAsync()).Kind);
            Assert.Equal("delta", (await reader.NextAsync()).Kind);
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
        await Until.TrueAsync(async () => await demo.MetricAsync("millrace_change_readers") == 0, "the readers are gone");
        Assert.InRange(await demo.MetricAsync("millrace_change_buffer_bytes"), 0, BufferBytesMax);
    }

    [Fact]
    public async Task A_reader_that_comes_back_goes_on_where_it_was()
    {
        await using var demo = await ServedPipeline.DemoAsync();
        Event last;
        await using (var first = await EventReader.OpenAsync(demo, "api/views/revenue/changes"))
        {
            Assert.Equal("snapshot", (await first.NextAsync()).Kind);
            last = await first.NextAsync();
        }
        await demo.CommitsAsync(5);

        await using var second = await EventReader.OpenAsync(demo, "api/views/revenue/changes", last.Id);
        var next = await second.NextAsync();
        Assert.Equal("delta", next.Kind);
        Assert.True(next.Version > last.Version, $"version {next.Version} after {last.Version}");

        // The id of another run says nothing here.
        var foreign = $"{last.Version.ToString(CultureInfo.InvariantCulture)}@other";
        await using var third = await EventReader.OpenAsync(demo, "api/views/revenue/changes", foreign);
        Assert.Equal("snapshot", (await third.NextAsync()).Kind);
    }
}
