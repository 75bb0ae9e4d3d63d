using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql;
using Project = Millrace.Planning.Project;

namespace Millrace.Tests.Sql;

/// <summary>How expressions are read: precedence as in PostgreSQL, special spellings, types and conversions.</summary>
public sealed class ExpressionTests
{
    static Expression Bind(string expression) => ((Project)Compiling.View($"SELECT {expression} AS x FROM orders")).Expressions[0];

    [Theory]
    [InlineData("1 + 2 * 3", "1 + (2 * 3)")]
    [InlineData("1 - 2 - 3", "(1 - 2) - 3")]
    [InlineData("8 / 4 % 3", "(8 / 4) % 3")]
    [InlineData("-quantity ^ 2", "(-quantity) ^ 2")]
    [InlineData("- - quantity", "-(-quantity)")]
    [InlineData("1 + 2 || product", "(1 + 2) || product")]
    [InlineData("product || 'a' = 'ba'", "(product || 'a') = 'ba'")]
    [InlineData("product || 'a' LIKE 'b%'", "(product || 'a') LIKE 'b%'")]
    [InlineData("quantity + 1 BETWEEN 2 AND 3 + 4", "(quantity + 1) BETWEEN 2 AND (3 + 4)")]
    [InlineData("quantity BETWEEN 1 AND 2 AND TRUE", "(quantity BETWEEN 1 AND 2) AND TRUE")]
    [InlineData("NOT quantity = 1 AND TRUE", "(NOT (quantity = 1)) AND TRUE")]
    [InlineData("TRUE OR FALSE AND FALSE", "TRUE OR (FALSE AND FALSE)")]
    [InlineData("quantity = 1 IS NULL", "(quantity = 1) IS NULL")]
    [InlineData("quantity IS NOT NULL = TRUE", "(quantity IS NOT NULL) = TRUE")]
    [InlineData("quantity IN (1, 2) IS TRUE", "(quantity IN (1, 2)) IS TRUE")]
    [InlineData("NOT quantity IN (1)", "quantity NOT IN (1)")]
    [InlineData("-quantity::BIGINT", "-(quantity::BIGINT)")]
    [InlineData("product !~* 'a' || 'b'", "(product !~* 'a') || 'b'")]
    [InlineData("at AT TIME ZONE 'UTC' = at", "(at AT TIME ZONE 'UTC') = at")]
    [InlineData("at - at AT TIME ZONE 'UTC'", "at - (at AT TIME ZONE 'UTC')")]
    [InlineData("quantity = 1 OR quantity = 2 AND price > 3 OR NOT price < 1", "(quantity = 1) OR ((quantity = 2) AND (price > 3)) OR (NOT (price < 1))")]
    public void Operators_bind_as_in_PostgreSQL(string plain, string explicit_) => Assert.Equal(Bind(explicit_), Bind(plain));

    [Theory]
    [InlineData("EXTRACT(HOUR FROM at)", "date_part('hour', at)")]
    [InlineData("SUBSTRING(product FROM 2 FOR 3)", "substring(product, 2, 3)")]
    [InlineData("SUBSTRING(product FOR 3)", "substring(product, 1, 3)")]
    [InlineData("TRIM(product)", "btrim(product)")]
    [InlineData("TRIM(BOTH 'x' FROM product)", "btrim(product, 'x')")]
    [InlineData("TRIM(LEADING FROM product)", "ltrim(product)")]
    [InlineData("TRIM(TRAILING 'x' FROM product)", "rtrim(product, 'x')")]
    [InlineData("TRIM('x' FROM product)", "btrim(product, 'x')")]
    [InlineData("POSITION('a' IN product)", "position('a', product)")]
    [InlineData("at AT TIME ZONE 'Europe/Berlin'", "timezone('Europe/Berlin', at)")]
    [InlineData("product NOT LIKE 'a%'", "NOT (product LIKE 'a%')")]
    [InlineData("quantity NOT BETWEEN 1 AND 2", "NOT (quantity >= 1 AND quantity <= 2)")]
    [InlineData("quantity BETWEEN SYMMETRIC 2 AND 1", "quantity >= 2 AND quantity <= 1 OR quantity >= 1 AND quantity <= 2")]
    [InlineData("quantity != 1", "quantity <> 1")]
    [InlineData("COALESCE(product, country)", "CASE WHEN NOT (product IS NULL) THEN product ELSE country END")]
    [InlineData("NULLIF(product, 'x')", "CASE WHEN product = 'x' THEN NULL ELSE product END")]
    [InlineData("CASE country WHEN 'UK' THEN 1 ELSE 0 END", "CASE WHEN country = 'UK' THEN 1 ELSE 0 END")]
    [InlineData("quantity IS DISTINCT FROM 1", "NOT (quantity IS NOT DISTINCT FROM 1)")]
    [InlineData("INTERVAL '90' MINUTE", "INTERVAL '1 hour 30 minutes'")]
    [InlineData("DATE '2024-01-31'", "TIMESTAMP '2024-01-31 00:00:00'")]
    [InlineData("E'a\\tb\\'c'", "'a\tb''c'")]
    [InlineData("orders.quantity", "quantity")]
    [InlineData("QUANTITY", "\"quantity\"")]
    [InlineData("CAST(quantity AS DECIMAL(12,2))", "quantity::NUMERIC(12,2)")]
    [InlineData("quantity /* a /* nested */ comment */ + 1 -- and a line", "quantity + 1")]
    public void Special_spellings_mean_plain_calls(string special, string plain) => Assert.Equal(Bind(plain), Bind($"{special}\n"));

