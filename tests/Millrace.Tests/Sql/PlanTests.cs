using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Tests.Sql;

/// <summary>The shapes of plans that statements give.</summary>
public sealed class PlanTests
{
    const string Source = """
                Watermark at - INTERVAL '00:00:10'  [key: none; append; time: at]
                  Project invoice, product, quantity, price, customer, country, at, quantity * price AS amount  [key: none; append]
                    Source orders (pipe, csv)  [key: none; append]
        """;

    /// <summary>The tree without what every plan over orders ends in.</summary>
    static string Tree(PlanNode plan)
    {
        var lines = PlanText.Lines(plan);
        var tail = Source.Split('\n').Select(l => l.Trim()).ToArray();
        Assert.Equal(tail, lines.TakeLast(3).Select(l => l.Trim()));
        return string.Join("\n", lines.SkipLast(3));
    }

    static string Query(string text)
    {
        var result = SqlCompiler.CompileQuery(text, s_tables, Compiling.Options);
        Assert.True(result.Plan is not null, DiagnosticText.Render(result.Diagnostics));
        return Compiling.Tree(result.Plan);
    }

    static readonly TableDefinition[] s_tables =
    [
        new("revenue", new Schema(new Field("window_start", DataType.Timestamp), new Field("country", DataType.Text), new Field("revenue", DataType.Decimal(38, 3)), new Field("$shop", DataType.Text)),
            [0, 1, 3], TableKind.View),
    ];

    [Fact]
    public void A_windowed_group_is_one_aggregate_below_having_and_a_projection() => Assert.Equal("""
        Project country, sum AS revenue, window_start AS hour  [key: hour, country; retract]
          Filter count > 1  [key: window_start, country; retract; time: window_end]
            Aggregate sum(amount), count(*) by TUMBLE(at, INTERVAL '01:00:00'), country  [key: window_start, country; retract; time: window_end; state: open windows]
              Filter quantity > 0 AND price > 0.000  [key: none; append; time: at]
        """, Tree(Compiling.View("SELECT country, SUM(amount) AS revenue, window_start AS hour FROM TUMBLE(orders, at, INTERVAL '1 hour') WHERE quantity > 0 AND price > 0.000 GROUP BY window_start, country HAVING COUNT(*) > 1")));

    [Fact]
    public void Expressions_in_keys_and_arguments_are_projected_below_and_each_aggregate_stands_once() => Assert.Equal("""
        Project "upper(country)" AS land, sum / count AS mean, count AS n, sum_2 AS total  [key: land; retract]
          Aggregate sum(quantity * 2), count(*), sum(quantity) FILTER (WHERE quantity > 1) by upper(country)  [key: upper(country); retract; state: unbounded]
            Project upper(country), quantity * 2, quantity, quantity > 1  [key: none; append]
        """, Tree(Compiling.View("SELECT upper(country) AS land, SUM(quantity * 2) / COUNT(*) AS mean, COUNT(*) AS n, SUM(quantity) FILTER (WHERE quantity > 1) AS total FROM orders GROUP BY land")));

    [Theory]
    [InlineData("GROUP BY window_start, country")]
    [InlineData("GROUP BY 1, 2")]
    [InlineData("GROUP BY hour, country")]
    [InlineData("GROUP BY window_start, window_end, country")]
    public void Keys_may_be_positions_aliases_and_further_columns_of_the_window(string group)
    {
        var plan = Compiling.View($"SELECT window_start AS hour, country, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') {group}");
        var aggregate = Assert.IsType<Aggregate>(plan.Inputs[0]);
        Assert.Equal([5], aggregate.Keys);
        Assert.Equal(WindowKind.Tumble, aggregate.Window!.Kind);
        Assert.Equal([0, 1], plan.Key);
    }

    [Fact]
    public void Both_spellings_of_a_window_are_one()
    {
        var plain = (Aggregate)Compiling.View("SELECT window_start, COUNT(*) AS n FROM HOP(orders, at, INTERVAL '15 minutes', INTERVAL '1 hour', offset => INTERVAL '5 minutes', zone => 'Europe/Berlin') GROUP BY 1").Inputs[0];
        var flink = (Aggregate)Compiling.View("SELECT window_start, COUNT(*) AS n FROM TABLE(HOP(TABLE orders, DESCRIPTOR(at), INTERVAL '15' MINUTE, INTERVAL '1' HOUR, INTERVAL '5' MINUTE, zone => 'Europe/Berlin')) GROUP BY 1").Inputs[0];
        Assert.Equal(new WindowSpec(WindowKind.Hop, 6, new(0, 0, 3_600_000_000), new(0, 0, 900_000_000), new(0, 0, 300_000_000), "Europe/Berlin"), plain.Window);
        Assert.Equal(plain.Window, flink.Window);
    }

