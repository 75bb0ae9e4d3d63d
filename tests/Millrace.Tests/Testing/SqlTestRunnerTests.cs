using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql;
using Millrace.Testing;

namespace Millrace.Tests.Testing;

/// <summary>CREATE TEST as it runs: what passes, and what is said of what does not.</summary>
public sealed class SqlTestRunnerTests
{
    const string Shop = """
        CREATE SOURCE sales (product TEXT, price DECIMAL(10,2), at TIMESTAMP,
          WATERMARK FOR at AS at - INTERVAL '10 seconds',
          CONSTRAINT has_price EXPECT (price > 0) ON VIOLATION QUARANTINE,
          CONSTRAINT sane EXPECT (price < 1000) ON VIOLATION FAIL
        ) WITH (connector = 'file', path = '${DATA}', format = 'csv') ON LATE UPDATE FOR INTERVAL '1 minute' THEN TO late_sales;
        CREATE SOURCE products (product TEXT, category TEXT) WITH (connector = 'file', path = 'products.csv', format = 'csv');
        CREATE SOURCE events (name TEXT, at TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'http', format = 'json');
        CREATE VIEW cheap AS SELECT * FROM sales WHERE price < 3;
        CREATE VIEW categories AS SELECT s.at, p.category, s.price FROM sales AS s LEFT JOIN products AS p ON s.product = p.product;
        CREATE MATERIALIZED VIEW by_minute AS
          SELECT window_start, product, SUM(price) AS revenue, AVG(CAST(price AS DOUBLE)) AS mean FROM TUMBLE(sales, at, INTERVAL '1 minute') GROUP BY window_start, product;
        CREATE MATERIALIZED VIEW closed AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(sales, at, INTERVAL '1 minute') GROUP BY window_start EMIT FINAL;
        CREATE MATERIALIZED VIEW by_hour AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(events, at, INTERVAL '1 hour') GROUP BY window_start EMIT FINAL;
        CREATE SINK out FROM closed WITH (connector = 'file', path = 'out.csv', format = 'csv');

        """;

    static Pipeline Compiled(string test)
    {
        var compiled = SqlCompiler.Compile(Shop + test, TestSql.Options(new() { Path = "shop.sql" }));
        Assert.True(compiled.Pipeline is not null, DiagnosticText.Render(compiled.Diagnostics));
        return compiled.Pipeline;
    }

    static SqlTestResult Run(string test, int? seed = null)
    {
        var pipeline = Compiled(test);
        return SqlTestRunner.Run(pipeline, pipeline.Tests.Single(), seed);
    }

