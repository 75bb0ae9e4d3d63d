using Millrace.Cassandra;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.EndToEnd.Servers;
using Millrace.Time;

namespace Millrace.EndToEnd.Cassandra;

/// <summary>The sink against the real server.</summary>
[Collection(CassandraTests.Name)]
public sealed class SinkTests(CassandraInstance cassandra) : IDisposable
{
    static readonly Schema s_schema = new(new Field("id", DataType.BigInt), new Field("name", DataType.Text));
    static readonly int[] s_key = [0];

    readonly MemoryAccountant _memory = new();

    public void Dispose() => Assert.Equal(0, _memory.Alive);

    ISink Sink(string table, string options = "", TimeProvider? clock = null)
    {
        var values = new Dictionary<string, string>
        {
            ["hosts"] = cassandra.Hosts, ["port"] = $"{cassandra.Port}", ["user"] = CassandraInstance.User, ["password"] = CassandraInstance.Password, ["keyspace"] = "tests", ["table"] = table,
        };
        foreach (var option in options.Split(';', StringSplitOptions.RemoveEmptyEntries)) values[option.Split('=')[0]] = option.Split('=')[1];
        return new CassandraConnector(clock).CreateSink(new SinkContext("out", new Options(values), ".", "."));
    }

    /// <summary>Rows, each perhaps with a weight behind a colon at its end.</summary>
    void Write(ISink sink, long version, params (object?[] Values, int Weight)[] rows) => Write(sink, s_schema, version, rows);

    void Write(ISink sink, Schema schema, long version, params (object?[] Values, int Weight)[] rows)
    {
        var batch = RowValues.Rent(_memory, schema);
        batch.Weights = _memory.Rent<int>(DataType.Integer);
        foreach (var (values, weight) in rows)
        {
            RowValues.Append(batch, values);
            batch.Weights.Append(weight);
        }
        try
        {
            sink.Write([batch], version);
        }
        finally
        {
            batch.Release();
        }
    }

    static (object?[], int) Row(long id, string? name, int weight = 1) => ([id, name], weight);