    [Fact]
    public void A_windowed_table_without_its_group_gets_window_columns() => Assert.Equal("""
        Project window_start, product  [key: none; append]
          Filter at < window_end  [key: none; append; time: at]
            Window TUMBLE(at, INTERVAL '1 day')  [key: none; append; time: at]
        """, Tree(Compiling.View("SELECT window_start, product FROM TUMBLE(orders, at, INTERVAL '1 day') WHERE at < window_end")));

    [Fact]
    public void A_condition_on_window_columns_alone_stands_above_the_aggregate() => Assert.Equal("""
        Project window_start, count AS n  [key: window_start; retract]
          Filter window_start >= TIMESTAMP '2024-01-01 00:00:00'  [key: window_start; retract; time: window_end]
            Aggregate count(*) by TUMBLE(at, INTERVAL '1 day')  [key: window_start; retract; time: window_end; state: open windows]
              Filter quantity > 0  [key: none; append; time: at]
        """, Tree(Compiling.View("SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 day') WHERE window_start >= '2024-01-01' AND quantity > 0 GROUP BY window_start")));

    [Fact]
    public void A_window_over_a_windows_start_waits_until_its_rows_are_complete()
    {
        var pipeline = Compiling.Good(Compiling.Orders + """
            CREATE VIEW hours AS SELECT window_start, SUM(quantity) AS units FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start;
            CREATE VIEW days AS SELECT window_start, SUM(units) AS units FROM TUMBLE(hours, window_start, INTERVAL '1 day') GROUP BY window_start;
            """);
        var aggregate = (Aggregate)pipeline.Views[1].Plan.Inputs[0];
        var delay = Assert.IsType<DelayFrontier>(aggregate.Input);
        Assert.Equal(3_600_000_000, delay.LagMicroseconds);
        Assert.Same(pipeline.Views[0].Plan, delay.Input);
    }

    [Fact]
    public void Readers_of_a_view_hold_the_very_node()
    {
        var pipeline = Compiling.Good(Compiling.Orders + """
            CREATE VIEW a AS SELECT product, quantity FROM orders;
            CREATE VIEW b AS SELECT product FROM a;
            CREATE VIEW c AS SELECT x.quantity FROM a AS x;
            CREATE SINK s FROM a WITH (connector = 'pipe', path = 'x');
            """);
        Assert.Same(pipeline.Views[0].Plan, pipeline.Views[1].Plan.Inputs[0]);
        Assert.Same(pipeline.Views[0].Plan, pipeline.Views[2].Plan.Inputs[0]);
        Assert.Same(pipeline.Views[0].Plan, pipeline.Sinks[0].Plan);
        Assert.Same(pipeline.Sources[0].Plan, pipeline.Views[0].Plan.Inputs[0]);
    }

    [Fact]
    public void Distinct_on_keeps_what_its_order_needs_and_drops_it_above() => Assert.Equal("""
        Project product, quantity, $3  [key: $3; retract]
          DistinctOn $3 order by $4 DESC  [key: $3; retract; state: unbounded]
            Project product, quantity, customer AS $3, price * 2 AS $4  [key: none; append]
        """, Tree(Compiling.View("SELECT DISTINCT ON (customer) product, quantity FROM orders ORDER BY customer, price * 2 DESC")));

    [Fact]
    public void Distinct_with_a_bound_takes_the_time_along()
    {
        var distinct = (DistinctOn)Compiling.Good($"{Compiling.Orders}CREATE VIEW v WITH (state_ttl = '2 days') AS SELECT DISTINCT product, country FROM orders").Views[0].Plan.Inputs[0];
        Assert.Equal([0, 1], distinct.Keys);
        Assert.Equal("$at", distinct.Schema[distinct.TimeColumn].Name);
        Assert.Equal(new Interval(0, 0, 2 * Interval.MicrosecondsPerDay), distinct.StateTtl);
    }

    [Fact]
    public void Union_all_brings_columns_to_one_type() => Assert.Equal("""
        UnionAll  [key: none; append; time: at]
          Project CAST(x AS DECIMAL(13,3)) AS x, at  [key: none; append; time: at]
            Project quantity AS x, at  [key: none; append; time: at]
              Watermark at - INTERVAL '00:00:10'  [key: none; append; time: at]
        """, string.Join("\n", Compiling.Tree(Compiling.View("SELECT quantity AS x, at FROM orders UNION ALL SELECT price, at FROM orders")).Split('\n').Take(4)));

    [Fact]
    public void Common_tables_and_subqueries_are_plans_in_place() => Assert.Equal("""
        Project a, n  [key: none; append]
          Project product AS a, quantity AS n  [key: none; append]
            Project product, quantity  [key: none; append]
        """, Tree(Compiling.View("WITH c (a, n) AS (SELECT product, quantity FROM orders) SELECT * FROM c")));

