namespace Millrace.Tests.Sql;

/// <summary>Table functions in FROM: what is refused.</summary>
public sealed class TableFunctionTests
{
    [Theory]
    [InlineData("LATERAL (SELECT o.product)", "MR1900", "a query behind LATERAL does not exist yet. Table functions can stand there")]
    [InlineData("UNNEST(o.product) AS u(a)", "MR1285", "UNNEST takes a table function")]
    [InlineData("string_to_tabel(o.product, ',') AS u(a)", "MR1044", "no table function 'string_to_tabel'. Did you mean 'string_to_table'?")]
    [InlineData("upper(o.product) AS u(a)", "MR1044", "'upper' gives one value, not rows")]
    [InlineData("string_to_table(o.product) AS u(a)", "MR1060", "string_to_table(TEXT) does not exist. Usage: string_to_table(text, delimiter).")]
    [InlineData("string_to_table(o.prodct, ',') AS u(a)", "MR1042", "no column 'prodct' in orders. Did you mean 'product'?")]
    [InlineData("string_to_table(o.product, ',') AS u(a, b)", "MR1089", "2 names for 1 columns of string_to_table(...).")]
    [InlineData("regexp_matches(o.product, '(') AS u(a)", "MR1066", "is no regular expression")]
    public void What_does_not_fit_is_refused(string behind, string code, string message)
    {
        var errors = Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS SELECT * FROM orders o CROSS JOIN {behind}");
        Assert.StartsWith(code, errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RIGHT JOIN string_to_table(o.product, ',') AS u(a) ON TRUE", "RIGHT JOIN with a table function")]
    [InlineData("LEFT JOIN string_to_table(o.product, ',') AS u(a) ON a = 'x'", "LEFT JOIN with a table function takes ON TRUE")]
    public void What_stands_before_it_must_be_there(string join, string message) =>
        Assert.Contains(message, Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS SELECT * FROM orders o {join}"), StringComparison.Ordinal);

    [Fact]
    public void Times_and_keys_go_through_it()
    {
        var plan = Compiling.View("SELECT window_start, part, COUNT(*) AS n FROM TUMBLE((SELECT o.at, u.part FROM orders o, string_to_table(o.product, ' ') AS u(part)), at, INTERVAL '1 hour') GROUP BY window_start, part");
        Assert.Contains("Unnest string_to_table(product, ' ')", Compiling.Tree(plan), StringComparison.Ordinal);
    }
}
