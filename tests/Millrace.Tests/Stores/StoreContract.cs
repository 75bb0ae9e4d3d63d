using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Tests.Stores;

/// <summary>What every store promises. A new store derives from it and says how it is made.</summary>
public abstract class StoreContract : IDisposable
{
    private protected readonly MemoryAccountant Memory = new(batchRows: 64);
    readonly List<IDisposable> _made = [];

    /// <summary>An open store of some tables.</summary>
    protected abstract IStore Create();

    private protected IStore Open(params TableDefinition[] tables)
    {
        var store = Create();
        _made.Add(store);
        store.Open(tables, from: null);
        return store;
    }

    public virtual void Dispose()
    {
        foreach (var store in _made) store.Dispose();
        Assert.Equal(0, Memory.Alive);
        GC.SuppressFinalize(this);
    }

    private protected static readonly TableDefinition Revenue = new("revenue",
        new Schema(new Field("country", DataType.Text), new Field("lines", DataType.BigInt)), [0], TableKind.View);

    private protected static readonly TableDefinition Log = new("log", new Schema(new Field("line", DataType.Text)), [], TableKind.View);

    static readonly DataType[] AllTypes =
    [
        DataType.Boolean, DataType.Integer, DataType.BigInt, DataType.Double, DataType.Decimal(10, 3), DataType.Decimal(38, 3), DataType.Text, DataType.Timestamp,
        DataType.Interval, DataType.Bytes,
    ];

    [Fact]
    public void A_new_store_is_at_version_0_and_empty()
    {
        using var snapshot = Open(Revenue).Snapshot();
        Assert.Equal(0, snapshot.Version);
        Assert.Equal(0, snapshot.Count("revenue"));
        Assert.Equal(Frontier.Start, snapshot.FrontierOf("revenue"));
        Assert.Empty(snapshot.Texts("revenue", Memory));
    }

    [Fact]
    public void Rows_stand_in_key_order_and_replace_the_row_of_their_key()
    {
        var store = Open(Revenue);
        store.Commit(Memory, Revenue, [["UK", 1], ["DE", 2], [null, 3], ["", 4]]);
        store.Commit(Memory, Revenue, [["UK", 10], ["FR", 5]]);
        using var snapshot = store.Snapshot();
        Assert.Equal(2, snapshot.Version);
        Assert.Equal(["|4", "DE|2", "FR|5", "UK|10", "NULL|3"], snapshot.Texts("revenue", Memory));
        Assert.Equal(["NULL|3", "UK|10", "FR|5", "DE|2", "|4"], snapshot.Texts("revenue", Memory, descending: true));
        Assert.Equal(5, snapshot.Count("revenue"));
    }

    [Fact]
    public void A_negative_weight_deletes_the_key_and_rows_apply_in_order()
    {
        var store = Open(Revenue);
        store.Commit(Memory, Revenue, [["UK", 1], ["DE", 2], [null, 3]]);
        store.Commit(Memory, Revenue, [["UK", 1], [null, 3], ["FR", 4], ["DE", 2], ["DE", 7]], [-1, -1, 1, -1, 1]);
        using var snapshot = store.Snapshot();
        Assert.Equal(["DE|7", "FR|4"], snapshot.Texts("revenue", Memory));
    }

    [Fact]
    public void A_table_without_key_keeps_every_row_in_order_of_arrival()
    {
        var store = Open(Log);
        store.Commit(Memory, Log, [["b"], ["a"]]);
        store.Commit(Memory, Log, [["b"], [null]]);
        using var snapshot = store.Snapshot();
        Assert.Equal(["b", "a", "b", "NULL"], snapshot.Texts("log", Memory));
        Assert.Equal(["NULL", "b", "a", "b"], snapshot.Texts("log", Memory, descending: true));
    }