    [Fact]
    public void Constraints_of_a_view_check_its_columns()
    {
        var view = Compiling.Good($"{Compiling.Orders}CREATE VIEW v (CONSTRAINT c EXPECT ( n  >  0 ) ON VIOLATION FAIL, CONSTRAINT d EXPECT (n < 9)) AS SELECT quantity AS n FROM orders").Views[0];
        var expect = Assert.IsType<Expect>(view.Plan);
        Assert.Equal("v", expect.On);
        Assert.Equal([("c", "n  >  0", ViolationAction.Fail), ("d", "n < 9", ViolationAction.Warn)], expect.Constraints.Select(c => (c.Name, c.PredicateText, c.Action)));
    }

    [Fact]
    public void A_source_is_scan_columns_constraints_watermark_and_masks()
    {
        var source = Compiling.Good(WholeFile.Text).Sources[0];
        Assert.Equal("""
            Project invoice, product, description, quantity, price, mask_hash(customer) AS customer, country, At, amount, name  [key: none; append; time: At]
              Watermark At - INTERVAL '00:00:10'  [key: none; append; time: At]
                Expect has_product, not_returned, sane_price, known  [key: none; append]
                  Project invoice, product, description, quantity, price, customer, country, At, quantity * price AS amount, CASE WHEN NOT btrim(description) IS NULL THEN btrim(description) ELSE 'unknown' END AS name  [key: none; append]
                    Source orders (pipe, csv)  [key: none; append]
            """, Compiling.Tree(source.Plan!));
        Assert.Equal(["InvoiceNo", "product", "description", "quantity", "price", "customer", "country", "At"], source.Paths);
        Assert.Equal([new MaskedColumn(5, "hash")], source.Masked);
        Assert.Equal(("pipe", "csv", BadData.DeadLetter, 0.1, TimeSpan.FromSeconds(10), false, "late_orders"),
            (source.Connector, source.Format, source.BadData, source.BadDataMaxRate, source.IdleTimeout, source.AdvanceWhenAllIdle, source.Late.Table));
        Assert.Equal("/data/online_retail.csv.gz", source.Options.Text("path", ""));
    }

    [Fact]
    public void A_file_gives_its_settings_views_sinks_and_tiles()
    {
        var pipeline = Compiling.Good(WholeFile.Text);
        Assert.Equal((TimeSpan.FromMilliseconds(50), 1_610_612_736L, 2), (pipeline.Settings.CommitInterval, pipeline.Settings.MemoryLimitBytes, pipeline.Settings.Lanes));
        Assert.Equal([("clean", false), ("revenue_by_country", true), ("revenue", true), ("daily", true)], pipeline.Views.Select(v => (v.Name, v.IsMaterialized)));
        Assert.Equal((EmitMode.OnWindowClose, TimeSpan.FromDays(90)), (pipeline.Views[1].Emit.Mode, pipeline.Views[1].Retention));
        Assert.StartsWith("CREATE MATERIALIZED VIEW revenue AS", pipeline.Views[2].Text, StringComparison.Ordinal);
        Assert.Equal([("archive", EmitMode.Final, false), ("live", EmitMode.Changes, true)], pipeline.Sinks.Select(s => (s.Name, s.Emit.Mode, s.IsUpsert)));
        var tiles = pipeline.Dashboards[0].Tiles;
        Assert.Equal(["kpi", "line", "bar", "table", "quality", "pipeline"], tiles.Select(t => t.Kind));
        Assert.Equal(("revenue", "window_start", "currency"), (tiles[0].Value, tiles[0].X, tiles[0].Format));
        Assert.Equal(("window_start", "revenue", "country", 2), (tiles[1].X, tiles[1].Y, tiles[1].Series, tiles[1].Width));
        Assert.Equal(("country", "revenue", 10), (tiles[2].X, tiles[2].Y, tiles[2].Top));
        Assert.Equal("Live sales", pipeline.Dashboards[0].Title);
    }

    [Theory]
    [InlineData("", true, EmitMode.Changes)]
    [InlineData(", mode = 'append'", false, EmitMode.Final)]
    [InlineData(", mode = 'upsert'", true, EmitMode.Changes)]
    [InlineData(", mode = 'append') EMIT ON WINDOW CLOSE -- ", false, EmitMode.Final)]
    public void A_sink_hears_of_changes_by_key_and_of_final_rows_otherwise(string mode, bool isUpsert, EmitMode emit)
    {
        var sink = Compiling.Good($"{Compiling.Orders}CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1; CREATE SINK s FROM v WITH (connector = 'pipe', path = 'x'{mode})").Sinks[0];
        Assert.Equal((isUpsert, emit), (sink.IsUpsert, sink.Emit.Mode));
    }

