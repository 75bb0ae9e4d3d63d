using System.Globalization;
using System.Text;
using Millrace.Cassandra.Cql;
using Millrace.EndToEnd.Servers;

namespace Millrace.EndToEnd.Cassandra;

/// <summary>The CQL client against the real server.</summary>
[Collection(CassandraTests.Name)]
public sealed class ClientTests(CassandraInstance cassandra)
{
    [Fact]
    public async Task An_old_server_is_spoken_to_in_its_own_version()
    {
        cassandra.Need();
        using var cluster = await cassandra.ConnectAsync();
        Assert.Equal(3, cluster.Version);
        Assert.Equal("2.1.0", cluster.Release);
        Assert.Equal("datacenter1", cluster.DataCenter);
        Assert.Single(cluster.Nodes);
        Assert.Equal(16, cluster.Nodes[0].Tokens.Count);
    }

    [Theory]
    [InlineData("cassandra", "wrong")]
    [InlineData("nobody", "cassandra")]
    public async Task A_wrong_password_is_told(string user, string password)
    {
        cassandra.Need();
        var e = await Assert.ThrowsAsync<CqlException>(() => CqlCluster.ConnectAsync(cassandra.Settings with { Login = (user, password) }, TimeProvider.System));
        Assert.Equal(CqlFailure.Unauthorized, e.Failure);
        Assert.Contains("the login is refused", e.Message);
        e = await Assert.ThrowsAsync<CqlException>(() => CqlCluster.ConnectAsync(cassandra.Settings with { Login = null }, TimeProvider.System));
        Assert.Contains("wants a login", e.Message);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told()
    {
        cassandra.Need();
        var e = await Assert.ThrowsAsync<CqlException>(() => CqlCluster.ConnectAsync(cassandra.Settings with { Port = 9 }, TimeProvider.System));
        Assert.Equal(CqlFailure.Disconnected, e.Failure);
        Assert.Contains("127.0.0.1:9 cannot be reached", e.Message);
    }

    [Fact]
    public async Task Values_of_every_type_are_read()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k int PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e decimal, f double, g float, h inet, i list<text>, j map<text, int>, l set<int>, m timestamp, n uuid, o timeuuid, p varint, q frozen<tuple<int, text>>)", isSchema: true);
        await cassandra.RunAsync($"INSERT INTO tests.{table} (k, a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q) VALUES (1, 'x', -5, 0xCAFE, true, -12.345, 1.5, 0.25, '10.0.0.1', ['it''s', 'b'], {{'one': 1}}, {{3, 2}}, '2024-02-29 12:00:00.123+0000', " +
            "62c36092-82a1-3a00-93d1-46196ee77204, 50554d6e-29bb-11e5-b345-feff819cdc9f, -123456789012345678901234567890, (7, 'seven'))", isSchema: false);
        Assert.Equal(["1|x|-5|0xcafe|true|-12.345|1.5|0.25|10.0.0.1|['it''s', 'b']|{'one': 1}|{2, 3}|2024-02-29T12:00:00.123Z|62c36092-82a1-3a00-93d1-46196ee77204|50554d6e-29bb-11e5-b345-feff819cdc9f|-123456789012345678901234567890|(7, 'seven')"],
            await cassandra.RowsAsync($"SELECT k, a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q FROM tests.{table}"));
        await cassandra.RunAsync($"INSERT INTO tests.{table} (k) VALUES (2)", isSchema: false);
        Assert.Equal(["NULL|NULL|NULL"], await cassandra.RowsAsync($"SELECT b, i, q FROM tests.{table} WHERE k = 2"));
    }

    [Fact]
    public async Task Tokens_are_those_of_the_server()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k blob PRIMARY KEY)", isSchema: true);
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var key = new byte[1 + i % 50];
            random.NextBytes(key);
            await cassandra.RunAsync($"INSERT INTO tests.{table} (k) VALUES (0x{Convert.ToHexString(key)})", isSchema: false);
        }
        var rows = await cassandra.RowsAsync($"SELECT k, token(k) FROM tests.{table}");
        Assert.Equal(200, rows.Count);
        foreach (var row in rows)
        {
            var (key, token) = (row.Split('|')[0], row.Split('|')[1]);
            Assert.Equal(token, Murmur3.Token(Convert.FromHexString(key[2..])).ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Rows_come_page_by_page()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k int, c int, PRIMARY KEY (k, c))", isSchema: true);
        for (var i = 0; i < 250; i++) await cassandra.RunAsync($"INSERT INTO tests.{table} (k, c) VALUES ({i % 7}, {i})", isSchema: false);
        var pages = new List<int>();
        var seen = new HashSet<string?>();
        await foreach (var page in cassandra.Cluster.PagesAsync($"SELECT c FROM tests.{table}", new(Consistency.One) { PageSize = 100 }))
        {
            pages.Add(page.Count);
            for (var i = 0; i < page.Count; i++) Assert.True(seen.Add(page.Text(i, 0)));
        }
        Assert.Equal([100, 100, 50], pages.Where(p => p > 0));
        Assert.Equal(250, seen.Count);
    }

    [Fact]
    public async Task A_server_that_was_restarted_is_connected_to_and_told_its_statements_again()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k int PRIMARY KEY, v text)", isSchema: true);
        using var cluster = await cassandra.ConnectAsync();
        var insert = await cluster.PrepareAsync($"INSERT INTO tests.{table} (k, v) VALUES (?, ?)");
        Assert.Equal(["k int", "v text"], insert.Markers.Columns.Select(c => $"{c.Name} {c.Type}"));
        cassandra.Kill(1);
        await cassandra.StartAsync(1);
        await Until.TrueAsync(() => Task.FromResult(cluster.Nodes[0].IsUp), "the node is connected to again");
        using var pipe = new WritePipe(cluster, 8);
        var values = new CqlWriter();
        for (var i = 0; i < 20; i++)
        {
            var write = pipe.Rent();
            write.Statements = [insert];
            values.Clear();
            values.Int(4);
            values.Int(i);
            values.Bytes(Encoding.UTF8.GetBytes($"v{i}"));
            Frames.Write(write.Frame, cluster.Version, insert, 2, values.Written, Consistency.One, 1_000_000 + i);
            write.Submit();
        }
        pipe.Drain();
        Assert.Equal(20, pipe.Written);
        await Until.TrueAsync(() => Task.FromResult(cassandra.Cluster.Nodes[0].IsUp), "the others' client is connected too");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}|v{i}|{1_000_000 + i}").Order(StringComparer.Ordinal), await cassandra.RowsAsync($"SELECT k, v, writetime(v) FROM tests.{table}"));
    }

    [Fact]
    public async Task Changes_of_the_schema_are_heard()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using var cluster = await cassandra.ConnectAsync();
        var heard = new TaskCompletionSource();
        cluster.OnSchemaChanged = (keyspace, name) =>
        {
            if ((keyspace, name) == ("tests", table)) heard.TrySetResult();
        };
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k int PRIMARY KEY)", isSchema: true);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_in_its_words()
    {
        cassandra.Need();
        var e = await Assert.ThrowsAsync<CqlException>(() => cassandra.Cluster.QueryAsync("SELEKT", new(Consistency.One)));
        Assert.Equal((CqlFailure.Refused, 0x2000), (e.Failure, e.Code));
        e = await Assert.ThrowsAsync<CqlException>(() => cassandra.Cluster.QueryAsync("SELECT * FROM tests.nothing", new(Consistency.One)));
        Assert.Contains("nothing", e.Message);
        e = await Assert.ThrowsAsync<CqlException>(() => cassandra.Cluster.QueryAsync("SELECT * FROM tests.nothing", new(Consistency.One), isIdempotent: false));
        Assert.False(e.IsTransient);
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (k int PRIMARY KEY)", isSchema: true);
        e = await Assert.ThrowsAsync<CqlException>(() => cassandra.Cluster.QueryAsync($"INSERT INTO tests.{table} (k) VALUES (1)", new(Consistency.Three)));
        Assert.Equal(CqlFailure.NotNow, e.Failure);
        Assert.Equal("too few replicas are up: THREE needs 3, 1 is up.", e.Message);
    }
}

