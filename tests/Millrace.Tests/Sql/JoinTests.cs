namespace Millrace.Tests.Sql;

/// <summary>Joins in SQL: what is refused and warned of, and which plans come out.</summary>
public sealed class JoinTests
{
    [Theory]
    [InlineData("SELECT quantity FROM orders JOIN orders ON true", "MR1200 6:51+6 'orders' stands for two tables of this FROM. Give one of them another name: orders AS other.")]
    [InlineData("SELECT quantity FROM orders a JOIN orders b ON a.product = b.product",
        "MR1043 6:25+8 'quantity' stands for a column of a and one of b. Write a.quantity or b.quantity.")]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b ON a.contry = b.product", "MR1042 6:69+6 no column 'contry' in a JOIN b. Did you mean 'country'?")]
    [InlineData("SELECT c.quantity FROM orders a JOIN orders b ON a.product = b.product", "MR1040 6:25+1 no table 'c' in this FROM. There is: a, b.")]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b", "MR1007 6:63+1 found the end of the text where ON condition or USING (column, ...) was expected.")]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b USING (colour)", "MR1042 6:71+6 no column 'colour' in orders. Its columns are: invoice, product, quantity, price, customer, country, at, amount.")]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b ON a.product", "MR1061 6:67+9 ON needs a condition; this is TEXT. Compare it with something, e.g. with <> or IS NOT NULL.")]
    [InlineData("SELECT a.quantity FROM orders a NATURAL JOIN orders b", "MR1900 6:50+7 NATURAL JOIN does not exist yet. Write JOIN ... USING (column, ...).")]
    [InlineData("SELECT quantity FROM orders WHERE quantity > 1 OR product IN (SELECT product FROM orders)",
        "MR1201 6:68+39 IN (SELECT ...) stands only as a condition of WHERE that AND joins to the others. Join the table in FROM instead.")]
    [InlineData("SELECT EXISTS (SELECT 1) AS e FROM orders", "MR1201 6:25+17 EXISTS stands only as a condition of WHERE that AND joins to the others. Join the table in FROM instead.")]
    [InlineData("SELECT SUM(quantity) AS q FROM orders GROUP BY (SELECT 1)", "MR1201 6:65+10 a query cannot stand for a value inside a key of GROUP BY. Compute it in a query in FROM, or join the table.")]
    [InlineData("SELECT quantity FROM orders WHERE product IN (SELECT product, country FROM orders)", "MR1202 6:64+35 the query behind IN has 2 columns; it needs one.")]
    [InlineData("SELECT (SELECT product, country FROM orders) AS x FROM orders", "MR1202 6:25+37 a query that stands for a value has one column; this one has 2.")]
    [InlineData("SELECT (SELECT MAX(b.price) FROM orders b WHERE b.at < a.at) AS x FROM orders a",
        "MR1203 6:66+11 a query that stands for a value may be compared with the query around it by equalities alone, e.g. WHERE t.k = o.k. Join the tables in FROM instead.")]
    [InlineData("SELECT a.country, (SELECT MAX(b.price) FROM orders b WHERE b.product = a.product) AS x FROM orders a GROUP BY a.country",
        "MR1080 6:89+9 'product' is neither in GROUP BY nor inside an aggregate. Add it to GROUP BY, or write e.g. MAX(product).")]
    [InlineData("SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') WHERE product IN (SELECT product FROM orders) GROUP BY window_start",
        "MR1204 6:102+39 a row may pass this condition at any later time, so that windows over the rows would never be complete. Group first, in a query in FROM, and compare its rows.")]
    [InlineData("SELECT window_start, COUNT(*) AS n FROM TUMBLE((SELECT a.at FROM orders a JOIN orders b ON a.product = b.product), at, INTERVAL '1 hour') GROUP BY window_start",
        "MR1204 6:133+2 a row of the join may come at any later time, so that a window over 'at' would never close. Bound the join, e.g. AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 hour', or lay the windows below it.")]
    public void Faulty_joins_are_told(string select, string errors) => Assert.Equal(errors, Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS {select}"));

    [Theory]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b ON a.product = b.product",
        "MR2010 6:50+4 every row of both sides is kept for ever in 'v': a partner may come at any time. Bound it by event time, e.g. AND b.at BETWEEN a.at AND a.at + INTERVAL '1 hour', or add WITH (state_ttl = '1 day') to the view.")]
    [InlineData("SELECT a.quantity FROM orders a, orders b WHERE a.product = b.product AND a.at <= b.at",
        "MR2010 6:49+1 every row of a is kept for ever in 'v': a partner may come at any time. Bound it by event time, e.g. AND b.at BETWEEN a.at AND a.at + INTERVAL '1 hour', or add WITH (state_ttl = '1 day') to the view.")]
    [InlineData("SELECT a.quantity FROM orders a JOIN orders b ON a.product = b.product AND b.at BETWEEN a.at - INTERVAL '1 minute' AND a.at", "")]
    public void State_that_nothing_bounds_is_a_warning(string select, string warnings) =>
        Assert.Equal(warnings, Compiling.Warnings($"{Compiling.Orders}CREATE VIEW v AS {select}"));

    [Fact]
    public void State_ttl_bounds_the_distance_of_partners() =>
        Assert.Equal("", Compiling.Errors($"{Compiling.Orders}CREATE VIEW v WITH (state_ttl = '1 hour') AS SELECT a.quantity FROM orders a JOIN orders b ON a.product = b.product")
            + string.Join('\n', Compiling.Warnings($"{Compiling.Orders}CREATE VIEW v WITH (state_ttl = '1 hour') AS SELECT a.quantity FROM orders a JOIN orders b ON a.product = b.product").Split('\n').Skip(1)));

    [Theory]
    [InlineData("SELECT a.quantity FROM orders a, orders b, orders c WHERE c.invoice = a.invoice AND b.customer = c.customer AND a.quantity > 1 AND c.quantity < 5",
        """
        Project quantity
          Project
            Join INNER on customer = customer
              Join INNER on invoice = invoice
                Filter quantity > 1
                Filter quantity < 5
        """)]
    [InlineData("SELECT a.quantity FROM orders a LEFT JOIN orders b ON a.product = b.product AND b.quantity > 1 AND a.quantity > 2 WHERE a.quantity > 3",
        """
        Project quantity
          Project
            Join LEFT on product = product AND quantity > 2
              NumberRows
                Filter quantity > 3
              NumberRows
                Filter quantity > 1
        """)]
    public void Conditions_go_where_they_do_most_good(string select, string plan)
    {
        // Names and indentation of what stands above the sources; lists of columns left out.
        var lines = Millrace.Sql.PlanText.Lines(Compiling.View(select)).Where(l => l.TrimStart() is var t && (t.StartsWith("Join", StringComparison.Ordinal) || t.StartsWith("Filter", StringComparison.Ordinal)))
            .Select(l => l[..l.IndexOf("  [", l.Length - l.TrimStart().Length, StringComparison.Ordinal)].Trim());
        var expected = plan.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("Join", StringComparison.Ordinal) || l.StartsWith("Filter", StringComparison.Ordinal));
        Assert.Equal(expected, lines);
    }
}
