using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>GROUP BY with several sets: which sets come of which text, and what is refused.</summary>
public sealed class GroupingSetTests
{
    /// <summary>The sets that a GROUP BY makes, as EXPLAIN shows them.</summary>
    static string Sets(string groupBy)
    {
        var node = Compiling.View($"SELECT COUNT(*) AS n FROM orders GROUP BY {groupBy}");
        while (node is not Expand) node = node.Inputs[0];
        return node.Details;
    }

    [Theory]
    [InlineData("ROLLUP (product, country)", "(product, country), (product), ()")]
    [InlineData("CUBE (product, country)", "(product, country), (product), (country), ()")]
    [InlineData("GROUPING SETS ((product, country), product, ())", "(product, country), (product), ()")]
    [InlineData("country, ROLLUP (product, quantity)", "(country, product, quantity), (country, product), (country)")]
    [InlineData("ROLLUP ((product, country), quantity)", "(product, country, quantity), (product, country), ()")]
    [InlineData("ROLLUP (product), CUBE (country)", "(product, country), (product), (country), ()")]
    [InlineData("GROUPING SETS (ROLLUP (product), (country), GROUPING SETS ((quantity), ()))", "(product), (), (country), (quantity), ()")]
    [InlineData("(product, country), ROLLUP (quantity)", "(product, country, quantity), (product, country)")]
    [InlineData("GROUPING SETS (product, product)", "(product), (product)")]
    public void Elements_are_multiplied_out(string groupBy, string sets) => Assert.Equal(sets, Sets(groupBy));

    [Theory]
    [InlineData("(product)")]
    [InlineData("GROUPING SETS ((product, country))")]
    [InlineData("(product, country), ()")]
    [InlineData("(quantity + 1) * 2")]
    public void One_set_is_a_plain_group(string groupBy) => Assert.DoesNotContain("Expand", Compiling.Tree(Compiling.View($"SELECT COUNT(*) AS n FROM orders GROUP BY {groupBy}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT GROUPING(product) AS g FROM orders", "MR1280 6:25+17 GROUPING cannot stand in ORDER BY or DISTINCT ON of a query without GROUP BY; it belongs into SELECT and HAVING of a query with GROUP BY.")]
    [InlineData("SELECT GROUPING(country) AS g FROM orders GROUP BY ROLLUP (product)", "MR1280 6:34+7 GROUPING takes what GROUP BY groups by, written as it is there.")]
    [InlineData("SELECT GROUPING() AS g FROM orders GROUP BY ROLLUP (product)", "MR1280 6:25+10 GROUPING takes 1 to 31 keys of GROUP BY.")]
    [InlineData("SELECT country FROM orders GROUP BY ROLLUP (product)", "MR1080 6:25+7 'country' is neither in GROUP BY nor inside an aggregate. Add it to GROUP BY, or write e.g. MAX(country).")]
    [InlineData("SELECT product FROM orders GROUP BY ROLLUP (1, 2)", "MR1083 6:65+1 no position 2 in a select list of 1 columns.")]
    [InlineData("SELECT COUNT(*) AS n FROM orders GROUP BY CUBE (quantity, quantity+1, quantity+2, quantity+3, quantity+4, quantity+5, quantity+6, quantity+7, quantity+8, quantity+9, quantity+10, quantity+11, quantity+12)",
        "MR1280 6:60+162 GROUP BY makes more than 4096 grouping sets. Leave out some keys of CUBE, or write the sets that are meant.")]
    public void What_does_not_fit_is_refused(string select, string error) => Assert.Equal(error, Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS {select}"));

    [Fact]
    public void A_set_without_the_window_is_unbounded_and_says_so()
    {
        const string Select = "CREATE VIEW v AS SELECT window_start, country, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY ";
        Assert.DoesNotContain(SqlCompiler.Compile(Compiling.Orders + Select + "window_start, ROLLUP (country);", Compiling.Options).Diagnostics, d => d.Code == "MR2001");
        var warning = Assert.Single(SqlCompiler.Compile(Compiling.Orders + Select + "GROUPING SETS ((window_start, country), country);", Compiling.Options).Diagnostics, d => d.Code == "MR2001");
        Assert.Contains("not every grouping set has the window", warning.Message, StringComparison.Ordinal);
    }
}
