using System.Diagnostics;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Sqlite;
using Millrace.Stores;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Sqlite;

/// <summary>The contract of stores, and what only a file can do: outlive its process, be locked, full, damaged, or read by others.</summary>
public sealed class SqliteStoreTests : StoreContract
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-store-").FullName;
    int _stores;

    protected override IStore Create() => new SqliteStore(Path.Combine(_folder, (_stores++).ToString()));

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // A database is made before it has its write-ahead log: what a power cut leaves then only a connection that may write can mend.
    [Fact]
    public void A_database_whose_making_was_cut_off_is_mended_by_the_next_start()
    {
        var (made, left) = (Path.Combine(_folder, "made"), Path.Combine(_folder, "left"));
        Directory.CreateDirectory(made);
        Directory.CreateDirectory(left);
        using (var database = Database.Open(Path.Combine(made, SqliteStore.FileName), isReader: false))
        {
            database.Run("PRAGMA cache_size = 1");
            database.Run("CREATE TABLE t (x)");
            database.Run("INSERT INTO t VALUES (zeroblob(100000))");
            database.Run("BEGIN IMMEDIATE");
            database.Run("UPDATE t SET x = randomblob(100000)");
            foreach (var file in Directory.GetFiles(made)) File.Copy(file, Path.Combine(left, Path.GetFileName(file)));
        }
        Assert.Contains("millrace.db-journal", Directory.GetFiles(left).Select(f => Path.GetFileName(f)));
        using var store = new SqliteStore(left);
        Assert.Empty(store.Checkpoints());
        store.Open([Revenue], from: null);
    }

    [Fact]
    public void What_was_committed_is_there_after_a_restart()
    {
        var table = Revenue with { Retention = TimeSpan.FromDays(90), TimeColumn = 1 };
        using (var store = new SqliteStore(_folder))
        {
            store.Open([table], from: null);
            store.Commit(Memory, table, [["UK", 1]], null, new(new(7), new(6)), new SourcePosition("orders", 0, 1200));
        }
        using var again = new SqliteStore(_folder);
        again.Open([table], again.Checkpoints()[0]);
        Assert.Equal(1, again.Version);
        Assert.Equal([new SourcePosition("orders", 0, 1200)], again.Checkpoints()[0].Positions);
        using var snapshot = again.Snapshot();
        Assert.Equal(["UK|1"], snapshot.Texts("revenue", Memory));
        var stored = Assert.Single(snapshot.Tables);
        Assert.Equal((table.Retention, table.TimeColumn, table.Kind), (stored.Retention, stored.TimeColumn, stored.Kind));
    }

    [Fact]
    public void A_second_writer_is_told_who_has_the_folder()
    {
        using var first = new SqliteStore(_folder);
        first.Open([Revenue], from: null);
        using var second = new SqliteStore(_folder);
        var error = Assert.Throws<ConnectorException>(() => second.Open([Revenue], from: null));
        Assert.Equal(Fault.User, error.Fault);
        Assert.Contains($"in use by process {Environment.ProcessId}", error.Message);
        first.Dispose();
        second.Open([Revenue], from: null);
    }

    [Fact]
    public void A_reader_works_beside_the_writer_and_after_it()
    {
        using (var writer = new SqliteStore(_folder))
        {
            writer.Open([Revenue], from: null);
            writer.Commit(Memory, Revenue, [["UK", 1]]);
            using var reader = SqliteStore.OpenReader(_folder);
            using var before = reader.Snapshot();
            writer.Commit(Memory, Revenue, [["UK", 2]]);
            Assert.Equal(["UK|1"], before.Texts("revenue", Memory));
            Assert.Equal(2, reader.Version);
            Assert.Throws<InvalidOperationException>(() => reader.Open([Revenue], from: null));
        }
        using var later = SqliteStore.OpenReader(_folder);
        using var after = later.Snapshot();
        Assert.Equal(["UK|2"], after.Texts("revenue", Memory));
    }

    [Fact]
    public void A_reader_of_nothing_says_what_to_do()
    {
        var error = Assert.Throws<ConnectorException>(() => SqliteStore.OpenReader(_folder));
        Assert.Contains("no results in", error.Message);
    }

    [Fact]
    public void Other_columns_than_stored_are_refused()
    {
        using var store = new SqliteStore(_folder);
        store.Open([Revenue], from: null);
        store.Commit(Memory, Revenue, [["UK", 1]]);
        var error = Assert.Throws<ConnectorException>(() => store.Open([Revenue with { Key = [1] }], store.Checkpoints()[0]));
        Assert.Contains("other columns", error.Message);
        store.Open([Revenue with { Key = [1] }], from: null);
    }

    [Fact]
    public void A_full_disk_fails_the_commit_and_keeps_the_last_version()
    {
        using var store = new SqliteStore(_folder) { MaxPages = 40 };
        store.Open([Log], from: null);
        store.Commit(Memory, Log, [["kept"]]);
        var error = Assert.Throws<ConnectorException>(() => store.Commit(Memory, Log, [.. Enumerable.Range(0, 64).Select(_ => new object?[] { new string('x', 10_000) })]));
        Assert.Equal(Fault.External, error.Fault);
        Assert.Contains("full", error.Message);
        Assert.Equal(1, store.Version);
        using (var snapshot = store.Snapshot()) Assert.Equal(["kept"], snapshot.Texts("log", Memory));
        store.Commit(Memory, Log, [["small"]]);
        Assert.Equal(2, store.Version);
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, SqliteStore.FileName), "this is no database, it is a text of more than a hundred bytes, which is what SQLite looks at first of all");
        using var store = new SqliteStore(_folder);
        var error = Assert.Throws<ConnectorException>(() => store.Open([Revenue], from: null));
        Assert.Contains("damaged or no Millrace database", error.Message);
        Assert.Contains("damaged", Assert.Throws<ConnectorException>(() => SqliteStore.OpenReader(_folder)).Message);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "");
        using var store = new SqliteStore(path);
        Assert.Contains("cannot be written to", Assert.Throws<ConnectorException>(() => store.Open([], from: null)).Message);
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        using (var store = new SqliteStore(_folder)) store.Open([Revenue], from: null);
        using (var database = Database.Open(Path.Combine(_folder, SqliteStore.FileName), isReader: false)) database.Run("UPDATE millrace SET value = 99 WHERE name = 'format'");
        using var again = new SqliteStore(_folder);
        Assert.Contains("newer Millrace", Assert.Throws<ConnectorException>(() => again.Open([Revenue], StoredRows.Checkpoint(0))).Message);
    }

    [Fact]
    public void People_can_read_the_file_with_sqlite()
    {
        var table = new TableDefinition("sums", new Schema(new Field("at", DataType.Timestamp), new Field("total", DataType.Decimal(38, 3)), new Field("rate", DataType.Double)), [0], TableKind.View);
        using var store = new SqliteStore(_folder);
        store.Open([table], from: null);
        store.Commit(Memory, table, [[0L, (Int128)12340, 0.5], [1_500_000L, (Int128)(-5), double.NaN], [3_000_000L, null, null]]);
        using var database = Database.Open(store.FilePath, isReader: true);
        using var rows = database.Prepare("SELECT at || ' ' || coalesce(total, '-') FROM \"sums (readable)\"");
        var texts = new List<string>();
        while (rows.Step()) texts.Add(rows.Text(0));
        Assert.Equal(["1970-01-01T00:00:00Z 12.340", "1970-01-01T00:00:01.500000Z -0.005", "1970-01-01T00:00:03Z -"], texts);
    }

    [Fact]
    public void A_sink_upserts_by_key_and_leaves_tables_of_others_alone()
    {
        var path = Path.Combine(_folder, "sink.db");
        var connector = new SqliteConnector();
        SinkContext Context(string table) => new("out", new Options(new Dictionary<string, string> { ["path"] = path, ["table"] = table }), "", _folder);
        using (var sink = connector.CreateSink(Context("revenue")))
        {
            sink.Open(Revenue.Schema, [0], null);
            var batch = StoredRows.Batch(Memory, Revenue.Schema, [1, 1, -1, 1], [["UK", 1], ["DE", 2], ["UK", 1], ["UK", 3]]);
            sink.Write([batch], 1);
            sink.Flush();
            batch.Release();
        }
        using (var database = Database.Open(path, isReader: false))
        {
            Assert.Equal(2, database.Number("SELECT count(*) FROM revenue"));
            Assert.Equal(3, database.Number("SELECT lines FROM revenue WHERE country = 'UK'"));
            database.Run("CREATE TABLE mine (a)");
        }
        using (var again = connector.CreateSink(Context("revenue"))) again.Open(Revenue.Schema, [0], null);
        using var other = connector.CreateSink(Context("mine"));
        Assert.Contains("did not make", Assert.Throws<ConnectorException>(() => other.Open(Revenue.Schema, [0], null)).Message);
    }

    [Fact]
    public void A_sink_is_read_by_its_name_with_times_and_decimals_as_people_write_them()
    {
        var path = Path.Combine(_folder, "read.db");
        var schema = new Schema(new Field("at", DataType.Timestamp), new Field("revenue", DataType.Decimal(38, 2)));
        using (var sink = new SqliteConnector().CreateSink(new("out", new Options(new Dictionary<string, string> { ["path"] = path }), "", _folder)))
        {
            sink.Open(schema, [0], null);
            var batch = StoredRows.Batch(Memory, schema, [1, 1, 1], [[0L, (Int128)330], [1_500_000L, (Int128)(-5)], [2_000_000L, (Int128)1_234_567_890_123_456_789]]);
            sink.Write([batch], 1);
            batch.Release();
        }
        using var database = Database.Open(path, isReader: false);
        using var rows = database.Prepare("SELECT group_concat(at || ' ' || typeof(revenue) || ' ' || revenue, '; ') FROM (SELECT * FROM out ORDER BY at)");
        Assert.True(rows.Step());
        Assert.Equal("1970-01-01T00:00:00Z real 3.3; 1970-01-01T00:00:01.500000Z real -0.05; 1970-01-01T00:00:02Z text 12345678901234567.89", rows.Text(0));
    }

    [Fact(Explicit = true)]
    public void Speed_of_upserts()
    {
        var memory = new MemoryAccountant();
        var table = new TableDefinition("speed", new Schema(new Field("window_start", DataType.Timestamp), new Field("product", DataType.Text), new Field("revenue", DataType.Decimal(38, 3)),
            new Field("lines", DataType.BigInt)), [0, 1], TableKind.View);
        using var store = new SqliteStore(_folder);
        store.Open([table], from: null);
        var random = new Random(1);
        for (var round = 0; round < 6; round++)
        {
            var batches = Enumerable.Range(0, 50).Select(_ => StoredRows.Batch(memory, table.Schema, [.. Enumerable.Range(0, 4096).Select(_ => new object?[]
                { 3_600_000_000L * (round / 3 * 50 + random.Next(50)), "product " + random.Next(4000), (Int128)random.Next(), random.NextInt64() })])).ToArray();
            var clock = Stopwatch.StartNew();
            store.Commit(new(store.Version + 1, [new(table, batches)], new Dictionary<string, Frontier>(), []));
            var rows = batches.Sum(b => b.RowCount);
            using var snapshot = store.Snapshot();
            TestContext.Current.TestOutputHelper!.WriteLine($"{rows} upserts, {rows / clock.Elapsed.TotalSeconds:N0}/s, table {snapshot.Count("speed")}");
            clock.Restart();
            var read = snapshot.Scan("speed", memory).Sum(b => { var n = b.RowCount; b.Release(); return n; });
            TestContext.Current.TestOutputHelper!.WriteLine($"scan {read / clock.Elapsed.TotalSeconds:N0} rows/s");
            foreach (var batch in batches) batch.Release();
        }
    }
}
