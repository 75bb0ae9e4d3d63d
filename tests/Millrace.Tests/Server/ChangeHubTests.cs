using System.Text;
using Millrace.Data;
using Millrace.Server.Changes;
using Millrace.Stores;

namespace Millrace.Tests.Server;

public sealed class ChangeHubTests : IAsyncDisposable
{
    static readonly TableDefinition Table = new("counts", new Schema(new Field("k", DataType.Integer), new Field("n", DataType.Integer)), [0], TableKind.View);
    readonly FakePipeline _pipeline = new(Table);
    ChangeHub? _hub;

    public async ValueTask DisposeAsync()
    {
        await _hub!.DisposeAsync();
        Assert.Equal(0, _pipeline.Memory.Alive);
        Assert.Equal(0, _pipeline.Listeners);
    }

    ViewFeed Start(ChangeLimits limits)
    {
        _hub = new(_pipeline, limits, TimeProvider.System);
        var feed = _hub.Find("counts")!;
        Assert.True(_hub.TryEnter([feed]));
        return feed;
    }

    async Task<EventPayload> NextAfter(ViewFeed feed, long position)
    {
        while (true)
        {
            var (beat, _, version) = _hub!.Now();
            if (feed.Target == version && _hub.Next(feed, position, 10) is { } payload) return payload;
            await beat;
        }
    }

    [Fact]
    public async Task The_ring_keeps_no_more_commits_than_it_may()
    {
        var feed = Start(new() { RingCommits = 50 });
        for (var i = 1; i <= 500; i++) _pipeline.Commit(Table, [[i % 10, i]]);
        Assert.Equal(50, _hub!.BufferedCommits);
        var old = await NextAfter(feed, 449);
        Assert.Equal(("snapshot", 500), (old.Kind, old.Version));
        var recent = await NextAfter(feed, 450);
        Assert.Equal(("delta", 500), (recent.Kind, recent.Version));
        _hub.GiveBack(old);
        _hub.GiveBack(recent);
    }

    [Fact]
    public void The_ring_keeps_no_more_bytes_than_it_may()
    {
        Start(new() { RingBytes = 10_000 });
        for (var i = 1; i <= 500; i++) _pipeline.Commit(Table, [[i % 10, i]]);
        Assert.InRange(_hub!.BufferedBytes, 5000, 10_000);
    }

    [Fact]
    public void Nothing_is_kept_of_views_that_nobody_reads()
    {
        _hub = new(_pipeline, new(), TimeProvider.System);
        for (var i = 1; i <= 100; i++) _pipeline.Commit(Table, [[i, i]]);
        Assert.Equal(0, _hub.BufferedCommits);
    }

    [Fact]
    public async Task Readers_at_one_version_share_one_event()
    {
        var feed = Start(new());
        for (var i = 1; i <= 5; i++) _pipeline.Commit(Table, [[i, i]]);
        var one = await NextAfter(feed, 2);
        var same = await NextAfter(feed, 2);
        Assert.Same(one, same);
        Assert.Equal("""{"version":5,"watermark":null,"upserts":[[3,3],[4,4],[5,5]],"deletes":[]}""", "{" + Encoding.UTF8.GetString(one.Data.Span));
        Assert.Equal(1, _hub!.BufferedEvents);
        _hub.GiveBack(one);
        _hub.GiveBack(same);
    }

    [Fact]
    public async Task Past_the_bytes_of_events_the_readers_of_the_oldest_are_let_go()
    {
        var feed = Start(new() { EventBytes = 3000 });
        var held = new List<EventPayload>();
        for (var i = 1; i <= 50; i++)
        {
            var version = _pipeline.Commit(Table, [[i, i]]);
            held.Add(await NextAfter(feed, version - 1));
        }
        var stuck = held.Count(p => !p.Dropped.IsCancellationRequested);
        Assert.InRange(stuck, 10, 49);
        Assert.True(held[0].Dropped.IsCancellationRequested);
        foreach (var payload in held) _hub!.GiveBack(payload);
        Assert.True(_hub!.BufferedEvents <= 1);
    }

    [Fact]
    public void No_more_readers_come_in_than_there_may_be()
    {
        var feed = Start(new() { ReadersMax = 2 });
        Assert.True(_hub!.TryEnter([feed]));
        Assert.False(_hub.TryEnter([feed]));
        _hub.Leave([feed]);
        Assert.True(_hub.TryEnter([feed]));
    }

    [Fact]
    public async Task Any_place_leads_to_the_same_rows()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var feed = Start(new() { RingCommits = 200 });
        var states = new List<SortedDictionary<int, int>> { new() };
        for (var v = 1; v <= 120; v++)
        {
            var state = new SortedDictionary<int, int>(states[^1]);
            var rows = new List<object?[]>();
            var weights = new List<int>();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var key = random.Next(12);
                var isDelete = state.ContainsKey(key) && random.Next(3) == 0;
                if (isDelete) state.Remove(key);
                else state[key] = v;
                rows.Add([key, v]);
                weights.Add(isDelete ? -1 : 1);
            }
            _pipeline.Commit(Table, [.. rows], [.. weights]);
            states.Add(state);
        }
        for (var position = 0; position < 120; position++)
        {
            var payload = await NextAfter(feed, position);
            Assert.Equal("delta", payload.Kind);
            var data = System.Text.Json.Nodes.JsonNode.Parse("{" + Encoding.UTF8.GetString(payload.Data.Span))!;
            var state = new SortedDictionary<int, int>(states[position]);
            foreach (var key in data["deletes"]!.AsArray()) state.Remove((int)key![0]!);
            foreach (var row in data["upserts"]!.AsArray()) state[(int)row![0]!] = (int)row[1]!;
            Assert.Equal(states[120], state);
            _hub!.GiveBack(payload);
        }
    }
}