    [Theory]
    [InlineData("1", "INTEGER")]
    [InlineData("-2147483648", "INTEGER")]
    [InlineData("2147483648", "BIGINT")]
    [InlineData("-9223372036854775808", "BIGINT")]
    [InlineData("9223372036854775808", "DECIMAL(19,0)")]
    [InlineData("12.340", "DECIMAL(5,3)")]
    [InlineData(".5", "DECIMAL(1,1)")]
    [InlineData("1e3", "DOUBLE")]
    [InlineData("TRUE", "BOOLEAN")]
    [InlineData("NULL", "TEXT")]
    [InlineData("quantity * price", "DECIMAL(20,3)")]
    [InlineData("quantity + 1.5", "DECIMAL(12,1)")]
    [InlineData("quantity + 1e0", "DOUBLE")]
    [InlineData("at - at", "INTERVAL")]
    [InlineData("COALESCE(quantity, 1.5)", "DECIMAL(11,1)")]
    [InlineData("CASE WHEN TRUE THEN NULL ELSE quantity END", "INTEGER")]
    [InlineData("at > '2024-01-31'", "BOOLEAN")]
    [InlineData("quantity = '5'", "BOOLEAN")]
    public void Types_follow_from_operands(string expression, string type) => Assert.Equal(type, Bind(expression).Type.ToString());

    [Fact]
    public void A_text_literal_takes_the_type_of_the_other_side()
    {
        Assert.Equal(Bind("at > TIMESTAMP '2024-01-31'"), Bind("at > '2024-01-31'"));
        Assert.Equal(Bind("quantity = 5"), Bind("quantity = '5'"));
        Assert.Equal(Bind("at + INTERVAL '1 day'"), Bind("at + '1 day'::INTERVAL"));
    }

    [Fact]
    public void Nesting_is_limited_and_nothing_runs_out_of_stack()
    {
        foreach (var text in new[]
        {
            new string('(', 100_000), "SELECT " + new string('(', 100_000) + "1" + new string(')', 100_000), "SELECT " + new string('-', 3) + string.Concat(Enumerable.Repeat("- ", 100_000)) + "1",
            "SELECT " + string.Concat(Enumerable.Repeat("NOT ", 100_000)) + "TRUE", "SELECT 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)),
            "SELECT " + string.Concat(Enumerable.Repeat("CASE WHEN TRUE THEN ", 50_000)), "SELECT 1" + string.Concat(Enumerable.Repeat("::TEXT", 100_000)),
            "SELECT * FROM " + string.Concat(Enumerable.Repeat("(SELECT * FROM ", 50_000)), "SELECT " + string.Concat(Enumerable.Repeat("upper(", 100_000)),
            string.Concat(Enumerable.Repeat("EXPLAIN ", 100_000)), "SELECT * FROM " + string.Concat(Enumerable.Repeat("TUMBLE(", 100_000)),
        })
        {
            var result = SqlCompiler.CompileQuery(text, [], Compiling.Options);
            Assert.Null(result.Plan);
            Assert.NotEmpty(result.Diagnostics);
        }
    }

    [Fact]
    public void Long_flat_lists_are_no_nesting()
    {
        Assert.NotNull(SqlCompiler.CompileQuery("SELECT 1 WHERE TRUE" + string.Concat(Enumerable.Repeat(" OR TRUE", 10_000)), [], Compiling.Options).Plan);
        Assert.NotNull(SqlCompiler.CompileQuery("SELECT 1 IN (0" + string.Concat(Enumerable.Repeat(", 2", 10_000)) + ")", [], Compiling.Options).Plan);
        Assert.NotNull(SqlCompiler.CompileQuery("VALUES (0)" + string.Concat(Enumerable.Repeat(", (2)", 10_000)), [], Compiling.Options).Plan);
    }

    [Fact]
    public void Operands_that_are_repeated_do_not_grow_without_bound()
    {
        var coalesce = Enumerable.Range(0, 100).Aggregate("product", (inner, _) => $"coalesce({inner}, product)");
        Assert.Contains("MR1009", Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS SELECT {coalesce} AS x FROM orders"), StringComparison.Ordinal);
    }
}
