using Millrace.Planning;

namespace Millrace.Tests.Sql;

/// <summary>OVER and ranks with a limit: which plans come of which text, and what is refused.</summary>
public sealed class OverTests
{
    static string Top(string select)
    {
        var node = Compiling.View(select);
        while (node is not TopN) node = node.Inputs[0];
        return node.Details;
    }

    [Theory]
    [InlineData("rn <= 3", "ROW_NUMBER <= 3 as a column by product order by price DESC")]
    [InlineData("rn < 3", "ROW_NUMBER <= 2 as a column by product order by price DESC")]
    [InlineData("3 >= rn AND quantity > 0", "ROW_NUMBER <= 3 as a column by product order by price DESC")]
    [InlineData("rn = 1", "ROW_NUMBER <= 1 by product order by price DESC")]
    [InlineData("rn BETWEEN 2 AND 4", "ROW_NUMBER <= 4 as a column by product order by price DESC")]
    [InlineData("rn <= 7 AND rn > 2 AND rn <= 5", "ROW_NUMBER <= 5 as a column by product order by price DESC")]
    public void A_condition_on_the_rank_limits_what_is_kept(string condition, string details) =>
        Assert.Equal(details, Top($"SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC) AS rn FROM orders) WHERE {condition}"));

    [Fact]
    public void The_key_is_that_of_the_input_where_the_rank_is_not_selected()
    {
        var plan = Compiling.View("""
            SELECT product, n FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY n DESC) AS rn FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product)) WHERE rn <= 10
            """);
        Assert.Equal(["product"], plan.Key.Select(k => plan.Schema[k].Name));
        Assert.Equal(["product", "n"], plan.Schema.Fields.Select(f => f.Name));
    }

    [Fact]
    public void The_key_is_partition_and_rank_where_it_is_selected_or_the_input_has_none()
    {
        foreach (var columns in new[] { "product, price", "product, price, rn" })
        {
            var plan = Compiling.View($"SELECT {columns} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price) AS rn FROM orders) WHERE rn <= 2");
            Assert.Equal(["product", columns.EndsWith("rn", StringComparison.Ordinal) ? "rn" : "$rn"], plan.Key.Select(k => plan.Schema[k].Name));
        }
        var one = Compiling.View("SELECT product, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product, country ORDER BY price) AS rn FROM orders) WHERE rn = 1");
        Assert.Equal(["product", "$country"], one.Key.Select(k => one.Schema[k].Name));
    }