/// <summary>The CQL client over TLS.</summary>
public sealed class EncryptedClientTests(EncryptedCassandra cassandra) : IClassFixture<EncryptedCassandra>
{
    [Fact]
    public async Task Connections_are_encrypted_and_the_certificate_is_checked()
    {
        cassandra.Need();
        var authority = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        authority.ImportFromPemFile(cassandra.Certificate);
        var settings = cassandra.Settings with { Tls = new(authority, ChecksName: true, Own: null) };
        await Until.TrueAsync(async () =>
        {
            try
            {
                using var cluster = await CqlCluster.ConnectAsync(settings, TimeProvider.System);
                Assert.Equal(1, (await cluster.QueryAsync("SELECT key FROM system.local", new(Consistency.One))).Count);
                return true;
            }
            catch (CqlException e) when (e.Failure == CqlFailure.Unauthorized)
            {
                return false; // the first user is not there yet
            }
        }, "the first user may log in");
        var untrusted = await Assert.ThrowsAsync<CqlException>(() => CqlCluster.ConnectAsync(settings with { Tls = new(null, ChecksName: true, Own: null) }, TimeProvider.System));
        Assert.Contains("no encrypted connection", untrusted.Message);
        await Assert.ThrowsAsync<CqlException>(() => CqlCluster.ConnectAsync(settings with { Tls = null, Timeout = TimeSpan.FromSeconds(3) }, TimeProvider.System));
    }
}
