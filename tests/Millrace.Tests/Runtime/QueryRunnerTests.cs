using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Ad-hoc queries over stored rows.</summary>
public sealed class QueryRunnerTests
{
    readonly MemoryAccountant _memory = new(batchRows: 8);

    static readonly TableDefinition Table = new("orders", Orders.Schema, [0], TableKind.View);

    MemoryStore Store(int rows)
    {
        var store = new MemoryStore();
        store.Open([Table], from: null);
        foreach (var chunk in Enumerable.Range(0, rows).Chunk(8))
            store.Commit(_memory, Table, [.. chunk.Select(i => new object?[] { i * Orders.Second, "k" + i % 3, (long)i })]);
        return store;
    }

    static PlanNode Scan() => new StoredScan { Schema = Orders.Schema, Table = "orders", Key = [0], Times = [new(0, 0)] };

    List<string> Run(PlanNode plan, IStore store, CancellationToken stop = default)
    {
        var rows = new List<string>();
        using var snapshot = store.Snapshot();
        foreach (var batch in QueryRunner.Run(plan, snapshot, _memory, stop))
        {
            Assert.Null(batch.Weights);
            rows.AddRange(StoredRows.Texts(batch));
            batch.Release();
        }
        Assert.Equal(0, _memory.Alive);
        return rows;
    }

    [Fact]
    public void A_filter_gives_the_rows_that_match()
    {
        var plan = PlanBuilder.Filter(Scan(), Orders.Call(">=", Orders.Value, Orders.Number(97)));
        Assert.Equal(["1970-01-01 00:01:37|k1|97", "1970-01-01 00:01:38|k2|98", "1970-01-01 00:01:39|k0|99"], Run(plan, Store(100)));
    }

    [Fact]
    public void An_aggregate_gives_each_group_once_at_the_end()
    {
        var plan = PlanBuilder.Aggregate(Scan(), null, [1], [Orders.Aggregate("sum", "total", 2), Orders.Aggregate("count", "rows")], "query", LatePolicy.Drop);
        Assert.Equal(["k0|1683|34", "k1|1617|33", "k2|1650|33"], Run(plan, Store(100)).Order());
        // The lone row of an aggregate without keys has a hidden key.
        Assert.Equal(["0|0"], Run(PlanBuilder.Aggregate(Scan(), null, [], [Orders.Aggregate("count", "rows")], "query", LatePolicy.Drop), Store(0)));
    }

    [Fact]
    public void A_windowed_aggregate_over_stored_rows_gives_every_window()
    {
        Assert.Equal(30, Run(Orders.PerKey(Scan(), "query"), Store(100)).Count);
    }

    [Fact]
    public void Union_all_gives_both_sides_and_sort_and_limit_cut_it()
    {
        var values = new Values
        {
            Schema = Orders.Schema,
            Rows = [[new Literal(0L, DataType.Timestamp), new Literal("x", DataType.Text), new Literal(1000L, DataType.BigInt)]],
        };
        var union = PlanBuilder.Union([Scan(), values]);
        Assert.Equal(101, Run(union, Store(100)).Count);
        var sorted = PlanBuilder.Sort(union, [new SortKey(2, true, false)], 2, 0);
        Assert.Equal(["1970-01-01 00:00:00|x|1000", "1970-01-01 00:01:39|k0|99"], Run(sorted, Store(100)));
        Assert.Equal(3, Run(PlanBuilder.Sort(union, [], 3, 5), Store(100)).Count);
    }

    [Fact]
    public void A_reader_that_goes_away_and_a_query_that_is_cancelled_leave_nothing_behind()
    {
        using var snapshot = Store(100).Snapshot();
        foreach (var batch in QueryRunner.Run(Scan(), snapshot, _memory))
        {
            batch.Release();
            break;
        }
        Assert.Equal(0, _memory.Alive);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var batch in QueryRunner.Run(Scan(), snapshot, _memory, stop.Token))
            {
                batch.Release();
                stop.Cancel();
            }
        });
        Assert.Equal(0, _memory.Alive);
    }

    [Fact]
    public void A_row_that_cannot_be_computed_ends_the_query_with_its_error()
    {
        var plan = PlanBuilder.Project(Scan(), [(Orders.Call("/", Orders.Number(1), Orders.Value), "x")]);
        using var snapshot = Store(3).Snapshot();
        var error = Assert.Throws<QueryException>(() =>
        {
            foreach (var batch in QueryRunner.Run(plan, snapshot, _memory)) batch.Release();
        });
        Assert.Contains("zero", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _memory.Alive);
    }
}
