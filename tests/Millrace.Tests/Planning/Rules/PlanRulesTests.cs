using Millrace.Planning;
using Millrace.Planning.Rules;
using Millrace.Sql;

namespace Millrace.Tests.Planning.Rules;

/// <summary>What each rule does to a plan, and that the plan stays as it is where the rule is off. That answers stay the same is the golden queries' business.</summary>
public sealed class PlanRulesTests
{
    const string Source = """
        CREATE SOURCE s (k INTEGER, v INTEGER, price DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1 second') WITH (connector = 'file', path = 'x.csv', format = 'csv');

        """;

    static string[] Plan(string sql, IReadOnlySet<string>? off, string view = "a")
    {
        var compiled = SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" });
        Assert.True(compiled.Pipeline is not null, string.Join("\n", compiled.Diagnostics.Select(DiagnosticText.Render)));
        var pipeline = PlanRules.Apply(compiled.Pipeline, off);
        return [.. PlanText.Lines(pipeline.Views.Single(v => v.Name == view).Plan, new Dictionary<PlanNode, string> { [pipeline.Sources[0].Plan!] = "s" }).Select(l => l.Split("  [")[0].Trim())];
    }

    [Theory]
    [InlineData("fold_constants", "SELECT k FROM s WHERE 1 + 1 = 2", new[] { "Project k", "s" }, new[] { "Project k", "Filter TRUE", "s" })]
    [InlineData("merge_filters", "SELECT k FROM (SELECT * FROM s WHERE k > 0) WHERE v > 0", new[] { "Project k", "Filter k > 0 AND v > 0", "s" }, null)]
    [InlineData("merge_projects", "SELECT a + 1.0 AS b FROM (SELECT price * 2.0 AS a FROM s)", new[] { "Project price * 2.0 + 1.0 AS b", "s" },
        new[] { "Project a + 1.0 AS b", "Project price * 2.0 AS a", "s" })]
    [InlineData("push_filter_down", "SELECT k FROM (SELECT k, price FROM s UNION ALL SELECT v, price FROM s) WHERE price > 1.0",
        new[] { "Project k", "UnionAll", "Project k, price", "Filter price > 1.0", "s", "Project v AS k, price", "Filter (the same as in line 4)" }, null)]
    [InlineData("filter_in_aggregate", "SELECT k, SUM(price * 2.0) AS x FROM s WHERE v > 0 GROUP BY k",
        new[] { "Project k, sum AS x", "Aggregate sum(price * 2.0) by k where \"$v\" > 0", "Project k, price * 2.0, v AS $v", "s" },
        new[] { "Project k, sum AS x", "Aggregate sum(price * 2.0) by k", "Project k, price * 2.0", "Filter v > 0", "s" })]
    public void Each_rule_rewrites_and_can_be_switched_off(string rule, string query, string[] with, string[]? without)
    {
        var sql = $"CREATE MATERIALIZED VIEW a AS {query} EMIT FINAL;";
        Assert.Equal(with, Plan(sql, null));
        var off = Plan(sql, new HashSet<string> { rule });
        Assert.NotEqual(with, off);
        if (without is not null) Assert.Equal(without, off);
    }

    [Theory]
    [InlineData("s JOIN t USING (k)", "LookupJoin INNER on k = k")]
    [InlineData("s LEFT JOIN t ON s.k = t.k AND s.v > t.w", "LookupJoin LEFT on k = k AND v > w")]
    [InlineData("t RIGHT JOIN s ON s.k = t.k", "LookupJoin LEFT on k = k")]
    [InlineData("s FULL JOIN t ON s.k = t.k", "Join FULL on k = k")]
    [InlineData("s LEFT JOIN t ON s.k IS NOT DISTINCT FROM t.k", "Join LEFT on k IS NOT DISTINCT FROM k")]
    public void A_table_that_ends_is_looked_up(string from, string with)
    {
        var sql = $"CREATE SOURCE t (k INTEGER, w INTEGER) WITH (connector = 'file', path = 't.csv', format = 'csv'); CREATE MATERIALIZED VIEW a AS SELECT s.v, t.w FROM {from};";
        Assert.Contains(with, Plan(sql, null));
        // Not a matter of choice: which rows are late above depends on it.
        Assert.Contains(with, Plan(sql, new HashSet<string> { "static_lookup" }));
        Assert.DoesNotContain("static_lookup", Settings.RuleNames);
    }

