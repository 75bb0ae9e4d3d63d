using System.Globalization;
using Millrace.Cassandra;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Tests.Cassandra;

public sealed class LayoutTests
{
    static readonly Schema s_windows = new(new Field("window_start", DataType.Timestamp), new Field("product", DataType.Text), new Field("$shop", DataType.Integer), new Field("revenue", DataType.Decimal(12, 2)));

    static TableLayout Layout(string options, params int[] key)
    {
        var values = new Dictionary<string, string> { ["hosts"] = "h", ["keyspace"] = "ks" };
        foreach (var option in options.Split(';', StringSplitOptions.RemoveEmptyEntries)) values[option.Split('=')[0]] = option.Split('=')[1];
        return TableLayout.Of(SinkSettings.Read(new("out", new(values), ".", ".")), s_windows, key);
    }

    [Theory]
    [InlineData("", "PRIMARY KEY ((\"product\", \"$shop\"), \"window_start\")) WITH comment")]
    [InlineData("partition_key=window_start", "PRIMARY KEY ((\"window_start\"), \"product\", \"$shop\")) WITH comment")]
    [InlineData("clustering_key=window_start DESC, $shop", "PRIMARY KEY ((\"product\"), \"window_start\", \"$shop\")) WITH CLUSTERING ORDER BY (\"window_start\" DESC, \"$shop\" ASC) AND comment")]
    [InlineData("partition_key=product, DAY( window_start );clustering_key=window_start, $shop", "(\"product\" text, \"window_start_day\" timestamp, \"window_start\" timestamp, \"$shop\" int, \"revenue\" decimal, PRIMARY KEY ((\"product\", \"window_start_day\"), \"window_start\", \"$shop\"))")]
    public void Keys_divide_and_sort_the_rows(string options, string create) => Assert.Contains(create, Layout(options, 0, 1, 2).Create());

    [Theory]
    [InlineData("partition_key=price", "'price', which is no column of the view. Its columns are window_start, product, revenue.")]
    [InlineData("partition_key=product;clustering_key=window_start", "'$shop' is in neither partition_key nor clustering_key")]
    [InlineData("partition_key=revenue", "'revenue' is in the primary key of 'out', but not in the key of its rows")]
    [InlineData("partition_key=day(product)", "day(product) needs a TIMESTAMP")]
    [InlineData("partition_key=product DESC", "DESC belongs into clustering_key")]
    [InlineData("partition_key=week(window_start)", "'week(window_start)' is no column")]
    [InlineData("partition_key=product, product", "the column 'product' stands twice")]
    [InlineData("clustering_key=window_start, product, $shop", "clustering_key takes all columns")]
    [InlineData("table=a-b", "'a-b' cannot be the name of a table")]
    [InlineData("replication=three", "expected a number such as '3'")]
    [InlineData("user=me", "user and password belong together")]
    [InlineData("max_in_flight=0", "expected 1 to 4096")]
    [InlineData("ttl=21 hours;timeout=0 seconds", "expected 1 second to 1 hour")]
    public void What_does_not_go_together_is_told(string options, string message)
    {
        var e = Assert.Throws<ConnectorException>(() => Layout(options, 0, 1, 2));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void Rows_without_a_key_are_numbered()
    {
        Assert.Contains("PRIMARY KEY ((\"product\"), \"millrace_row\"))", Layout("partition_key=product").Create());
        Assert.Contains("Add partition_key", Assert.Throws<ConnectorException>(() => Layout("")).Message);
    }

    [Fact]
    public void Hours_days_and_months_begin_where_the_calendar_says()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var time = new DateTime(random.NextInt64(DateTime.MaxValue.Ticks) / 10 * 10, DateTimeKind.Utc);
            foreach (var (unit, expected) in ((string, DateTime)[])[("hour", time.Date.AddHours(time.Hour)), ("day", time.Date), ("month", new(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Utc))])
                Assert.True(Microseconds(expected) == Cells.Beginning(Microseconds(time), unit), string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {unit} of {time:O}"));
        }

        static long Microseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / 10;
    }

    [Theory]
    [InlineData("db1", "db1", 9042)]
    [InlineData("db1:9043", "db1", 9043)]
    [InlineData("10.0.0.1:1", "10.0.0.1", 1)]
    [InlineData("::1", "::1", 9042)]
    [InlineData("[::1]:9043", "::1", 9043)]
    public void Hosts_may_have_a_port(string text, string host, int port) => Assert.Equal((host, port), CqlCluster.HostAndPort(text, 9042));

    [Fact]
    public void Replicas_are_the_next_nodes_along_the_ring()
    {
        var settings = new CqlSettings { Hosts = [] };
        var nodes = Enumerable.Range(0, 4).Select(i => new CqlNode(new(new System.Net.IPAddress([10, 0, 0, (byte)i]), 1), "", settings, TimeProvider.System) { Tokens = [i * 10, i * 10 + 100], IsLocal = i != 2 }).ToArray();
        var ring = new TokenRing(nodes, 2, isByDataCenter: false);
        Assert.Equal([nodes[1], nodes[2]], ring.ReplicasOf(5).ToArray());
        Assert.Equal([nodes[1], nodes[2]], ring.ReplicasOf(10).ToArray());
        Assert.Equal([nodes[0], nodes[1]], ring.ReplicasOf(long.MaxValue).ToArray());
        Assert.Equal([nodes[3], nodes[0]], new TokenRing(nodes, 2, isByDataCenter: true).ReplicasOf(15).ToArray());
        Assert.Equal(4, new TokenRing(nodes, 9, isByDataCenter: false).ReplicasOf(0).Length);
        Assert.Equal(0, new TokenRing([], 3, isByDataCenter: false).ReplicasOf(0).Length);
        Assert.Equal((2, true), TokenRing.ReplicationOf("org.apache.cassandra.locator.NetworkTopologyStrategy", new Dictionary<string, string> { ["dc1"] = "2", ["dc2"] = "3" }, "dc1"));
        Assert.Equal((3, false), TokenRing.ReplicationOf("SimpleStrategy", new Dictionary<string, string> { ["replication_factor"] = "3" }, "dc1"));
    }
}
