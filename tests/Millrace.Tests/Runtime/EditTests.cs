using Millrace.Connectors;
using Millrace.Data;
using Millrace.Runtime;
using Millrace.Sqlite;

namespace Millrace.Tests.Runtime;

/// <summary>A pipeline is stopped, its file is edited, and the run goes on: what was not edited keeps its state, what is new begins with the rows from there on, and nothing is lost unseen.</summary>
public sealed class EditTests : IDisposable
{
    const string Source = "CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n BIGINT, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv');\n";
    const string Sums = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders GROUP BY shop;\n";
    const string Windows = "CREATE MATERIALIZED VIEW windows AS SELECT window_start, SUM(n) AS s FROM TUMBLE(orders, at, INTERVAL '10 seconds') GROUP BY window_start;\n";
    const int Rows = 200, Until = 105;

    // A row a second; one shop has rows at the beginning alone.
    static readonly object?[][] s_orders = [.. Enumerable.Range(0, Rows).Select(i => new object?[] { i * Orders.Second, Shop(i), (long)i })];
    readonly SavedRuns _runs = new(new Dictionary<string, object?[][]> { ["orders"] = s_orders });

    public void Dispose() => _runs.Dispose();

    static string Shop(int i) => i < 50 && i % 5 == 0 ? "early" : $"shop {i % 3}";

    static List<string> PerShop(int from, Func<IEnumerable<int>, string> aggregate) =>
        [.. Enumerable.Range(from, Rows - from).GroupBy(Shop).Select(g => $"{g.Key}|{aggregate(g)}").Order(StringComparer.Ordinal)];

    static List<string> AllSums => PerShop(0, g => g.Sum().ToString());

    static string Time(int second) => $"1970-01-01 00:{second / 60:00}:{second % 60:00}";

    static List<string> PerWindow(int from, Func<IEnumerable<int>, string> aggregate) =>
        [.. Enumerable.Range(from, Rows - from).GroupBy(i => i / 10 * 10).Select(g => $"{Time(g.Key)}|{aggregate(g)}").Order(StringComparer.Ordinal)];

    static List<string> AllWindows => PerWindow(0, g => g.Sum().ToString());

    static Func<RunOptions, RunOptions> StartingOver(params string[] names) => options => options with { MayStartOver = [.. names] };

    async Task BeginAsync(string sql, int lanes = 1) => Assert.Null(await _runs.RunAsync(Source + sql, seed: 1, Until, lanes));

    async Task GoOnAsync(string sql, int lanes = 1, string source = Source, params string[] startOver) => Assert.NotNull(await _runs.RunAsync(source + sql, seed: 2, lanes: lanes, with: StartingOver(startOver)));

    async Task<string> RefusedAsync(string sql, params string[] startOver) =>
        (await Assert.ThrowsAsync<ConnectorException>(() => _runs.RunAsync(Source + sql, seed: 2, with: StartingOver(startOver)))).Message;

    List<EditLine> Report(string sql, params string[] startOver)
    {
        using var store = SqliteStore.OpenReader(_runs.Folder);
        using var snapshot = store.Snapshot();
        return EditReport.Of(SavedRuns.Compile(Source + sql), SavedPlan.Of(store)!, snapshot.Tables, startOver.ToHashSet());
    }

