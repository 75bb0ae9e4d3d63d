namespace Millrace.Tests.Oracle;

/// <summary>What the fuzzer found about runs that go on from a checkpoint, each as a test of its own.</summary>
public sealed class CrashTests
{
    /// <summary>Runs a query over rows of two partitions in many ways, with crashes and other numbers of lanes behind them.</summary>
    static void Check(string query, int rows, string late = "")
    {
        var sql = $"CREATE SOURCE s (at TIMESTAMP, b INTEGER, d INTEGER, WATERMARK FOR at AS at - INTERVAL '0 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop') {late}; CREATE MATERIALIZED VIEW v AS {query};";
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            List<object?[]> all = [.. Enumerable.Range(0, rows).Select(i => new object?[] { (i * 2L + random.Next(-2, 3)) * 1_000_000L, random.Next(4), random.Next(4) })];
            var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = [all[..(rows / 2)], all[(rows / 2)..]] });
            trial.Check(new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 8, QueueLength: 1, TickMs: 100, Crashes: 1 + seed % 7));
        }
    }

    // Before the first exchange each lane has the time of its own partitions; whoever takes over other partitions must not go on from it.
    [Theory]
    [InlineData("SELECT s2.d FROM s AS s1 RIGHT JOIN s AS s2 ON s1.b = s2.b")]
    [InlineData("SELECT s1.d FROM s AS s1 FULL JOIN s AS s2 ON s1.b = s2.d")]
    [InlineData("SELECT s1.d FROM s AS s1 LEFT JOIN s AS s2 ON s1.b = s2.d")]
    public void A_lane_that_has_read_its_partitions_does_not_end_time_for_the_one_that_goes_on(string query)
    {
        foreach (var rows in new[] { 5, 6, 11, 20 }) Check(query, rows);
    }

    // A barrier before the first row hands over state too.
    [Fact]
    public void State_that_is_handed_over_while_nothing_else_changes_is_kept()
    {
        const string sql = "CREATE SOURCE table1 (x INTEGER, f BOOLEAN) WITH (connector = 'test', format = 'csv'); CREATE MATERIALIZED VIEW v AS SELECT s1.x FROM table1 AS s1 FULL JOIN table1 AS s2 ON s1.x = s2.x AND s1.f = s2.f;";
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["table1"] = [[[1, null]], [[2, null]]] });
        foreach (var seed in (int[])[434398, .. Enumerable.Range(0, 300)]) trial.Check(new Way(seed, Lanes: 4, BatchRows: 64, QueueLength: 1, TickMs: 1000, Crashes: 3, RulesOff: ["order_joins"]));
    }

    // Rows that wait for a table belong to the lane where they wait, and to another one when there are other lanes.
    [Fact]
    public void Rows_that_waited_for_a_table_are_told_once_on_any_number_of_lanes()
    {
        const string sql = "CREATE SOURCE table1 (j TEXT) WITH (connector = 'test', format = 'csv'); CREATE MATERIALIZED VIEW v1 AS SELECT c AS k FROM (SELECT j AS c FROM table1) AS q GROUP BY c; CREATE MATERIALIZED VIEW v2 AS SELECT k AS c FROM v1 WHERE EXISTS (SELECT 1 FROM v1 AS w WHERE w.k = k);";
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["table1"] = [[[null], ["ab"]]] });
        foreach (var seed in (int[])[785134, .. Enumerable.Range(0, 600)]) trial.Check(new Way(seed, Lanes: 3, BatchRows: 1, QueueLength: 1, TickMs: 100, Crashes: 4));
    }

    // What was told when time passed is part of the state, though no row came.
    [Fact]
    public void A_row_told_on_close_is_not_told_again()
    {
        foreach (var rows in new[] { 6, 12, 20 }) Check("SELECT DISTINCT ON (b) at, b, d FROM s ORDER BY d DESC, at", rows, "ON LATE UPDATE FOR INTERVAL '1 minute'");
        foreach (var rows in new[] { 6, 12, 20 }) Check("SELECT DISTINCT ON (at) at, b FROM CUMULATE(s, at, INTERVAL '5 seconds', INTERVAL '10 seconds') ORDER BY window_start DESC", rows, "ON LATE UPDATE FOR INTERVAL '1 minute'");
    }

    // Rows that wait are saved by each lane for itself: what one says is gone is not gone in another.
    [Fact]
    public void Rows_that_wait_for_their_version_are_kept_by_every_lane() => Check("SELECT s1.at, s2.at AS then FROM s AS s1 ASOF JOIN s AS s2 ON s1.b = s2.b AND s1.at >= s2.at", 9);

    // A row that turns up nowhere lets its partition live longer all the same.
    [Fact]
    public void A_partition_that_lived_on_by_a_row_without_a_place_does_not_begin_anew_after_a_crash()
    {
        const string sql = "CREATE SOURCE s (at TIMESTAMP, k INTEGER, n INTEGER, WATERMARK FOR at AS at - INTERVAL '0 seconds') WITH (connector = 'test', format = 'csv'); CREATE MATERIALIZED VIEW v WITH (state_ttl = '1 minute') AS SELECT at, k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS rn FROM s) WHERE rn = 1;";
        var trial = Trial.Of(sql, new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = [[[0L, 1, 50], [30_000_000L, 1, 5], [60_000_000L, 1, 9], [85_000_000L, 1, 3]]] });
        for (var seed = 0; seed < 400; seed++) trial.Check(new Way(seed, BatchRows: 1, QueueLength: 1, TickMs: 100, Crashes: 1 + seed % 4));
    }
}
