using Millrace.Runtime;
using Millrace.Tests.Sql;

namespace Millrace.Tests.Runtime;

public sealed class ViewSummaryTests
{
    [Theory]
    [InlineData("SELECT window_start, country, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start, country", "1 hour by country")]
    [InlineData("SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '90 minutes') GROUP BY window_start HAVING COUNT(*) > 1", "1 hour 30 minutes")]
    [InlineData("SELECT window_start, COUNT(*) AS n FROM HOP(orders, at, INTERVAL '1 hour', INTERVAL '3 hours') GROUP BY window_start", "3 hours each 1 hour")]
    [InlineData("SELECT country, product, COUNT(*) AS n FROM orders GROUP BY country, product", "by country, product")]
    [InlineData("SELECT COUNT(*) AS n FROM orders", "one row")]
    [InlineData("SELECT DISTINCT ON (invoice, at) invoice, at FROM orders", "distinct on invoice, at")]
    [InlineData("SELECT product FROM orders UNION ALL SELECT product FROM orders", "union all")]
    [InlineData("SELECT product FROM orders WHERE quantity > 1", "filter")]
    [InlineData("SELECT product FROM orders", "columns")]
    public void A_view_is_told_in_a_few_words(string query, string words)
    {
        var pipeline = Compiling.Good($"{Compiling.Orders}CREATE VIEW v AS {query};");
        var source = pipeline.Sources.Single().Plan;
        Assert.Equal(words, ViewSummary.Of(pipeline.Views.Single().Plan, node => ReferenceEquals(node, source)));
    }

    [Fact]
    public void What_is_below_another_view_is_not_told()
    {
        var pipeline = Compiling.Good($"{Compiling.Orders}CREATE VIEW few AS SELECT product, quantity FROM orders WHERE quantity > 1; CREATE VIEW v AS SELECT product FROM few;");
        var few = pipeline.Views.First(view => view.Name == "few").Plan;
        Assert.Equal("columns", ViewSummary.Of(pipeline.Views.First(view => view.Name == "v").Plan, node => ReferenceEquals(node, few)));
    }
}