    string Outcomes(string sql) => string.Join(", ", Report(sql).Where(l => l.Kind != "source").Select(l => $"{l.Name} {l.Outcome}"));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(4, 1)]
    [InlineData(2, 3)]
    public async Task A_new_view_over_the_same_groups_leaves_the_old_one_its_state(int lanesBefore, int lanesAfter)
    {
        const string edited = Sums + "CREATE MATERIALIZED VIEW least AS SELECT shop, MIN(n) AS m FROM orders GROUP BY shop;\n";
        await BeginAsync(Sums, lanesBefore);
        Assert.Equal("sums keeps, least new", Outcomes(edited));
        await GoOnAsync(edited, lanesAfter);
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(PerShop(Until, g => g.Min().ToString()), _runs.Stored("least"));
    }

    [Fact]
    public async Task A_new_view_before_the_old_one_changes_nothing_of_it()
    {
        await BeginAsync(Sums + Windows);
        await GoOnAsync("CREATE MATERIALIZED VIEW least AS SELECT shop, MIN(n) AS m FROM orders WHERE n > 150 GROUP BY shop;\n" + Windows + Sums);
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(AllWindows, _runs.Stored("windows"));
        Assert.Equal(PerShop(151, g => g.Min().ToString()), _runs.Stored("least"));
    }

    [Fact]
    public async Task A_new_filter_over_a_view_tells_of_its_whole_state()
    {
        await BeginAsync(Sums);
        await GoOnAsync(Sums + "CREATE MATERIALIZED VIEW big AS SELECT shop, s FROM sums WHERE s > 6700;\n");
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(AllSums.Where(r => long.Parse(r.Split('|')[1]) > 6700 && !r.StartsWith("early", StringComparison.Ordinal)), _runs.Stored("big"));
    }

    [Fact]
    public async Task A_new_aggregate_over_the_groups_of_a_view_is_not_told_that_rows_go_which_it_never_saw()
    {
        const string edited = Sums + "CREATE MATERIALIZED VIEW whole AS SELECT COUNT(*) AS shops, SUM(s) AS s FROM sums;\n";
        await BeginAsync(Sums);
        await GoOnAsync(edited, lanes: 2);
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal([$"3|{Enumerable.Range(Until, Rows - Until).Sum()}|0"], _runs.Stored("whole"));
    }

    [Fact]
    public async Task A_new_view_that_wants_final_rows_reads_the_groups_of_the_one_that_wants_changes()
    {
        const string final = "CREATE MATERIALIZED VIEW finals AS SELECT window_start, SUM(n) AS s FROM TUMBLE(orders, at, INTERVAL '10 seconds') GROUP BY window_start EMIT FINAL;\n";
        await BeginAsync(Windows);
        await GoOnAsync(Windows + final, lanes: 2);
        Assert.Equal(AllWindows, _runs.Stored("windows"));
        Assert.Equal(AllWindows.Skip(9), _runs.Stored("finals")); // those that were open, whole, for the groups are those of the old view
    }

    [Fact]
    public async Task What_came_with_one_edit_keeps_its_state_at_the_next()
    {
        const string least = "CREATE MATERIALIZED VIEW least AS SELECT shop, MIN(n) AS m FROM orders GROUP BY shop;\n";
        const string count = "CREATE MATERIALIZED VIEW counts AS SELECT shop, COUNT(*) AS c FROM orders GROUP BY shop;\n";
        await BeginAsync(Sums);
        Assert.NotNull(await _runs.RunAsync(Source + Sums + least, seed: 2, until: 150, lanes: 2));
        Assert.Equal("sums keeps, least keeps, counts new", Outcomes(Sums + least + count));
        await GoOnAsync(Sums + least + count, lanes: 3);
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(PerShop(Until, g => g.Min().ToString()), _runs.Stored("least"));
        Assert.Equal(PerShop(150, g => g.Count().ToString()), _runs.Stored("counts"));
    }

    [Fact]
    public async Task A_column_more_in_a_view_that_keeps_its_state_is_null_in_rows_so_far()
    {
        const string before = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders GROUP BY shop;\n";
        const string after = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s, SUM(n) * 2 AS d FROM orders GROUP BY shop;\n";
        await BeginAsync(before);
        var line = Assert.Single(Report(after), l => l.Name == "sums");
        Assert.Equal(("keeps", "keeps its state; 'd' is NULL in rows so far"), (line.Outcome, line.Text));
        await GoOnAsync(after, lanes: 2);
        Assert.Equal(PerShop(0, g => $"{g.Sum()}|{(g.Contains(0) ? "NULL" : (g.Sum() * 2).ToString())}"), _runs.Stored("sums"));
    }

    [Fact]
    public async Task An_aggregate_more_begins_empty_in_the_groups_that_are_there()
    {
        const string edited = "CREATE MATERIALIZED VIEW windows AS SELECT window_start, SUM(n) AS s, MIN(n) AS m FROM TUMBLE(orders, at, INTERVAL '10 seconds') GROUP BY window_start;\n";
        await BeginAsync(Sums + Windows);
        Assert.Equal("keeps its state; 'm' is NULL in rows so far", Assert.Single(Report(Sums + edited), l => l.Name == "windows").Text);
        Assert.NotNull(await _runs.RunAsync(Source + Sums + edited, seed: 2, until: 150, lanes: 3));
        await GoOnAsync(Sums + edited, lanes: 2); // what was saved since then has both
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(PerWindow(0, g => $"{g.Sum()}|{(g.Max() < Until ? "NULL" : g.Where(n => n >= Until).Min().ToString())}"), _runs.Stored("windows"));
    }

    [Fact]
    public async Task Aggregates_come_and_go_and_groups_keep_what_stays()
    {
        const string three = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s, COUNT(*) AS c, MAX(n) AS m FROM orders GROUP BY shop;\n";
        await BeginAsync(Sums);
        Assert.NotNull(await _runs.RunAsync(Source + three, seed: 2, until: 130, lanes: 2));
        Assert.Contains("sums starts over", await RefusedAsync(Sums), StringComparison.Ordinal); // what it counted would be lost
        await GoOnAsync(three, lanes: 3);
        Assert.Equal(PerShop(0, g => $"{g.Sum()}|{(g.Contains(0) ? "NULL|NULL" : $"{g.Count(n => n >= Until)}|{g.Max()}")}"), _runs.Stored("sums"));
    }

    [Fact]
    public async Task Of_a_view_that_starts_over_final_rows_stay()
    {
        var edited = Windows.Replace("GROUP BY", "WHERE n <> 107 GROUP BY", StringComparison.Ordinal);
        await BeginAsync(Sums + Windows);
        var message = await RefusedAsync(Sums + edited);
        Assert.Contains($"The pipeline was edited since checkpoint {_runs.Checkpoints()[0].Version}, and saved state fits no longer:\n  windows starts over: ", message, StringComparison.Ordinal);
        Assert.Contains("begin empty, with rows from here on, by --start-over windows; or", message, StringComparison.Ordinal);
        Assert.DoesNotContain("sums", message, StringComparison.Ordinal);
        Assert.EndsWith("; rows that are final stay", Assert.Single(Report(Sums + edited), l => l.Outcome == "starts over").Text, StringComparison.Ordinal);
        await GoOnAsync(Sums + edited, 2, Source, "windows");
        Assert.Equal(AllSums, _runs.Stored("sums"));
        // At 104 s, 5 s of lateness, windows up to 90 s are final.
        Assert.Equal(AllWindows.Take(9).Concat(PerWindow(Until, g => g.Where(n => n != 107).Sum().ToString())).Order(StringComparer.Ordinal), _runs.Stored("windows"));
    }

    [Fact]
    public async Task A_start_that_is_refused_changes_nothing()
    {
        await BeginAsync(Sums + Windows);
        var before = (_runs.Stored("sums"), _runs.Checkpoints()[0].Version);
        await RefusedAsync("CREATE MATERIALIZED VIEW sums AS SELECT shop, MAX(n) AS s FROM orders GROUP BY shop;\n" + Windows);
        Assert.Equal(before.Item1, _runs.Stored("sums"));
        Assert.Equal(before.Version, _runs.Checkpoints()[0].Version);
        await GoOnAsync(Sums + Windows);
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(AllWindows, _runs.Stored("windows"));
    }

    [Fact]
    public async Task A_view_that_starts_over_is_empty_before_it_and_an_edit_back_starts_over_again()
    {
        const string edited = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders WHERE n <> 3 GROUP BY shop;\n";
        await BeginAsync(Sums + Windows);
        Assert.Contains("sums starts over: Aggregate was 'sum(n) by shop', is 'sum(n) by shop where ", await RefusedAsync(edited + Windows), StringComparison.Ordinal);
        Assert.NotNull(await _runs.RunAsync(Source + edited + Windows, seed: 2, until: 150, with: StartingOver("sums")));
        Assert.NotNull(await _runs.RunAsync(Source + edited + Windows, seed: 3, until: 160)); // it was said once
        Assert.Contains("sums starts over", await RefusedAsync(Sums + Windows), StringComparison.Ordinal);
        await GoOnAsync(Sums + Windows, 3, Source, "sums");
        Assert.Equal(PerShop(160, g => g.Sum().ToString()), _runs.Stored("sums"));
        Assert.Equal(AllWindows, _runs.Stored("windows"));
    }

    [Fact]
    public async Task A_key_more_makes_the_table_of_a_view_anew()
    {
        const string edited = "CREATE MATERIALIZED VIEW sums AS SELECT shop, n % 2 AS odd, SUM(n) AS s FROM orders GROUP BY shop, n % 2;\n";
        await BeginAsync(Sums);
        await RefusedAsync(edited);
        await GoOnAsync(edited, 1, Source, "sums");
        Assert.Equal(Enumerable.Range(Until, Rows - Until).GroupBy(i => (Shop(i), i % 2)).Select(g => $"{g.Key.Item1}|{g.Key.Item2}|{g.Sum()}").Order(StringComparer.Ordinal), _runs.Stored("sums"));
    }

    [Fact]
    public async Task A_view_that_is_taken_out_lets_its_state_go_only_where_somebody_says_so()
    {
        await BeginAsync(Sums + Windows);
        Assert.Contains("sums is not in the file any more: its state goes, its table stays as it is.", await RefusedAsync(Windows), StringComparison.Ordinal);
        Assert.Contains("there is no stored view or sink of that name; there are windows.", await RefusedAsync(Windows, "sum"), StringComparison.Ordinal);
        Assert.Equal("windows keeps, sums gone", Outcomes(Windows));
        await GoOnAsync(Windows, 1, Source, "sums");
        Assert.Equal(AllWindows, _runs.Stored("windows"));
    }

    [Fact]
    public async Task What_nobody_reads_of_a_source_may_change()
    {
        await BeginAsync(Sums + Windows);
        await GoOnAsync(Sums + Windows + "CREATE MATERIALIZED VIEW notes AS SELECT note, COUNT(*) AS c FROM orders GROUP BY note;\n", 2,
            Source.Replace("n BIGINT,", "n BIGINT, note TEXT,", StringComparison.Ordinal));
        Assert.Equal(AllSums, _runs.Stored("sums"));
        Assert.Equal(AllWindows, _runs.Stored("windows"));
        Assert.Equal([$"NULL|{Rows - Until}"], _runs.Stored("notes"));
    }

    [Fact]
    public async Task One_of_two_views_that_share_their_groups_is_edited_or_taken_out()
    {
        const string least = "CREATE MATERIALIZED VIEW least AS SELECT shop, MIN(n) AS m FROM orders GROUP BY shop;\n";
        const string most = "CREATE MATERIALIZED VIEW least AS SELECT shop, MAX(n) AS m FROM orders GROUP BY shop;\n";
        await BeginAsync(Sums + least);
        Assert.Contains("by --start-over least; or", await RefusedAsync(Sums + most), StringComparison.Ordinal);
        Assert.NotNull(await _runs.RunAsync(Source + Sums + most, seed: 2, until: 150, lanes: 2, with: StartingOver("least")));
        Assert.Equal(Enumerable.Range(Until, 150 - Until).GroupBy(Shop).Select(g => $"{g.Key}|{g.Max()}").Order(StringComparer.Ordinal), _runs.Stored("least"));
        Assert.Contains("by --start-over least; or", await RefusedAsync(Sums), StringComparison.Ordinal);
        await GoOnAsync(Sums, 3, Source, "least");
        Assert.Equal(AllSums, _runs.Stored("sums"));
    }
}
