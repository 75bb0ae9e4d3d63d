using System.Net.Sockets;
using System.Text;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Tests.Server;

public class ChangesTests : ServerTest
{
    [Fact]
    public async Task A_reader_gets_a_snapshot_then_deltas()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1], [Hour(1), "DE", 2]], frontier: new(new Timestamp(Hour(1)), new Timestamp(Hour(1))));
        using var events = await EventReader.Open(Client, "/api/views/revenue/changes");
        var (kind, id, data) = await events.Next();
        Assert.Equal("snapshot", kind);
        Assert.StartsWith("1@", id, StringComparison.Ordinal);
        Assert.Equal("""{"version":1,"columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"country","type":"TEXT"},{"name":"revenue","type":"DECIMAL(38,3)"}],"key":["window_start","country"],"append":false,"watermark":"1970-01-01T01:00:00Z","rows":[["1970-01-01T01:00:00Z","DE","0.002"],["1970-01-01T01:00:00Z","UK","0.001"]]}""", data.ToJsonString());

        Pipeline.Commit(Revenue, [[Hour(1), "DE", 2], [Hour(1), "UK", 1], [Hour(1), "UK", 7]], [-1, -1, 1], new(new Timestamp(Hour(2)), new Timestamp(Hour(1))));
        (kind, id, data) = await events.Next();
        Assert.Equal("delta", kind);
        Assert.StartsWith("2@", id, StringComparison.Ordinal);
        Assert.Equal("""{"version":2,"watermark":"1970-01-01T02:00:00Z","upserts":[["1970-01-01T01:00:00Z","UK","0.007"]],"deletes":[["1970-01-01T01:00:00Z","DE"]]}""", data.ToJsonString());
    }

    [Fact]
    public async Task Many_commits_between_two_events_arrive_as_their_last_state()
    {
        using var events = await EventReader.Open(Client, "/api/views/revenue/changes");
        Assert.Equal(0, (int)(await events.Next()).Data["version"]!);
        for (var i = 1; i <= 500; i++) Pipeline.Commit(Revenue, [[Hour(i % 3), "UK", i], [Hour(9), "x", i]], [1, i % 2 == 0 ? -1 : 1]);
        var rows = await events.ReadTo(500, 2);
        Assert.Equal(["1970-01-01T00:00:00Z|UK", "1970-01-01T01:00:00Z|UK", "1970-01-01T02:00:00Z|UK"], rows.Keys);
        Assert.Equal("""["1970-01-01T02:00:00Z","UK","0.500"]""", rows["1970-01-01T02:00:00Z|UK"]);
    }

    [Fact]
    public async Task Rows_of_a_view_without_key_arrive_once_and_in_order()
    {
        Pipeline.Commit(Log, [["a"], ["b"], ["c"]]);
        using var events = await EventReader.Open(Client, "/api/views/log/changes?limit=2");
        var (_, _, data) = await events.Next();
        Assert.Equal("""[["b"],["c"]]""", data["rows"]!.ToJsonString());
        Assert.True((bool)data["append"]!);
        var seen = new List<string>();
        for (var i = 0; i < 300; i++) Pipeline.Commit(Log, [[$"{i}"], ["same"]]);
        while (seen.Count < 600) seen.AddRange((await events.Next()).Data["upserts"]!.AsArray().Select(r => (string)r![0]!));
        Assert.Equal(Enumerable.Range(0, 300).SelectMany(i => new[] { $"{i}", "same" }), seen);
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_only_what_it_missed()
    {
        string id;
        using (var events = await EventReader.Open(Client, "/api/views/revenue/changes"))
        {
            await events.Next();
            Pipeline.Commit(Revenue, [[Hour(1), "UK", 1]]);
            (_, id, _) = await events.Next();
        }
        Pipeline.Commit(Revenue, [[Hour(2), "UK", 2]]);
        Pipeline.Commit(Revenue, [[Hour(3), "UK", 3]]);
        foreach (var last in new[] { id, "1" })
        {
            using var again = await EventReader.Open(Client, "/api/views/revenue/changes", last);
            var rows = new List<string>();
            while (rows.Count < 2)
            {
                var (kind, _, data) = await again.Next();
                Assert.Equal("delta", kind);
                rows.AddRange(data["upserts"]!.AsArray().Select(r => (string)r![2]!));
            }
            Assert.Equal(["0.002", "0.003"], rows);
        }
    }

    [Theory]
    [InlineData("1@of-another-run")]
    [InlineData("99")]
    [InlineData("1,1")]
    [InlineData("nonsense")]
    public async Task A_place_that_is_not_known_begins_with_a_snapshot(string lastEventId)
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1]]);
        using var events = await EventReader.Open(Client, "/api/views/revenue/changes", lastEventId);
        Assert.Equal("snapshot", (await events.Next()).Kind);
    }

    [Fact]
    public async Task A_commit_too_large_to_keep_becomes_a_snapshot()
    {
        using var events = await EventReader.Open(Client, "/api/views/revenue/changes?limit=3");
        await events.Next();
        var version = Pipeline.Commit(Revenue, [.. Enumerable.Range(0, 20_001).Select(i => new object?[] { Hour(1), $"{i:D5}", i })]);
        var (kind, _, data) = await events.Next();
        Assert.Equal("snapshot", kind);
        Assert.Equal(version, (long)data["version"]!);
        Assert.Equal(["19998", "19999", "20000"], data["rows"]!.AsArray().Select(r => (string)r![1]!));
        Pipeline.Commit(Revenue, [[Hour(1), "00001", 5]]);
        Assert.Equal("delta", (await events.Next()).Kind);
    }

    [Fact]
    public async Task Several_views_share_a_connection()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1]]);
        using var events = await EventReader.Open(Client, "/api/changes?views=revenue,log");
        Assert.Equal(["revenue", "log"], new[] { (string)(await events.Next()).Data["view"]!, (string)(await events.Next()).Data["view"]! });
        Pipeline.Commit(Log, [["a"]]);
        var (kind, id, data) = await events.Next();
        Assert.Equal(("delta", "log"), (kind, (string)data["view"]!));
        Assert.StartsWith("1,2@", id, StringComparison.Ordinal);
        using var again = await EventReader.Open(Client, "/api/changes?views=revenue,log", id);
        Pipeline.Commit(Revenue, [[Hour(2), "UK", 1]]);
        (kind, _, data) = await again.Next();
        Assert.Equal(("delta", "revenue"), (kind, (string)data["view"]!));
    }

    [Theory]
    [InlineData(PipelineState.Finished, "finished")]
    [InlineData(PipelineState.Failed, "failed")]
    public async Task The_last_event_says_how_the_pipeline_ended(PipelineState state, string word)
    {
        using var events = await EventReader.Open(Client, "/api/views/revenue/changes");
        await events.Next();
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1]], frontier: Frontier.End);
        Pipeline.End(state);
        Assert.Equal("9999-12-31T23:59:59.999999Z", (string?)(await events.Next()).Data["watermark"]);
        Assert.Equal("end", (await events.Next()).Kind);
        Assert.True(await events.IsAtEnd());
        using var late = await EventReader.Open(Client, "/api/views/revenue/changes");
        Assert.Equal("snapshot", (await late.Next()).Kind);
        Assert.Equal($$"""{"version":1,"state":"{{word}}"}""", (await late.Next()).Data.ToJsonString());
    }

    [Fact]
    public async Task A_hundred_and_fifty_readers_get_the_same_events_made_once()
    {
        Pipeline.Commit(Revenue, [[Hour(0), "UK", 1]]);
        var readers = new List<EventReader>();
        for (var i = 0; i < 150; i++) readers.Add(await EventReader.Open(Client, "/api/views/revenue/changes"));
        var tables = readers.Select(r => r.ReadTo(101, 2)).ToList();
        for (var i = 0; i < 100; i++) Pipeline.Commit(Revenue, [[Hour(i % 7), "UK", i]]);
        var all = await Task.WhenAll(tables);
        foreach (var table in all) Assert.Equal(all[0], table);
        Assert.Equal(7, all[0].Count);
        Assert.True(Server.Changes.BufferedEvents <= 3, $"{Server.Changes.BufferedEvents} events are kept");
        foreach (var reader in readers) reader.Dispose();
        await Emptied();
    }

    [Fact]
    public async Task Readers_that_never_read_hold_back_nobody_and_cost_no_more_than_their_connection()
    {
        var wide = new string('x', 1000);
        var stalled = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
            await socket.ConnectAsync(Server.Address.Host, Server.Address.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/views/log/changes HTTP/1.1\r\nHost: {Server.Address.Authority}\r\n\r\n"));
            stalled.Add(socket);
        }
        using var events = await EventReader.Open(Client, "/api/views/log/changes");
        var read = 0;
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 30; i++) Pipeline.Commit(Log, [.. Enumerable.Range(0, 20).Select(_ => new object?[] { wide })]);
            while (read < (round + 1) * 600)
            {
                var (_, _, data) = await events.Next();
                read += (data["upserts"] ?? data["rows"])!.AsArray().Count;
            }
        }
        // What is kept does not depend on the readers: the ring, and for each of them at most the one event that it is stuck in.
        Assert.Equal(600, Server.Changes.BufferedCommits);
        Assert.True(Server.Changes.BufferedEvents <= 22, $"{Server.Changes.BufferedEvents} events are kept");
        foreach (var socket in stalled) socket.Dispose();
        events.Dispose();
        await Emptied();
        Assert.True(Server.Changes.BufferedEvents <= 2, $"{Server.Changes.BufferedEvents} events are kept");
    }

    /// <summary>Waits until the server has noticed that its readers are gone.</summary>
    async Task Emptied()
    {
        while (Server.Changes.Readers > 0)
        {
            Pipeline.Commit(Log, [["ping"]]);
            await Task.Delay(20);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await Server.Changes.DisposeAsync();
        while (Server.Changes.Readers > 0) await Task.Delay(5);
        await base.DisposeAsync();
    }
}
