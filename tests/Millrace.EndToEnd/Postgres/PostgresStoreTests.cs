using Millrace.Connectors;
using Millrace.EndToEnd.Servers;
using Millrace.Postgres;
using Millrace.Postgres.Stores;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.EndToEnd.Postgres;

/// <summary>The contract of stores, kept in PostgreSQL, and what only a server can do: lose a connection, let another process take over.</summary>
public sealed class PostgresStoreTests(PostgresInstance server) : StoreContract, IClassFixture<PostgresInstance>
{
    static int s_schemas;

    protected override IStore Create() => Store("store" + Interlocked.Increment(ref s_schemas));

    PostgresStore Store(string schema, bool isReader = false)
    {
        server.Need();
        return new(PostgresUrl.Parse(server.Url + "?schema=" + schema) with { Password = PostgresInstance.Password }, isReader);
    }

    [Fact]
    public void What_was_committed_is_there_after_a_restart_and_for_readers()
    {
        var table = Revenue with { Retention = TimeSpan.FromDays(90), TimeColumn = -1 };
        using (var store = Store("again"))
        {
            store.Open([table], from: null);
            store.Blobs.Write("state", [new byte[3_000_000], new byte[] { 1, 2 }]);
            store.Blobs.Write("none", []);
            store.Commit(Memory, table, [["UK", 1]], null, new(new(7), new(6)), new SourcePosition("orders", 0, 1200));
        }
        using (var reader = Store("again", isReader: true))
        using (var snapshot = reader.Snapshot())
        {
            Assert.Equal(1, reader.Version);
            Assert.Equal(["UK|1"], snapshot.Texts("revenue", Memory));
            Assert.Throws<InvalidOperationException>(() => reader.Open([table], from: null));
        }
        using var again = Store("again");
        Assert.Equal(["none", "state"], again.Blobs.List());
        using (var blob = again.Blobs.Open("state")!)
        {
            Assert.Equal(3_000_002, blob.Length);
            Assert.Equal([0, 1, 2], blob.Slice(2_999_999, 3).ToArray());
        }
        using (var none = again.Blobs.Open("none")!) Assert.Equal(0, none.Length);
        Assert.Null(again.Blobs.Open("other"));
        again.Open([table], again.Checkpoints()[0]);
        Assert.Equal(1, again.Version);
        Assert.Equal([new SourcePosition("orders", 0, 1200)], again.Positions());
    }

    [Fact]
    public void A_blob_that_is_larger_than_memory_should_hold_comes_from_a_file()
    {
        using var store = Store("large");
        store.Open([Revenue], from: null);
        var bytes = new byte[5 << 20];
        new Random(1).NextBytes(bytes);
        store.Blobs.Write("large", [bytes]);
        using var blob = store.Blobs.Open("large")!;
        Assert.IsType<TemporaryBlob>(blob);
        Assert.True(blob.Slice(0, bytes.Length).SequenceEqual(bytes));
    }

    [Fact]
    public void A_process_that_was_cut_off_and_presumed_dead_changes_nothing_any_more()
    {
        using var first = Store("fenced");
        first.Open([Revenue], from: null);
        first.Commit(Memory, Revenue, [["UK", 1]]);
        server.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace store fenced'");
        using (var second = Store("fenced"))
        {
            second.Open([Revenue], second.Checkpoints()[0]);
        }
        var error = Assert.Throws<ConnectorException>(() => first.Commit(Memory, Revenue, [["UK", 2]]));
        Assert.Contains("taken over", error.Message, StringComparison.Ordinal);
        using var snapshot = first.Snapshot();
        Assert.Equal(["UK|1"], snapshot.Texts("revenue", Memory));
    }

    [Fact]
    public void A_connection_that_is_lost_is_made_again_and_the_commit_arrives_once()
    {
        using var store = Store("lost");
        store.Open([Revenue, Log], from: null);
        for (var i = 0; i < 5; i++)
        {
            store.Commit(Memory, Log, [["line " + i]]);
            server.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace store lost'");
        }
        store.Commit(Memory, Revenue, [["UK", 1]]);
        using var snapshot = store.Snapshot();
        Assert.Equal(["line 0", "line 1", "line 2", "line 3", "line 4"], snapshot.Texts("log", Memory));
        Assert.Equal(6, snapshot.Version);
    }

    [Fact]
    public void A_reader_of_nothing_says_what_to_do()
    {
        using var reader = Store("nothing", isReader: true);
        Assert.Contains("no results in schema 'nothing'", Assert.Throws<ConnectorException>(() => reader.Snapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_can_be_read_by_any_program_in_their_own_types()
    {
        using var store = Store("readable");
        store.Open([Revenue], from: null);
        store.Commit(Memory, Revenue, [["UK", 1], ["DE", 2]]);
        Assert.Equal(["DE|2", "UK|1"], server.Rows("SELECT country, lines FROM readable.revenue ORDER BY \"$key\""));
    }
}