    [Fact]
    public void A_snapshot_does_not_see_later_commits()
    {
        var store = Open(Revenue, Log);
        store.Commit(Memory, Revenue, [["UK", 1]], frontier: new(new(5), new(4)));
        using var before = store.Snapshot();
        store.Commit(Memory, Revenue, [["UK", 2], ["DE", 2]], frontier: new(new(6), new(5)));
        store.Commit(Memory, Log, [["x"]]);
        using var after = store.Snapshot();
        Assert.Equal(["UK|1"], before.Texts("revenue", Memory));
        Assert.Equal((1, 1, 0), (before.Version, before.Count("revenue"), before.Count("log")));
        Assert.Equal(new Frontier(new(5), new(4)), before.FrontierOf("revenue"));
        Assert.Equal(["DE|2", "UK|2"], after.Texts("revenue", Memory));
        Assert.Equal(["x"], after.Texts("log", Memory));
        Assert.Equal((3, 3), (after.Version, store.Version));
    }

    [Fact]
    public void Every_type_comes_back_as_it_was()
    {
        var table = new TableDefinition("everything", new Schema(AllTypes.Select((t, i) => new Field("c" + i, t)).Prepend(new Field("id", DataType.Integer))), [0], TableKind.View);
        var store = Open(table);
        object?[][] rows =
        [
            [1, true, int.MinValue, long.MinValue, double.NaN, (Int128)(-9_999_999_999), Int128.Parse("-99999999999999999999999999999999999999"), "", long.MinValue, new Interval(-1, 2, -3), Array.Empty<byte>()],
            [2, false, int.MaxValue, long.MaxValue, -0.0, (Int128)9_999_999_999, Int128.Parse("99999999999999999999999999999999999999"), "a\0b|ü😀", long.MaxValue, new Interval(0, 30, 0), new byte[] { 0, 255, 0 }],
            [3, true, 0, 9_007_199_254_740_993, double.PositiveInfinity, (Int128)1, (Int128)long.MaxValue + 1, "NaN", 0L, new Interval(1, 0, 0), new byte[] { 1 }],
            [4, true, 0, 0L, double.NegativeInfinity, (Int128)1, (Int128)long.MinValue, "1", 0L, default(Interval), new byte[] { 1 }],
            [5, true, 0, 0L, 0.1, (Int128)1, (Int128)0, "1e5", 0L, default(Interval), new byte[] { 1 }],
            [6, true, 0, 0L, double.Epsilon, (Int128)1, (Int128)(-1), "-0.0", 0L, default(Interval), new byte[] { 1 }],
            [7, true, 0, 0L, 9007199254740993.0, (Int128)1, (Int128)1, "0x1", 0L, default(Interval), new byte[] { 1 }],
            [8, .. Enumerable.Repeat<object?>(null, AllTypes.Length)],
        ];
        store.Commit(Memory, table, rows);
        using var snapshot = store.Snapshot();
        var expected = StoredRows.Batch(Memory, table.Schema, rows);
        Assert.Equal(StoredRows.Texts(expected), snapshot.Texts("everything", Memory));
        foreach (var batch in snapshot.Scan("everything", Memory))
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(((Column<double>)batch[4])[1]));
            Assert.Equal(new Interval(0, 30, 0), ((Column<Interval>)batch[9])[1]);
            batch.Release();
        }
        expected.Release();
    }

    [Fact]
    public void Every_type_can_be_a_key()
    {
        object[] low = [false, -5, -5L, double.NegativeInfinity, (Int128)(-5), (Int128)(-5), "a", -5L, new Interval(0, 29, 0), new byte[] { 0 }];
        object[] high = [true, 5, 5L, double.NaN, (Int128)5, Int128.Parse("99999999999999999999"), "b", 5L, new Interval(1, 0, 0), new byte[] { 0, 0 }];
        for (var i = 0; i < AllTypes.Length; i++)
        {
            var table = new TableDefinition("t" + i, new Schema(new Field("k", AllTypes[i]), new Field("v", DataType.Integer)), [0], TableKind.View);
            var store = Open(table);
            store.Commit(Memory, table, [[high[i], 1], [null, 2], [low[i], 3]]);
            store.Commit(Memory, table, [[high[i], 4], [null, 5]]);
            using var snapshot = store.Snapshot();
            Assert.Equal(["3", "4", "5"], snapshot.Texts(table.Name, Memory).Select(t => t[(t.LastIndexOf('|') + 1)..]));
        }
    }

    [Fact]
    public void A_scan_gives_full_batches_in_order_both_ways()
    {
        var table = new TableDefinition("numbers", new Schema(new Field("n", DataType.Integer)), [0], TableKind.View);
        var store = Open(table);
        foreach (var chunk in Enumerable.Range(0, 1000).OrderBy(i => i * 7919 % 1000).Chunk(64)) store.Commit(Memory, table, [.. chunk.Select(i => new object?[] { i })]);
        using var snapshot = store.Snapshot();
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i.ToString()), snapshot.Texts("numbers", Memory));
        Assert.Equal(Enumerable.Range(0, 1000).Reverse().Select(i => i.ToString()), snapshot.Texts("numbers", Memory, descending: true));
        var first = snapshot.Scan("numbers", Memory).First();
        Assert.Equal(64, first.RowCount);
        first.Release();
    }

    [Fact]
    public void Retention_drops_rows_that_the_watermark_has_left_behind()
    {
        var table = new TableDefinition("windows", new Schema(new Field("at", DataType.Timestamp), new Field("n", DataType.Integer)), [0], TableKind.View, 0, TimeSpan.FromMicroseconds(10));
        var log = new TableDefinition("late", new Schema(new Field("name", DataType.Text), new Field("at", DataType.Timestamp)), [], TableKind.Late, 1, TimeSpan.FromMicroseconds(10));
        var store = Open(table, log);
        store.Commit(Memory, table, [[0L, 1], [10L, 2], [20L, 3], [null, 4]]);
        store.Commit(Memory, log, [["x", 5L], ["y", 15L], [null, null]]);
        store.Commit(new(store.Version + 1, [], new Dictionary<string, Frontier> { ["windows"] = new(new(20), new(20)), ["late"] = new(new(20), new(20)) }, []));
        using (var snapshot = store.Snapshot())
        {
            Assert.Equal(3, snapshot.Count("windows"));
            Assert.EndsWith("|2", snapshot.Texts("windows", Memory)[0]);
            Assert.Equal(2, snapshot.Count("late"));
        }
        store.Commit(new(store.Version + 1, [], new Dictionary<string, Frontier> { ["windows"] = Frontier.End }, []));
        using var ended = store.Snapshot();
        Assert.Equal(3, ended.Count("windows"));
    }

    [Fact]
    public void Retention_leaves_rows_that_a_kept_checkpoint_has()
    {
        var table = new TableDefinition("windows", new Schema(new Field("at", DataType.Timestamp), new Field("n", DataType.Integer)), [0], TableKind.View, 0, TimeSpan.FromMicroseconds(10));
        var store = Open(table);
        store.Commit(Memory, table, [[0L, 1]], frontier: new(new(5), new(5)));
        store.Commit(Memory, table, [[20L, 2]], frontier: new(new(20), new(20)));
        Assert.Equal(2, Count());
        store.Commit(Memory, table, [[21L, 3]], droppedUpTo: 1, frontier: new(new(21), new(21)));
        Assert.Equal(2, Count());

        long Count()
        {
            using var snapshot = store.Snapshot();
            return snapshot.Count("windows");
        }
    }

    [Fact]
    public void Opening_afresh_empties_the_tables_and_the_version_goes_on()
    {
        var store = Open(Revenue);
        store.Commit(Memory, Revenue, [["UK", 1]]);
        store.Open([Revenue, Log], from: null);
        using (var snapshot = store.Snapshot())
        {
            Assert.Equal(1, snapshot.Version);
            Assert.Equal(0, snapshot.Count("revenue"));
            Assert.Equal(["log", "revenue"], snapshot.Tables.Select(t => t.Name).Order());
        }
        store.Commit(Memory, Revenue, [["DE", 1]]);
        Assert.Equal(2, store.Version);
    }

    [Fact]
    public void Opening_again_keeps_what_is_there()
    {
        var store = Open(Revenue);
        store.Commit(Memory, Revenue, [["UK", 1]], frontier: new(new(9), new(8)));
        store.Open([Revenue, Log], store.Checkpoints()[0]);
        using var snapshot = store.Snapshot();
        Assert.Equal(["UK|1"], snapshot.Texts("revenue", Memory));
        Assert.Equal(new Frontier(new(9), new(8)), snapshot.FrontierOf("revenue"));
        var table = snapshot.Tables.Single(t => t.Name == "revenue");
        Assert.Equal(Revenue.Schema.Fields, table.Schema.Fields);
        Assert.Equal([0], table.Key);
    }

    [Fact]
    public void Going_back_to_a_checkpoint_takes_back_what_came_later()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var store = Open(Revenue, Log);
            var contents = new Dictionary<long, (List<string> Revenue, List<string> Log)>();
            for (var step = 0; step < 40; step++)
            {
                if (random.Next(6) == 0 && store.Checkpoints() is { Count: > 0 } kept)
                {
                    var to = kept[random.Next(kept.Count)];
                    var version = store.Version;
                    store.Open([Revenue, Log], to);
                    Assert.Equal(to.Version == kept[0].Version ? version : version + 1, store.Version);
                    Assert.Equal(to.Version, store.Checkpoints()[0].Version);
                    var (revenue, log) = Content();
                    Assert.Equal(contents[to.Version].Revenue, revenue);
                    Assert.Equal(contents[to.Version].Log, log);
                    using var snapshot = store.Snapshot();
                    if (to.Version != kept[0].Version) Assert.Equal(to.Frontiers.GetValueOrDefault("log", Frontier.Start), snapshot.FrontierOf("log"));
                    continue;
                }
                var dropped = store.Checkpoints() is { Count: 3 } all ? all[^1].Version : 0;
                var frontier = new Frontier(new(step + 1), new(step));
                if (random.Next(3) == 0) store.Commit(Memory, Log, [.. Enumerable.Range(0, random.Next(3)).Select(i => new object?[] { $"{step}.{i}" })], dropped, frontier: frontier);
                else
                {
                    var keys = Enumerable.Range(0, 6).Where(_ => random.Next(2) == 0).ToArray();
                    store.Commit(Memory, Revenue, [.. keys.Select(k => new object?[] { k == 0 ? null : $"k{k}", (long)step })], dropped, [.. keys.Select(_ => random.Next(3) == 0 ? -1 : 1)], frontier);
                }
                contents[store.Version] = Content();
            }

            (List<string> Revenue, List<string> Log) Content()
            {
                using var snapshot = store.Snapshot();
                return (snapshot.Texts("revenue", Memory), snapshot.Texts("log", Memory));
            }
        }
    }

    [Fact]
    public void A_version_that_does_not_follow_is_refused()
    {
        var store = Open(Revenue);
        Assert.Throws<ArgumentException>(() => store.Commit(new(2, [], new Dictionary<string, Frontier>(), [])));
    }

    static CheckpointRecord Checkpoint(long version, long droppedUpTo = 0) => new()
    {
        Version = version,
        Time = version * 1000,
        DroppedUpTo = droppedUpTo,
        Lanes = 3,
        Chain = [new($"{version}.state", 10), new("1.state", 20)],
        Positions = [new("orders", 2, version * 7, "a mark", "a decoder's"), new("orders", 0, 0)],
        Sinks = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("out", "position \"1\""),
        Pending = [new("db", version, $"{version}.0.results")],
    };

    [Fact]
    public void A_checkpoint_is_kept_with_its_results_until_a_later_one_says_so()
    {
        var store = Open(Revenue);
        Assert.Empty(store.Checkpoints());
        for (var version = 1; version <= 4; version++)
        {
            var batch = StoredRows.Batch(Memory, Revenue.Schema, [["UK", version]]);
            store.Commit(new(version, [new(Revenue, [batch])], new Dictionary<string, Frontier>(), [], Checkpoint(version, Math.Max(0, version - 2))));
            batch.Release();
            Assert.Equal(version == 1 ? [1] : [version, version - 1], store.Checkpoints().Select(c => c.Version));
        }
        store.Open([Revenue], store.Checkpoints()[0]);
        Assert.Equal([CheckpointJson.Write(Checkpoint(4, 2)), CheckpointJson.Write(Checkpoint(3, 1))], store.Checkpoints().Select(CheckpointJson.Write));
        store.Open([Revenue], from: null);
        Assert.Empty(store.Checkpoints());
    }

    [Fact]
    public void A_commit_that_is_refused_leaves_results_and_checkpoints_as_they_were()
    {
        var store = Open(Revenue);
        store.Commit(new(1, [], new Dictionary<string, Frontier>(), [], Checkpoint(1)));
        var batch = StoredRows.Batch(Memory, Revenue.Schema, [["UK", 1]]);
        Assert.Throws<ArgumentException>(() => store.Commit(new(3, [new(Revenue, [batch])], new Dictionary<string, Frontier>(), [], Checkpoint(3, 2))));
        batch.Release();
        using var snapshot = store.Snapshot();
        Assert.Equal((1, 1, 0), (store.Version, store.Checkpoints().Single().Version, snapshot.Count("revenue")));
    }

    [Fact]
    public void Names_that_differ_in_case_are_different()
    {
        var columns = new Schema(new Field("a", DataType.Integer), new Field("A", DataType.Integer), new Field("sel\"ect", DataType.Integer));
        TableDefinition lower = new("t", columns, [0], TableKind.View), upper = new("T", columns, [1], TableKind.View), odd = new("sqlite_odd; --\"", columns, [], TableKind.View);
        var store = Open(lower, upper, odd);
        store.Commit(Memory, lower, [[1, 2, 3]]);
        store.Commit(Memory, upper, [[4, 5, 6]]);
        store.Commit(Memory, odd, [[7, 8, 9]]);
        using var snapshot = store.Snapshot();
        Assert.Equal(["1|2|3"], snapshot.Texts("t", Memory));
        Assert.Equal(["4|5|6"], snapshot.Texts("T", Memory));
        Assert.Equal(["7|8|9"], snapshot.Texts(odd.Name, Memory));
        Assert.Equal("A", snapshot.Tables.Single(t => t.Name == "T").Schema[1].Name);
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_whole_versions()
    {
        var store = Open(Revenue);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var memory = new MemoryAccountant();
            while (!done.IsCancellationRequested)
            {
                using var snapshot = store.Snapshot();
                // Each version writes its number into all ten rows.
                Assert.All(snapshot.Texts("revenue", memory), t => Assert.Equal(snapshot.Version.ToString(), t[(t.IndexOf('|') + 1)..]));
                Assert.Equal(snapshot.Version == 0 ? 0 : 10, snapshot.Count("revenue"));
            }
        })).ToArray();
        for (var version = 1; version <= 100; version++) store.Commit(Memory, Revenue, [.. Enumerable.Range(0, 10).Select(i => new object?[] { "c" + i, version })]);
        done.Cancel();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void A_random_history_ends_as_a_dictionary_says()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var store = Open(Revenue);
            var expected = new SortedDictionary<string, long>(StringComparer.Ordinal);
            for (var commit = 0; commit < 20; commit++)
            {
                var rows = new List<object?[]>();
                var weights = new List<int>();
                foreach (var key in Enumerable.Range(0, 30).Where(_ => random.Next(3) == 0).Select(i => "k" + i))
                {
                    var value = random.NextInt64();
                    rows.Add([key, value]);
                    weights.Add(random.Next(4) == 0 ? -1 : 1);
                    if (weights[^1] < 0) expected.Remove(key);
                    else expected[key] = value;
                }
                store.Commit(Memory, Revenue, [.. rows], [.. weights]);
            }
            using var snapshot = store.Snapshot();
            Assert.Equal(expected.Select(e => $"{e.Key}|{e.Value}"), snapshot.Texts("revenue", Memory));
        }
    }
}