    [Fact]
    public void Emit_of_a_view_is_the_default_of_its_readers()
    {
        var pipeline = Compiling.Good($"""
            {Compiling.Orders}CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY 1 EMIT EVERY INTERVAL '2 seconds';
            CREATE SINK a FROM v WITH (connector = 'pipe', path = 'x');
            CREATE SINK b FROM v WITH (connector = 'pipe', path = 'x') EMIT FINAL;
            """);
        Assert.Equal([new Emit(EmitMode.Every, TimeSpan.FromSeconds(2)), Emit.Final], pipeline.Sinks.Select(s => s.Emit));
    }

    [Fact]
    public void A_query_reads_stored_rows_without_hidden_columns_and_sorts() => Assert.Equal("""
        Project window_start, country, revenue  [key: none; append]
          Sort $4 DESC, country NULLS FIRST limit 10 offset 5  [key: none; append]
            Project window_start, country, revenue, revenue * 2 AS $4  [key: none; append]
              Filter country <> 'UK'  [key: window_start, country, $shop; append]
                Stored revenue  [key: window_start, country, $shop; append]
        """, Query("SELECT * FROM revenue WHERE country <> 'UK' ORDER BY revenue * 2 DESC, 2 NULLS FIRST LIMIT 10 OFFSET 5;"));

    [Fact]
    public void A_query_needs_no_watermark_and_orders_groups() => Assert.Equal("""
        Sort total DESC limit 3  [key: day; retract]
          Project window_start AS day, sum AS total  [key: day; retract]
            Aggregate sum(revenue) by TUMBLE(window_start, INTERVAL '1 day')  [key: window_start; retract; time: window_end; state: open windows]
              Stored revenue  [key: window_start, country, $shop; append]
        """, Query("SELECT window_start AS day, SUM(revenue) AS total FROM TUMBLE(revenue, window_start, INTERVAL '1 day') GROUP BY 1 ORDER BY total DESC LIMIT 3"));

    [Theory]
    [InlineData("SELECT 1 + 1 AS two", "Project 2 AS two  [key: none; append]\n  Values 1 rows  [key: none; append]")]
    [InlineData("VALUES (1, 'a'), (2.5, NULL)", "Values 2 rows  [key: none; append]")]
    [InlineData("SELECT x FROM (VALUES (1), (2)) AS t(x) WHERE t.x > 1", "Project x  [key: none; append]\n  Filter x > 1  [key: none; append]\n    Values 2 rows  [key: none; append]")]
    public void Values_are_tables(string text, string tree) => Assert.Equal(tree, Query(text));

    [Theory]
    [InlineData("")]
    [InlineData("-- to be written\n")]
    public void A_file_that_declares_nothing_is_told(string text) => Assert.Equal(
        "MR2740 1:1+1 the file declares nothing. A pipeline begins with CREATE SOURCE; millrace check --infer DATAFILE writes one for a data file.", Compiling.Warnings(text));

    [Theory]
    [InlineData("EXPLAIN ANALYZE SELECT country FROM revenue")]
    [InlineData("EXPLAIN ANALYZE VALUES (1)")]
    [InlineData("EXPLAIN ANALYZE revenue;")]
    public void EXPLAIN_ANALYZE_is_a_plan_to_be_run(string text)
    {
        var result = SqlCompiler.CompileQuery(text, s_tables, Compiling.Options);
        Assert.True(result.IsAnalyzed, Compiling.Short(result.Diagnostics));
        Assert.Equal("plan", Assert.Single(result.Schema.Fields).Name);
        Assert.False(SqlCompiler.CompileQuery("EXPLAIN analyze", [s_tables[0] with { Name = "analyze" }], Compiling.Options).IsAnalyzed);
    }

    [Theory]
    [InlineData("SHOW FUNCTIONS", "name, category, syntax, summary")]
    [InlineData("SHOW SETTINGS", "name, kind, default, summary")]
    [InlineData("SHOW CONNECTORS", "name, as, summary")]
    [InlineData("SHOW FORMATS", "name, summary")]
    [InlineData("SHOW SOURCES", "name, connector, format, columns")]
    [InlineData("SHOW VIEWS", "name, kind, columns")]
    [InlineData("EXPLAIN SELECT country FROM revenue", "plan")]
    [InlineData("EXPLAIN revenue", "plan")]
    public void Show_and_explain_are_rows(string text, string columns)
    {
        var values = Assert.IsType<Values>(SqlCompiler.CompileQuery(text, s_tables, Compiling.Options with { Pipeline = Compiling.Good(WholeFile.Text) }).Plan);
        Assert.Equal(columns, string.Join(", ", values.Schema.Fields.Select(f => f.Name)));
        Assert.NotEmpty(values.Rows);
    }
}