    [Fact]
    public void Equal_parts_of_two_views_are_shared()
    {
        const string sql = "CREATE MATERIALIZED VIEW a AS SELECT k FROM s WHERE v > 5; CREATE MATERIALIZED VIEW b AS SELECT v FROM s WHERE v > 5;";
        var pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!);
        Assert.Same(pipeline.Views[0].Plan.Inputs[0], pipeline.Views[1].Plan.Inputs[0]);
        pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!, new HashSet<string> { "share_plans" });
        Assert.NotSame(pipeline.Views[0].Plan.Inputs[0], pipeline.Views[1].Plan.Inputs[0]);
    }

    const string Minute = "FROM TUMBLE(s, at, INTERVAL '1 minute') GROUP BY window_start, k";

    [Fact]
    public void Views_with_the_same_groups_share_an_aggregate_that_computes_for_all()
    {
        var sql = $"CREATE MATERIALIZED VIEW a AS SELECT window_start, k, SUM(price * 2.0) AS x {Minute}; CREATE MATERIALIZED VIEW b AS SELECT k, window_start, MAX(v) AS y, SUM(price * 2.0) AS z {Minute} EMIT FINAL;"
            + $"CREATE MATERIALIZED VIEW c AS SELECT k, window_start, COUNT(*) AS n {Minute.Replace(" GROUP", " WHERE v > 0 GROUP", StringComparison.Ordinal)}; CREATE VIEW unread AS SELECT k, window_start, MIN(v) AS y {Minute};";
        Assert.Equal(["Project window_start, k, sum AS x", "Aggregate sum(price * 2.0), max(v) by TUMBLE(at, INTERVAL '00:01:00'), k", "Project at, k, price * 2.0, v", "s"], Plan(sql, null));
        Assert.Equal(["Project k, window_start, max AS y, sum AS z", "Aggregate sum(price * 2.0), max(v) by TUMBLE(at, INTERVAL '00:01:00'), k", "Project at, k, price * 2.0, v", "s"], Plan(sql, null, "b"));
        Assert.Contains("Aggregate count(*) by TUMBLE(at, INTERVAL '00:01:00'), k where v > 0", Plan(sql, null, "c"));
        var pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!);
        var shared = Nodes(pipeline.Views[0].Plan).OfType<Aggregate>().Single();
        Assert.Same(shared, Nodes(pipeline.Views[1].Plan).OfType<Aggregate>().Single());
        Assert.Equal(["a", "b"], shared.Views);
        Assert.Contains("Aggregate sum(price * 2.0) by TUMBLE(at, INTERVAL '00:01:00'), k", Plan(sql, new HashSet<string> { "share_aggregates" }));
    }

    [Theory]
    [InlineData("SELECT window_start, k, SUM(v) AS x FROM TUMBLE(s, at, INTERVAL '2 minutes') GROUP BY window_start, k")]
    [InlineData("SELECT window_start, v, SUM(k) AS x FROM TUMBLE(s, at, INTERVAL '1 minute') GROUP BY window_start, v")]
    [InlineData("SELECT window_start, k, SUM(v) AS x FROM TUMBLE(s, at, INTERVAL '1 minute') WHERE k > 1 GROUP BY window_start, k")]
    [InlineData("SELECT window_start, k, SUM(10 / v) AS x FROM TUMBLE(s, at, INTERVAL '1 minute') GROUP BY window_start, k")]
    public void Groups_of_other_rows_keys_or_windows_stay_apart(string other)
    {
        var sql = $"CREATE MATERIALIZED VIEW a AS SELECT window_start, k, SUM(v) AS x {Minute}; CREATE MATERIALIZED VIEW b AS {other};";
        var pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!);
        Assert.Equal(["a"], Nodes(pipeline.Views[0].Plan).OfType<Aggregate>().Single().Views);
        Assert.Equal(["b"], Nodes(pipeline.Views[1].Plan).OfType<Aggregate>().Single().Views);
    }

    [Fact]
    public void Windows_whose_panes_are_parts_of_one_another_share_panes()
    {
        var sql = $"CREATE MATERIALIZED VIEW a AS SELECT window_start, k, SUM(price * 2.0) AS x {Minute};"
            + "CREATE MATERIALIZED VIEW b AS SELECT k, window_start, MAX(v) AS y FROM HOP(s, at, INTERVAL '2 minutes', INTERVAL '10 minutes') GROUP BY k, window_start EMIT FINAL;"
            + "CREATE MATERIALIZED VIEW c AS SELECT window_start, k, MIN(v) AS y FROM TUMBLE(s, at, INTERVAL '90 seconds') GROUP BY window_start, k;"
            + "CREATE MATERIALIZED VIEW d AS SELECT window_start, k, FIRST_VALUE(v) AS y FROM TUMBLE(s, at, INTERVAL '5 minutes') GROUP BY window_start, k;"
            + "CREATE MATERIALIZED VIEW e AS SELECT window_start, MIN(v) AS y FROM TUMBLE(s, at, INTERVAL '5 minutes') GROUP BY window_start;"
            + "CREATE MATERIALIZED VIEW f AS SELECT window_start, k, MIN(v) AS y FROM TUMBLE(s, at, INTERVAL '5 minutes') WHERE v > 1 GROUP BY window_start, k;"
            + "CREATE MATERIALIZED VIEW g AS SELECT window_start, k, MIN(v) AS y FROM SESSION(s PARTITION BY k, at, INTERVAL '1 minute') GROUP BY window_start, k;";
        const string panes = "PartialAggregate sum(price * 2.0), max(v) by TUMBLE(at, INTERVAL '00:01:00'), k";
        Assert.Equal(["Project window_start, k, sum AS x", "Aggregate sum(price * 2.0) by TUMBLE(at, INTERVAL '00:01:00'), k", panes, "Project at, k, price * 2.0, v", "s"], Plan(sql, null));
        Assert.Equal(["Project k, window_start, max AS y", "Aggregate max(v) by HOP(at, INTERVAL '00:02:00', INTERVAL '00:10:00'), k", panes, "Project at, k, price * 2.0, v", "s"], Plan(sql, null, "b"));
        foreach (var alone in (string[])["c", "d", "e", "f", "g"]) Assert.DoesNotContain(Plan(sql, null, alone), l => l.StartsWith("PartialAggregate", StringComparison.Ordinal));
        Assert.DoesNotContain(Plan(sql, new HashSet<string> { "share_panes" }), l => l.StartsWith("PartialAggregate", StringComparison.Ordinal));
        var pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!);
        Assert.Same(Nodes(pipeline.Views[0].Plan).OfType<PartialAggregate>().Single(), Nodes(pipeline.Views[1].Plan).OfType<PartialAggregate>().Single());
    }

    const string Tables = """
        CREATE SOURCE large (k INTEGER, g INTEGER, name TEXT) WITH (connector = 'file', path = 'l.csv', format = 'csv', rows = 100000);
        CREATE SOURCE small (k INTEGER, name TEXT) WITH (connector = 'file', path = 'm.csv', format = 'csv', rows = 40);
        CREATE SOURCE unknown (k INTEGER, name TEXT) WITH (connector = 'file', path = 'n.csv', format = 'csv');

        """;

    static string[] Joined(string select, IReadOnlySet<string>? off) =>
        [.. Plan($"{Tables}CREATE MATERIALIZED VIEW a AS {select} EMIT FINAL;", off).Where(l => l.Contains("Lookup", StringComparison.Ordinal) || l.StartsWith("Source", StringComparison.Ordinal))];

    [Theory]
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s JOIN large l ON l.k = s.k JOIN small m ON m.k = s.v", "small,large", true)] // the smaller first
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s JOIN small m ON m.k = s.v JOIN large l ON l.k = s.k", "small,large", false)] // as it stands
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s JOIN small m ON m.k = s.v JOIN large l ON l.k = s.k WHERE l.name = 'x'", "large,small", true)] // the one that lets few rows pass
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s LEFT JOIN small m ON m.k = s.v JOIN large l ON l.k = s.k AND l.g = 3", "large,small", true)]
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s JOIN large l ON l.k = s.k JOIN small m ON m.k = l.g", "large,small", false)] // needs the other's column
    [InlineData("SELECT s.v, l.name, m.name AS n FROM s JOIN unknown l ON l.k = s.k JOIN small m ON m.k = s.v", "unknown,small", false)] // nothing is known
    public void Tables_are_looked_up_in_the_order_of_what_they_let_pass_and_of_their_sizes(string select, string order, bool changes)
    {
        Assert.Equal(order, string.Join(',', Joined(select, null).Where(l => l.StartsWith("Source", StringComparison.Ordinal)).Select(l => l.Split(' ')[1])));
        Assert.Equal(changes, !Joined(select, null).SequenceEqual(Joined(select, new HashSet<string> { "order_joins" })));
    }

    [Fact]
    public void Of_two_tables_the_smaller_is_looked_up_in()
    {
        const string select = "SELECT m.name, l.name AS n FROM small m JOIN large l ON l.k = m.k AND l.g > 3";
        Assert.Equal(["large", "small"], Joined(select, null)[1..].Select(l => l.Split(' ')[1]));
        Assert.Equal(["small", "large"], Joined(select, new HashSet<string> { "order_joins" })[1..].Select(l => l.Split(' ')[1]));
    }

    [Fact]
    public void What_several_nodes_over_the_same_rows_compute_is_computed_once()
    {
        const string sql = "CREATE MATERIALIZED VIEW a AS SELECT k, price * 2.0 + 1.0 AS x FROM s; CREATE MATERIALIZED VIEW b AS SELECT v FROM s WHERE price * 2.0 > 4.0; CREATE MATERIALIZED VIEW c AS SELECT price * 2.0 + 1.0 AS y, v FROM s;";
        Assert.Equal(["Project k, \"$1\" AS x", "Project k, v, price, at, price * 2.0 + 1.0 AS $1, price * 2.0 AS $2", "s"], Plan(sql, null, "a"));
        Assert.Equal("Filter \"$2\" > 4.0", Plan(sql, null, "b")[^3]);
        Assert.Equal(["Project k, price * 2.0 + 1.0 AS x", "s"], Plan(sql, new HashSet<string> { "share_expressions" }, "a"));
        // What can fail is each view's own.
        const string fallible = "CREATE MATERIALIZED VIEW a AS SELECT k, 10 / v AS x FROM s; CREATE MATERIALIZED VIEW b AS SELECT v, 10 / v AS x FROM s;";
        Assert.Equal(["Project k, 10 / v AS x", "s"], Plan(fallible, null, "a"));
    }

    static IEnumerable<PlanNode> Nodes(PlanNode node) => node.Inputs.SelectMany(Nodes).Prepend(node);

    [Fact]
    public void A_condition_that_can_fail_stays_where_it_is()
    {
        var plan = Plan("CREATE MATERIALIZED VIEW a AS SELECT k FROM (SELECT k, v + 1 AS w FROM s) WHERE 10 / w > 1 EMIT FINAL;", null);
        Assert.Equal(["Project k", "Filter 10 / w > 1", "Project k, v + 1 AS w", "s"], plan);
        // Below its window a row would fail once, above it once a window.
        plan = Plan("CREATE MATERIALIZED VIEW a AS SELECT k FROM HOP(s, at, INTERVAL '1 minute', INTERVAL '2 minutes') WHERE 10 / v > 1 EMIT FINAL;", null);
        Assert.Equal(["Project k", "Filter 10 / v > 1"], plan[..2]);
        Assert.StartsWith("Window ", plan[2]);
    }

    [Fact]
    public void What_can_fail_is_computed_for_every_row_that_reaches_it_and_no_other()
    {
        // Nobody reads q, but its errors count.
        Assert.Equal(["Project p", "Project k AS p, 10 / v AS q", "s"], Plan("CREATE MATERIALIZED VIEW a AS SELECT p FROM (SELECT k AS p, 10 / v AS q FROM s) EMIT FINAL;", null));
        // Rows that the filter keeps out must not fail in the sum's argument.
        Assert.Equal(["Project sum AS x", "Aggregate sum(10 / v) by k", "Project k, 10 / v", "Filter v <> 0", "s"],
            Plan("CREATE MATERIALIZED VIEW a AS SELECT SUM(10 / v) AS x FROM s WHERE v <> 0 GROUP BY k EMIT FINAL;", null).Select(l => l.Replace(", k AS $k", "", StringComparison.Ordinal)));
        // Each of two views tells of its own errors.
        const string sql = "CREATE MATERIALIZED VIEW a AS SELECT k FROM s WHERE 10 / v > 5; CREATE MATERIALIZED VIEW b AS SELECT v FROM s WHERE 10 / v > 5;";
        var pipeline = PlanRules.Apply(SqlCompiler.Compile(Source + sql, new CompileOptions { Name = "t" }).Pipeline!);
        Assert.NotSame(pipeline.Views[0].Plan.Inputs[0], pipeline.Views[1].Plan.Inputs[0]);
    }

    [Fact]
    public void What_two_views_read_is_not_computed_twice()
    {
        const string sql = "CREATE VIEW a AS SELECT k, price * 2.0 AS p FROM s; CREATE MATERIALIZED VIEW b AS SELECT k FROM a WHERE p > 1.0; CREATE MATERIALIZED VIEW c AS SELECT p + 1.0 AS q FROM a;";
        Assert.Equal(["Project k", "Filter p > 1.0", "Project k, price * 2.0 AS p", "s"], Plan(sql, null, "b"));
        Assert.Equal(["Project p + 1.0 AS q", "Project k, price * 2.0 AS p", "s"], Plan(sql, null, "c"));
    }
}
