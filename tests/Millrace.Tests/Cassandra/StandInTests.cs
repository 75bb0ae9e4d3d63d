using Millrace.Cassandra.Cql;

namespace Millrace.Tests.Cassandra;

/// <summary>The client against a stand-in: versions of the protocol that no server at hand speaks, and answers that a server rarely gives.</summary>
public sealed class StandInTests
{
    static async Task<CqlCluster> ConnectAsync(StandIn server) => await CqlCluster.ConnectAsync(server.Settings, TimeProvider.System);

    static void Write(WritePipe pipe, CqlCluster cluster, CqlStatement statement, int value)
    {
        var write = pipe.Rent();
        write.Statements = [statement];
        var values = new CqlWriter();
        values.Int(4);
        values.Int(value);
        Frames.Write(write.Frame, cluster.Version, statement, 1, values.Written, Consistency.Quorum, 1000 + value);
        write.Submit();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Each_version_is_found_and_spoken(byte version)
    {
        using var server = new StandIn(version);
        using var cluster = await ConnectAsync(server);
        Assert.Equal((version, "4.0.0", "dc1"), (cluster.Version, cluster.Release, cluster.DataCenter));
        var statement = await cluster.PrepareAsync("INSERT");
        Assert.Equal([7], statement.Id);
        Assert.Equal(version >= 5 ? [8, 8] : [], statement.ResultId);
        Assert.Equal(version >= 4 ? [0] : [], statement.Markers.PartitionKey);
        using var pipe = new WritePipe(cluster, 100);
        for (var i = 0; i < 1000; i++) Write(pipe, cluster, statement, i);
        pipe.Drain();
        Assert.Equal(1000, server.Writes.Count);
        // id, result's id, consistency, flags (values, timestamp), one value of four bytes, timestamp
        var flags = version >= 5 ? "000107000208080004000000210001" : "000107000421";
        Assert.StartsWith(version >= 5 ? "0001070002080800040000002100010000000400" : "00010700042100010000000400", Convert.ToHexStringLower(server.Writes[0]));
        Assert.Equal(flags.Length / 2 + (version >= 5 ? 0 : 2) + 8 + 8, server.Writes[0].Length);
        Assert.Equal(Enumerable.Range(1000, 1000).Select(i => $"{i:x16}"), server.Writes.Select(w => Convert.ToHexStringLower(w[^8..])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Writes_that_a_server_cannot_take_now_are_sent_again()
    {
        using var server = new StandIn(4);
        using var cluster = await ConnectAsync(server);
        var statement = await cluster.PrepareAsync("INSERT");
        using var pipe = new WritePipe(cluster, 64);
        // Each write is refused when it comes for the first time; it is known by its timestamp.
        var seen = new HashSet<string>();
        server.OnWrite = (n, body) => seen.Add(Convert.ToHexString(server.Writes[n][^8..])) ? StandIn.Fail(body, 0x1001, "too much") : StandIn.Void(body);
        for (var i = 0; i < 200; i++) Write(pipe, cluster, statement, i);
        pipe.Drain();
        Assert.Equal(200, pipe.Written);
        Assert.Equal(200, pipe.Repeated);
    }

    [Fact]
    public async Task A_statement_that_the_server_does_not_know_is_told_it_again()
    {
        using var server = new StandIn(5);
        using var cluster = await ConnectAsync(server);
        var statement = await cluster.PrepareAsync("INSERT");
        using var pipe = new WritePipe(cluster, 4);
        server.OnWrite = static (n, body) => n == 0 ? StandIn.Fail(body, 0x2500, "unknown") : StandIn.Void(body);
        for (var i = 0; i < 10; i++) Write(pipe, cluster, statement, i);
        pipe.Drain();
        Assert.Equal(["INSERT", "INSERT"], server.Prepared);
        Assert.Equal(10, pipe.Written);
    }

    [Fact]
    public async Task A_write_that_is_refused_ends_the_commit_and_the_next_one_may_go_on()
    {
        using var server = new StandIn(4);
        using var cluster = await ConnectAsync(server);
        var statement = await cluster.PrepareAsync("INSERT");
        using var pipe = new WritePipe(cluster, 4);
        server.OnWrite = static (n, body) => n == 0 ? StandIn.Fail(body, 0x2200, "Key may not be empty") : StandIn.Void(body);
        Write(pipe, cluster, statement, 0);
        Assert.Equal("Key may not be empty", Assert.Throws<CqlException>(pipe.Drain).Message);
        Write(pipe, cluster, statement, 1);
        pipe.Drain();
        Assert.Equal(1, pipe.Written);
    }

    [Fact]
    public async Task Writes_under_way_on_a_connection_that_breaks_are_sent_again_or_told()
    {
        using var server = new StandIn(4);
        using var cluster = await ConnectAsync(server);
        var statement = await cluster.PrepareAsync("INSERT");
        using var pipe = new WritePipe(cluster, 4);
        server.OnWrite = static (_, _) => null;
        Write(pipe, cluster, statement, 0);
        while (server.Writes.Count == 0) await Task.Yield();
        server.Break();
        Assert.True(Assert.Throws<CqlException>(pipe.Drain).IsTransient);
        server.OnWrite = static (_, body) => StandIn.Void(body);
        while (!cluster.Nodes[0].IsUp) await Task.Delay(1);
        Write(pipe, cluster, statement, 1);
        pipe.Drain();
        Assert.Equal(1, pipe.Written);
    }

    [Fact]
    public async Task A_server_that_says_nothing_more_is_given_up()
    {
        using var server = new StandIn(4);
        using var cluster = await CqlCluster.ConnectAsync(server.Settings with { Timeout = TimeSpan.FromMilliseconds(500) }, TimeProvider.System);
        var statement = await cluster.PrepareAsync("INSERT");
        using var pipe = new WritePipe(cluster, 4);
        server.OnWrite = static (_, _) => null;
        for (var i = 0; i < 3; i++) Write(pipe, cluster, statement, i);
        Assert.True(Assert.Throws<CqlException>(pipe.Drain).IsTransient);
    }
}