    [Theory]
    [InlineData("GIVEN sales VALUES ('tea', 2.50, '2026-01-01 10:00:05'), ('tea', 2.50, '2026-01-01 10:00:40'), ('cake', 4, '2026-01-01 10:00:41') " +
        "EXPECT SELECT * FROM by_minute RETURNS ('2026-01-01 10:00', 'cake', 4, 4), ('2026-01-01 10:00', 'tea', 5, 2.5) EXPECT SELECT * FROM closed RETURNS ('2026-01-01 10:00', 3)")]
    [InlineData("EXPECT SELECT * FROM by_minute RETURNS NOTHING")]
    [InlineData("GIVEN sales (price) VALUES (1) EXPECT SELECT product, price FROM cheap RETURNS (NULL, 1)")]
    // Nothing but the end closes a window that no watermark has passed; with ADVANCE or END the test says so itself.
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') ADVANCE EVENT TIME TO '2026-01-01 10:01:59' EXPECT SELECT n FROM closed RETURNS NOTHING " +
        "ADVANCE EVENT TIME OF sales TO '2026-01-01 10:02:00' EXPECT SELECT n FROM closed RETURNS (1)")]
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') ADVANCE CLOCK BY INTERVAL '0 seconds' EXPECT SELECT n FROM closed RETURNS NOTHING END EXPECT SELECT n FROM closed RETURNS (1)")]
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') END OF products EXPECT SELECT n FROM closed RETURNS NOTHING END OF sales EXPECT SELECT n FROM closed RETURNS (1)")]
    // An EXPECT before the last GIVEN sees what holds then.
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') EXPECT SELECT product FROM by_minute RETURNS ('tea') EXPECT SELECT n FROM closed RETURNS NOTHING " +
        "GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:06') EXPECT SELECT n FROM closed RETURNS (2)")]
    // Late rows: within the allowed minute they count, past it they go to their table.
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') ADVANCE EVENT TIME TO '2026-01-01 10:01:30' GIVEN sales VALUES ('tea', 2, '2026-01-01 10:00:59') " +
        "EXPECT SELECT revenue FROM by_minute RETURNS (3) EXPECT SELECT * FROM late_sales RETURNS NOTHING " +
        "ADVANCE EVENT TIME TO '2026-01-01 10:02:00' GIVEN sales VALUES ('tea', 4, '2026-01-01 10:00:58') " +
        "EXPECT SELECT revenue FROM by_minute RETURNS (3) EXPECT SELECT view, price FROM late_sales ORDER BY view RETURNS ('by_minute', 4), ('closed', 4)")]
    [InlineData("GIVEN sales VALUES ('free', 0, '2026-01-01 10:00:05') EXPECT SELECT source, rule FROM dead_letters RETURNS ('sales', 'has_price')")]
    // A table is read before the rows that are looked up in it, wherever it stands.
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') GIVEN products VALUES ('cake', 'food') GIVEN products VALUES ('tea', 'drink') " +
        "ADVANCE EVENT TIME OF sales TO '2026-01-01 12:00:00' EXPECT SELECT category FROM categories RETURNS ('drink')")]
    [InlineData("GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') EXPECT SELECT category FROM categories RETURNS (NULL)")]
    // A silent source is idle after 30 seconds; then time moves on with the clock.
    [InlineData("GIVEN events VALUES ('a', '2026-01-01 10:59:30') ADVANCE CLOCK BY INTERVAL '59 seconds' EXPECT SELECT * FROM by_hour RETURNS NOTHING " +
        "ADVANCE CLOCK BY INTERVAL '3 seconds' EXPECT SELECT n FROM by_hour RETURNS (1)")]
    public void A_test_passes_in_every_way(string steps)
    {
        var result = Run("CREATE TEST t " + steps);
        Assert.True(result.Passed, result.ToString());
        Assert.Equal(SqlTestRunner.Ways, result.Ways);
        Assert.Equal("t", result.ToString());
    }

    [Fact]
    public void Rows_that_differ_are_shown_with_their_lines()
    {
        var result = Run("""
            CREATE TEST wrong
              GIVEN sales VALUES ('tea', 2.50, '2026-01-01 10:00:05'), ('cake', 4, '2026-01-01 10:00:41'), ('', 1, '2026-01-01 10:00:42')
              EXPECT SELECT product, revenue, mean FROM by_minute RETURNS
                ('tea', 2.60, 2.5),
                ('bread', NULL, 0);
            """);
        Assert.False(result.Passed);
        Assert.Equal(1, result.Ways);
        Assert.Equal("""
            wrong (shop.sql:15:13)
            shop.sql:17: 1 row is missing, 2 rows were not expected, 1 row is different (expected -> found)
              product |      revenue | mean
            - bread   |         NULL |    0   line 19
            + ''      |         1.00 |    1
            + cake    |         4.00 |    4
            ~ tea     | 2.60 -> 2.50 |  2.5   line 18
            """, result.ToString());
        var rows = result.Failure!.Rows!;
        Assert.Equal(["product", "revenue", "mean"], rows.Columns);
        Assert.Equal((19, "bread,,0"), (rows.Missing[0].Line, string.Join(',', rows.Missing[0].Row)));
        Assert.Equal("2.60", rows.Different[0].Expected[1]);
        Assert.Equal("2.50", rows.Different[0].Found[1]);
    }

    [Fact]
    public void With_ORDER_BY_the_order_matters()
    {
        const string given = "CREATE TEST t GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05'), ('cake', 2, '2026-01-01 10:00:41') EXPECT SELECT product FROM cheap";
        Assert.True(Run(given + " ORDER BY product RETURNS ('cake'), ('tea')").Passed);
        Assert.True(Run(given + " RETURNS ('tea'), ('cake')").Passed);
        Assert.True(Run(given + " RETURNS ('cake'), ('tea')").Passed);
        var result = Run(given + " ORDER BY product RETURNS ('tea'), ('cake')");
        Assert.True(result.Failure!.Rows!.IsOrder);
        Assert.Equal("the rows are those that are expected, in another order (expected -> found)", result.Failure.Message);
    }

    [Fact]
    public void Each_expected_row_stands_for_one()
    {
        const string given = "CREATE TEST t GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05'), ('tea', 1, '2026-01-01 10:00:05') EXPECT SELECT product FROM cheap RETURNS ";
        Assert.Equal("1 row was not expected", Run(given + "('tea')").Failure!.Message);
        Assert.True(Run(given + "('tea'), ('tea')").Passed);
        Assert.Equal("1 row is missing", Run(given + "('tea'), ('tea'), ('tea')").Failure!.Message);
    }

    [Fact]
    public void Doubles_are_the_same_up_to_a_part_in_a_trillion()
    {
        const string given = "CREATE TEST t GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05'), ('tea', 1, '2026-01-01 10:00:06'), ('tea', 2, '2026-01-01 10:00:07') EXPECT SELECT mean FROM by_minute RETURNS ";
        Assert.True(Run(given + "(1.3333333333333)").Passed);
        Assert.False(Run(given + "(1.33333333333)").Passed);
        Assert.False(Run(given + "(NULL)").Passed);
    }

    [Fact]
    public void A_pipeline_that_fails_fails_the_test_at_the_step()
    {
        var result = Run("""
            CREATE TEST t
              GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05')
              GIVEN sales VALUES ('gold', 5000, '2026-01-01 10:00:06')
              EXPECT SELECT * FROM by_minute RETURNS NOTHING
            """);
        Assert.Null(result.Failure!.Rows);
        Assert.Equal(17, result.Failure.Line);
        Assert.Contains("sane", result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_that_cannot_be_computed_fails_the_test()
    {
        var result = Run("CREATE TEST t GIVEN sales VALUES ('tea', 1, '2026-01-01 10:00:05') EXPECT SELECT 1 / (revenue - 1) FROM by_minute RETURNS (1)");
        Assert.Contains("division by zero", result.Failure!.Message, StringComparison.OrdinalIgnoreCase);
    }

    // What comes first is kept: another order of the same rows is another answer, and no law of Millrace's makes it the same.
    [Fact]
    public void A_failure_in_another_way_names_the_seed_that_shows_it_again()
    {
        var difference = RowDifference.Between(new(new Field("a", DataType.Text)), [(3, [new("x", null)])], [], false);
        var result = new SqlTestResult("t", "f.sql:1:1", 5, new(Way.Of(3).ToString(), 3, 2, difference!.Summary, difference));
        Assert.Equal($"""
            t (f.sql:1:1)
            f.sql:2: 1 row is missing
              a
            - x   line 3
            Only in another way ({Way.Of(3)}): --seed 3 runs it again.
            """, result.ToString());
        Assert.StartsWith("seed 3: ", Way.Of(3).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ways_differ_in_lanes_batches_and_crashes()
    {
        var ways = Enumerable.Range(1, 6).Select(Way.Of).ToList();
        Assert.True(ways.Select(w => w.Lanes).Distinct().Count() > 1);
        Assert.True(ways.Select(w => w.BatchRows).Distinct().Count() > 1);
        Assert.Contains(ways, w => w.Crashes > 0);
        Assert.Equal(ways, Enumerable.Range(1, 6).Select(Way.Of));
        var crashes = 0;
        foreach (var way in ways)
        {
            using var test = new PipelineTest(Compiled("CREATE TEST t EXPECT SELECT * FROM cheap RETURNS NOTHING"), TestSql.Options(new()), way);
            for (var i = 0; i < 20; i++)
            {
                test.Push("sales", [i % 2 == 0 ? "tea" : "cake", 1m, $"2026-01-01 10:00:{i:d2}"]);
                test.Settle();
            }
            test.End();
            Assert.Equal(2, test.Rows("by_minute").Count);
            Assert.Equal([20L], test.Query("SELECT SUM(n) FROM closed")[0].Select(v => Convert.ToInt64(v, null)));
            crashes += test.Crashes;
        }
        Assert.True(crashes > 2);
    }

    [Fact]
    public void A_file_gives_the_results_of_its_tests_in_order()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Shop + """
                CREATE TEST b EXPECT SELECT * FROM by_minute RETURNS NOTHING;
                CREATE TEST a EXPECT SELECT COUNT(*) FROM by_minute RETURNS (1);
                """);
            Assert.Equal(["b True 8", "a False 1"], SqlTestRunner.RunFile(path).Select(r => $"{r.Name} {r.Passed} {r.Ways}"));
            Assert.Equal([2, 1], SqlTestRunner.RunFile(path, seed: 4).Select(r => r.Ways));
            File.WriteAllText(path, "CREATE VIEW");
            Assert.Throws<ArgumentException>(() => SqlTestRunner.RunFile(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