    [Theory]
    [InlineData("SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC) AS rn FROM orders",
        "MR1260 6:28+60 ROW_NUMBER by this order numbers rows anew with every row that comes. Keep the first n: SELECT ... FROM (SELECT *, ROW_NUMBER() OVER (...) AS rn FROM ...) WHERE rn <= n; or order by the time column, ascending.")]
    [InlineData("SELECT product FROM orders WHERE ROW_NUMBER() OVER (ORDER BY price) <= 3",
        "MR1261 6:51+34 OVER stands in the select list only. Give ROW_NUMBER a name in a query in FROM, and use the name.")]
    [InlineData("SELECT SUM(quantity) OVER w AS s FROM orders WINDOW v AS (ORDER BY at)", "MR1262 6:44+1 no window 'w'. WINDOW declares: v.")]
    [InlineData("SELECT SUM(quantity) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND 2 PRECEDING) AS s FROM orders", "MR1262 6:57+40 the frame ends before it starts: the start has the greater offset.")]
    [InlineData("SELECT SUM(quantity) OVER (ORDER BY product RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM orders",
        "MR1262 6:76+11 RANGE with an offset goes by a time, a whole number or a DECIMAL of up to 18 digits; this ORDER BY is TEXT.")]
    [InlineData("SELECT LAG(quantity, -1) OVER (ORDER BY at) AS s FROM orders", "MR1090 6:39+2 the number of rows of LAG is a whole number from 0.")]
    [InlineData("SELECT NTILE(4) OVER (ORDER BY at) AS s FROM orders", "MR1262 6:25+5 NTILE needs the rows behind the row at hand. Use ROW_NUMBER, RANK or DENSE_RANK.")]
    [InlineData("SELECT lagg(quantity) OVER (ORDER BY at) AS s FROM orders", "MR1262 6:25+4 'lagg' is neither an aggregate nor a function of windows. Did you mean 'lag'?")]
    [InlineData("SELECT SUM(quantity) OVER (PARTITION BY product) AS s FROM orders",
        "MR1263 6:25+41 OVER with no ORDER BY: a stream has no end at which its rows could be put in order. Order by 'at', ascending, or let PARTITION BY have it.")]
    [InlineData("SELECT SUM(quantity) OVER (ORDER BY price) AS s FROM orders",
        "MR1263 6:54+5 OVER with an ORDER BY that event time says nothing about: a stream has no end at which its rows could be put in order. Order by 'at', ascending, or let PARTITION BY have it.")]
    [InlineData("SELECT SUM(quantity) OVER (ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS s FROM orders",
        "MR1262 6:25+81 a frame with UNBOUNDED FOLLOWING needs the whole partition, and these go on. Let PARTITION BY have a column of event time such as window_start; or use ROWS n FOLLOWING, which waits for n rows.")]
    [InlineData("SELECT SUM(quantity) OVER (ORDER BY at GROUPS 2 PRECEDING) AS s FROM orders", "MR1900 6:57+6 GROUPS does not exist yet. Use ROWS or RANGE.")]
    public void What_does_not_fit_is_refused(string select, string error) => Assert.Equal(error, Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS {select}"));

    [Fact]
    public void One_window_is_one_node_however_many_functions_look_through_it()
    {
        var plan = Compiling.View("""
            SELECT at, SUM(quantity) OVER (w ROWS 2 PRECEDING) AS a, LAG(price) OVER w AS b, ROW_NUMBER() OVER w AS c, AVG(price) OVER (w RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW) AS d
            FROM orders WINDOW w AS (PARTITION BY product ORDER BY at)
            """);
        var over = Assert.IsType<Over>(plan.Inputs[0]);
        Assert.Equal("SUM(quantity) ROWS 2 PRECEDING to CURRENT ROW, LAG(price), ROW_NUMBER(), AVG(price) RANGE INTERVAL '01:00:00' PRECEDING to CURRENT ROW by product order by at", over.Details);
        Assert.Equal(ChangeMode.Append, over.Mode);
        Assert.Equal("at", plan.Schema[plan.TimeColumn].Name);
    }

    [Fact]
    public void Over_rows_that_never_become_final_it_waits_for_the_end_and_says_so()
    {
        const string Text = "CREATE VIEW v AS SELECT product, AVG(n) OVER (ORDER BY product ROWS 2 PRECEDING) AS a FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product)";
        var warning = Assert.Single(Millrace.Sql.SqlCompiler.Compile(Compiling.Orders + Text, Compiling.Options).Diagnostics, d => d.Code == "MR2040");
        Assert.StartsWith("OVER with an ORDER BY that event time says nothing about: its rows wait for the end of the input", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Partitions_that_never_pass_are_warned_of()
    {
        const string Select = "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price) AS rn FROM orders) WHERE rn <= 2";
        IEnumerable<string> Codes(string text) => Millrace.Sql.SqlCompiler.Compile(Compiling.Orders + text, Compiling.Options).Diagnostics.Select(d => d.Code).Where(c => c == "MR2001");
        Assert.Single(Codes($"CREATE VIEW v AS {Select}"));
        Assert.Empty(Codes($"CREATE VIEW v WITH (state_ttl = '1 day') AS {Select}"));
        Assert.Empty(Codes($"CREATE VIEW v AS {Select.Replace("PARTITION BY product", "PARTITION BY window_start", StringComparison.Ordinal).Replace("FROM orders", "FROM TUMBLE(orders, at, INTERVAL '1 hour')", StringComparison.Ordinal)}"));
    }
}
