using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Sql;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Planning;

/// <summary>State keeps its name as long as what it computes is the same, wherever it stands in the file.</summary>
public sealed class PlanFingerprintTests
{
    const string Sources = """
        CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv');
        CREATE SOURCE visits (at TIMESTAMP, shop TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv');

        """;
    const string Sums = "CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders GROUP BY shop;\n";

    /// <summary>The names of the states of a view, by operator.</summary>
    static List<(string Operator, UInt128 Name)> Names(string sql, string view, int lanes = 1)
    {
        var compiled = SqlCompiler.Compile(Sources + sql, new CompileOptions { Name = "case", Connectors = new ConnectorList().Add(new TestConnector()) });
        Assert.True(compiled.Pipeline is not null, DiagnosticText.Render(compiled.Diagnostics));
        var plan = PhysicalPlanner.Plan(compiled.Pipeline.Optimize(), lanes);
        var prints = PlanFingerprint.Of(plan);
        Assert.Equal(prints.Length, prints.Distinct().Count());
        return [.. plan.Nodes.Where(n => n.Owner == view && n.Logical.HasState).Select(n => (n.Logical.Name, prints[n.Id]))];
    }

    [Theory]
    [InlineData("CREATE MATERIALIZED VIEW other AS SELECT shop, MAX(n) AS m FROM visits GROUP BY shop;\n" + Sums)]
    [InlineData(Sums + "CREATE MATERIALIZED VIEW big AS SELECT shop, s FROM sums WHERE s > 10;")]
    [InlineData("CREATE MATERIALIZED VIEW at AS SELECT at, n FROM orders WHERE n > 3;\n" + Sums)]
    [InlineData("CREATE VIEW both AS SELECT shop, n, at FROM orders;\n" + Sums)]
    [InlineData("-- a remark\nCREATE MATERIALIZED VIEW sums AS\n  SELECT shop, SUM( n ) AS s FROM orders GROUP BY shop;")]
    public void What_an_edit_does_not_touch_keeps_its_name(string edited) => Assert.Equal(Names(Sums, "sums"), Names(edited, "sums"));

    [Fact]
    public void The_number_of_lanes_changes_no_name_of_groups() => Assert.Equal(Names(Sums, "sums"), Names(Sums, "sums", lanes: 3));

    [Fact]
    public void The_number_of_lanes_changes_no_name()
    {
        const string sql = "CREATE MATERIALIZED VIEW best AS SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY n DESC) AS r FROM orders) AS t WHERE r <= 3 EMIT FINAL;";
        var names = Names(sql, "best");
        Assert.Equal(2, names.Count); // the ranking, and what tells its rows finally
        Assert.Equal(names, Names(sql, "best", lanes: 4));
    }

    [Fact]
    public void What_computes_another_thing_has_another_name()
    {
        string[] queries =
        [
            "SUM(n) AS s FROM orders GROUP BY shop",
            "SUM(n) AS s FROM visits GROUP BY shop",
            "SUM(n) AS s FROM orders WHERE n > 0 GROUP BY shop",
            "SUM(n) AS s FROM orders WHERE n > 1 GROUP BY shop",
            "MAX(n) AS s FROM orders GROUP BY shop",
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n) AS s FROM orders GROUP BY shop",
            "PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY n) AS s FROM orders GROUP BY shop",
            "SUM(n + 1) AS s FROM orders GROUP BY shop",
            "SUM(DISTINCT n) AS s FROM orders GROUP BY shop",
            "SUM(n) FILTER (WHERE n > 0) AS s FROM orders GROUP BY shop",
            "SUM(n) AS s FROM orders GROUP BY shop, n",
            "SUM(n) AS s FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY shop, window_start, window_end",
            "SUM(n) AS s FROM TUMBLE(orders, at, INTERVAL '2 minutes') GROUP BY shop, window_start, window_end",
            "SUM(n) AS s FROM orders GROUP BY shop EMIT FINAL", // it remembers no row that was told
        ];
        var names = queries.Select(q => Assert.Single(Names($"CREATE MATERIALIZED VIEW sums AS SELECT shop, {q};", "sums")).Name).ToList();
        Assert.Equal(queries.Length, names.Distinct().Count());
    }
}