    [Fact]
    public async Task Rows_replace_each_other_by_key_and_are_deleted_when_they_are_taken_back()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using var sink = Sink(table);
        sink.Open(s_schema, s_key, null);
        Write(sink, 1, Row(1, "one"), Row(2, "two"), Row(3, null));
        Assert.Equal(["1|one", "2|two", "3|NULL"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
        Write(sink, 2, Row(1, "eins"), Row(2, "two", -1), Row(4, "vier"));
        Write(sink, 3, Row(4, "vier", -1));
        Assert.Equal(["1|eins", "3|NULL"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
        Write(sink, 4, Row(2, "again"));
        Assert.Equal(["1|eins", "2|again", "3|NULL"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
        Assert.Equal("4", sink.Flush());
    }

    [Fact]
    public async Task A_commit_that_is_sent_again_takes_effect_once()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using (var sink = Sink(table))
        {
            sink.Open(s_schema, s_key, null);
            Write(sink, 1, Row(1, "one"), Row(2, "two"));
            Write(sink, 2, Row(1, "one", -1), Row(2, "zwei"));
        }
        // The process died after the commit of version 1 was known, and before that of version 2 was: it comes again.
        using (var sink = Sink(table))
        {
            sink.Open(s_schema, s_key, "1");
            Assert.Equal(2, sink.AppliedVersion);
            Write(sink, 2, Row(1, "wrong"));
            Assert.Equal(["2|zwei"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
            Write(sink, 3, Row(3, "three"));
            Assert.Equal(["2|zwei", "3|three"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
        }
        // Anew: the table is emptied.
        using (var sink = Sink(table))
        {
            sink.Open(s_schema, s_key, null);
            Assert.Equal(0, sink.AppliedVersion);
            Assert.Empty(await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
            Write(sink, 1, Row(7, "seven"));
        }
        using (var sink = Sink(table))
        {
            var e = Assert.Throws<ConnectorException>(() => sink.Open(s_schema, s_key, "3"));
            Assert.Contains("holds version 1, but the checkpoint has written version 3", e.Message);
        }
    }

    [Fact]
    public async Task Rows_without_a_key_are_numbered_so_that_sending_them_again_adds_none()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using (var without = Sink(table)) Assert.Contains("Add partition_key", Assert.Throws<ConnectorException>(() => without.Open(s_schema, [], null)).Message);
        using (var sink = Sink(table, "partition_key=name"))
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1, Row(1, "a"), Row(1, "a"), Row(2, "b"));
        }
        // The version was written, but the row that says so was not.
        await cassandra.RunAsync($"UPDATE tests.millrace_sinks SET version = 0 WHERE name = '{table}' IF is_own = true", isSchema: false);
        using (var sink = Sink(table, "partition_key=name"))
        {
            sink.Open(s_schema, [], "0");
            Write(sink, 1, Row(1, "a"), Row(1, "a"), Row(2, "b"));
            Assert.Equal(["a|1", "a|1", "b|2"], await cassandra.RowsAsync($"SELECT name, id FROM tests.{table}"));
        }
    }

    [Fact]
    public async Task Who_has_been_taken_over_writes_nothing_that_holds()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using var old = Sink(table);
        old.Open(s_schema, s_key, null);
        Write(old, 1, Row(1, "old"));
        using var young = Sink(table);
        young.Open(s_schema, s_key, "1");
        Write(young, 2, Row(1, "young"));
        var e = Assert.Throws<ConnectorException>(() => Write(old, 2, Row(1, "late"), Row(2, "late too")));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains("another process has taken over the table", e.Message);
        Write(young, 3, Row(2, "young"));
        Assert.Equal(["1|young", "2|young"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
    }

    [Fact]
    public async Task Timestamps_only_grow_also_when_the_clock_goes_back()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        var clock = new SetClock(DateTimeOffset.UtcNow);
        var times = new List<long>();
        for (var start = 0; start < 3; start++)
        {
            using var sink = Sink(table, clock: clock);
            sink.Open(s_schema, s_key, start == 0 ? null : sink.Flush() is var _ ? $"{start * 2}" : null);
            for (var i = 1; i <= 2; i++)
            {
                Write(sink, start * 2 + i, Row(1, $"{start} {i}"));
                var row = Assert.Single(await cassandra.RowsAsync($"SELECT name, writetime(name) FROM tests.{table}"));
                Assert.StartsWith($"{start} {i}|", row);
                times.Add(long.Parse(row.Split('|')[1], System.Globalization.CultureInfo.InvariantCulture));
                clock.Now -= TimeSpan.FromMinutes(10);
            }
        }
        Assert.Equal(times.Distinct().Order(), times);
        // Each start may be a minute ahead, no more.
        Assert.True(times[^1] - times[0] < 3 * 61_000_000L, $"{times[^1] - times[0]} us");
    }

    sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;
        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public async Task Values_of_all_types_arrive()
    {
        cassandra.Need();
        var schema = new Schema(new Field("k", DataType.Integer), new Field("a", DataType.Boolean), new Field("b", DataType.BigInt), new Field("c", DataType.Double), new Field("d", DataType.Decimal(10, 2)),
            new Field("e", DataType.Decimal(38, 10)), new Field("f", DataType.Timestamp), new Field("g", DataType.Interval), new Field("h", DataType.Bytes), new Field("i", DataType.Text));
        var table = cassandra.NewTable();
        using var sink = Sink(table);
        sink.Open(schema, s_key, null);
        Write(sink, schema, 1,
            ([1, true, long.MinValue, -0.5, -12.34m, 1234567890123456789.0123456789m, new DateTimeOffset(1969, 12, 31, 23, 59, 59, 999, TimeSpan.Zero), new Interval(1, 2, 3_000_000), new byte[] { 0, 255 }, "grüße ' \" \0"], 1),
            ([2, false, 127L, double.NaN, 0m, -0.0000000001m, new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero), new Interval(0, 0, -1), Array.Empty<byte>(), ""], 1),
            ([3, null, -129L, double.PositiveInfinity, 128m, null, null, null, null, null], 1));
        Assert.Equal(
            [
                "1|true|-9223372036854775808|-0.5|-12.34|1234567890123456789.0123456789|1969-12-31T23:59:59.999Z|1 mon 2 days 00:00:03|0x00ff|grüße ' \" \0",
                "2|false|127|NaN|0.00|-0.0000000001|2024-02-29T12:00:00Z|-00:00:00.000001|0x|",
                "3|NULL|-129|Infinity|128.00|NULL|NULL|NULL|NULL|NULL",
            ], await cassandra.RowsAsync($"SELECT k, a, b, c, d, e, f, g, h, i FROM tests.{table}"));
    }

    [Fact]
    public async Task Windows_lie_in_partitions_by_key_and_day_newest_first()
    {
        cassandra.Need();
        var schema = new Schema(new Field("window_start", DataType.Timestamp), new Field("product", DataType.Text), new Field("revenue", DataType.Decimal(12, 2)));
        var table = cassandra.NewTable();
        using var sink = Sink(table, "partition_key=product, day(window_start);clustering_key=window_start DESC;null_key=(none);ttl=1 day");
        sink.Open(schema, [0, 1], null);
        var noon = new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.Zero);
        // More rows of one partition than fit in a batch.
        var rows = Enumerable.Range(0, 600).Select(i => (new object?[] { noon.AddMinutes(i), "apple", 1.5m * i }, 1)).Append(([noon, null, 7m], 1)).ToArray();
        Write(sink, schema, 1, rows!);
        Assert.Equal(["2024-02-29T21:59:00Z|898.50", "2024-02-29T21:58:00Z|897.00"],
            (await cassandra.Cluster.QueryAsync($"SELECT window_start, revenue FROM tests.{table} WHERE product = 'apple' AND window_start_day = '2024-02-29 00:00:00+0000' LIMIT 2", new(Millrace.Cassandra.Cql.Consistency.One))) is var found
                ? Enumerable.Range(0, found.Count).Select(i => $"{found.Text(i, 0)}|{found.Text(i, 1)}") : []);
        Assert.Equal(601, (await cassandra.RowsAsync($"SELECT window_start FROM tests.{table}")).Count);
        Assert.Equal(["(none)|7.00"], await cassandra.RowsAsync($"SELECT product, revenue FROM tests.{table} WHERE product = '(none)' AND window_start_day = '2024-02-29 00:00:00+0000'"));
        var left = int.Parse(Assert.Single(await cassandra.RowsAsync($"SELECT ttl(revenue) FROM tests.{table} WHERE product = '(none)' AND window_start_day = '2024-02-29 00:00:00+0000'")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(left, 80_000, 86_400);
        Write(sink, schema, 2, [.. rows.Take(600).Select(r => (r.Item1, -1))]);
        Assert.Single(await cassandra.RowsAsync($"SELECT window_start FROM tests.{table}"));
    }

    [Theory]
    [InlineData("k bigint PRIMARY KEY, name text", "", "has the partition key (k), but the sink writes (id)")]
    [InlineData("id bigint, name text, PRIMARY KEY (id, name)", "", "has the clustering key (name), but the sink writes ()")]
    [InlineData("id bigint PRIMARY KEY, other text", "", "has no column 'name'. Add it (ALTER TABLE")]
    [InlineData("id int PRIMARY KEY, name text", "", "the column 'id' of the table")]
    [InlineData("id bigint PRIMARY KEY, name int", "", "is int, which cannot hold TEXT; text can")]
    public async Task A_table_that_does_not_fit_is_told_and_left_as_it_is(string columns, string options, string message)
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} ({columns})", isSchema: true);
        using var sink = Sink(table, options);
        var e = Assert.Throws<ConnectorException>(() => sink.Open(s_schema, s_key, null));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public async Task A_table_that_somebody_else_made_is_used_as_it_is()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (id varint PRIMARY KEY, name ascii, note text)", isSchema: true);
        await cassandra.RunAsync($"INSERT INTO tests.{table} (id, name, note) VALUES (-129, 'theirs', 'kept')", isSchema: false);
        for (var start = 0; start < 2; start++)
        {
            using var sink = Sink(table);
            sink.Open(s_schema, s_key, null);
            Write(sink, 1, Row(-129, "ours"), Row(128, "more"));
            Assert.Equal(["-129|ours|kept", "128|more|NULL"], await cassandra.RowsAsync($"SELECT id, name, note FROM tests.{table}"));
        }
    }

    [Fact]
    public void A_NULL_in_a_key_needs_a_value_that_stands_for_it()
    {
        cassandra.Need();
        var schema = new Schema(new Field("name", DataType.Text), new Field("total", DataType.BigInt));
        using var sink = Sink(cassandra.NewTable());
        sink.Open(schema, s_key, null);
        var e = Assert.Throws<ConnectorException>(() => Write(sink, schema, 1, (["a", 1L], 1), ([null, 2L], 1)));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains("has NULL in 'name', which is in its key", e.Message);
    }

    [Fact]
    public void A_wrong_password_or_keyspace_is_the_users_fault()
    {
        cassandra.Need();
        using var wrong = Sink(cassandra.NewTable(), "password=wrong");
        var e = Assert.Throws<ConnectorException>(() => wrong.Open(s_schema, s_key, null));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains("the login is refused", e.Message);
        using var lost = Sink(cassandra.NewTable(), "keyspace=nowhere");
        Assert.Contains("has no keyspace 'nowhere'", Assert.Throws<ConnectorException>(() => lost.Open(s_schema, s_key, null)).Message);
        using var made = Sink(cassandra.NewTable(), "keyspace=made;replication=1");
        made.Open(s_schema, s_key, null);
        Write(made, 1, Row(1, "one"));
    }

    [Fact]
    public async Task A_server_that_hangs_refuses_the_commit_until_it_goes_on()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using var sink = Sink(table, "timeout=1 second");
        sink.Open(s_schema, s_key, null);
        Write(sink, 1, Row(1, "one"));
        cassandra.Freeze();
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var e = Assert.Throws<ConnectorException>(() => Write(sink, 2, Row(2, "two"), Row(3, "three")));
                Assert.Equal(Fault.External, e.Fault);
            }
        }
        finally
        {
            cassandra.Thaw();
        }
        await Until.TrueAsync(() =>
        {
            try
            {
                Write(sink, 2, Row(2, "two"), Row(3, "three"));
                return Task.FromResult(true);
            }
            catch (ConnectorException e) when (e.Fault == Fault.External)
            {
                return Task.FromResult(false);
            }
        }, "the server takes the commit");
        Assert.Equal(2, sink.AppliedVersion);
        await Until.TrueAsync(() => Task.FromResult(cassandra.Cluster.Nodes[0].IsUp), "the others' client is connected");
        Assert.Equal(["1|one", "2|two", "3|three"], await cassandra.RowsAsync($"SELECT * FROM tests.{table}"));
    }

    [Fact]
    public async Task A_schema_that_changes_meanwhile_is_noticed()
    {
        cassandra.Need();
        var table = cassandra.NewTable();
        using var sink = Sink(table);
        sink.Open(s_schema, s_key, null);
        Write(sink, 1, Row(1, "one"));
        await cassandra.RunAsync($"ALTER TABLE tests.{table} ADD note text", isSchema: true);
        Write(sink, 2, Row(2, "two"));
        Assert.Equal(["1|one|NULL", "2|two|NULL"], await cassandra.RowsAsync($"SELECT id, name, note FROM tests.{table}"));
        await cassandra.RunAsync($"ALTER TABLE tests.{table} DROP name", isSchema: true);
        var e = Assert.Throws<ConnectorException>(() => Write(sink, 3, Row(3, "three")));
        Assert.Equal(Fault.User, e.Fault);
        Assert.Contains("has no column 'name'", e.Message);
        // Repaired, it goes on.
        await cassandra.RunAsync($"ALTER TABLE tests.{table} ADD name text", isSchema: true);
        Write(sink, 3, Row(3, "three"));
        Assert.Equal(3, sink.AppliedVersion);
        Assert.Contains("3|three|NULL", await cassandra.RowsAsync($"SELECT id, name, note FROM tests.{table}"));
        // Another table of the same name does not hold what was written.
        await cassandra.RunAsync($"DROP TABLE tests.{table}", isSchema: true);
        await cassandra.RunAsync($"CREATE TABLE tests.{table} (id bigint PRIMARY KEY, name text)", isSchema: true);
        e = Assert.Throws<ConnectorException>(() => Write(sink, 4, Row(4, "four")));
        Assert.Contains("is gone: somebody dropped it while the pipeline ran", e.Message);
        using var next = Sink(table);
        Assert.Contains("another one stands in its place", Assert.Throws<ConnectorException>(() => next.Open(s_schema, s_key, "3")).Message);
    }
}
