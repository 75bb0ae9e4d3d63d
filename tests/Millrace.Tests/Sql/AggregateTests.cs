using Millrace.Expressions;
using Millrace.Runtime;
using Millrace.Data;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>Aggregates with constants and orders, and functions with spellings of their own: what they give and what is refused.</summary>
public sealed class AggregateTests
{
    const string From = "FROM (VALUES (1, 'b'), (3, 'a'), (NULL, 'c'), (3, NULL)) AS t(x, s)";

    static string Value(string sql)
    {
        var compiled = SqlCompiler.CompileQuery(sql, [], new());
        Assert.True(compiled.Plan is not null, string.Join("; ", compiled.Diagnostics));
        var memory = new MemoryAccountant();
        var rows = new List<string>();
        foreach (var batch in QueryRunner.Run(compiled.Plan, null, memory))
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Add(ValueText.Format(batch[0], row)); // hidden columns may follow
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        return string.Join("; ", rows);
    }

    [Theory]
    [InlineData("string_agg(s, ' ' ORDER BY x, s DESC)", "b a c")]
    [InlineData("string_agg(s, ' ' ORDER BY x DESC)", "c a b")]
    [InlineData("string_agg(x, '+') FILTER (WHERE x > 1)", "3+3")]
    [InlineData("string_agg(DISTINCT x)", "1,3")]
    [InlineData("string_agg(s, '') FILTER (WHERE x > 5)", "NULL")]
    [InlineData("listagg(s, '-') WITHIN GROUP (ORDER BY x DESC, s)", "c-a-b")]
    [InlineData("percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FILTER (WHERE s IS NOT NULL)", "2")]
    [InlineData("percentile_cont(1.0 / 4) WITHIN GROUP (ORDER BY x DESC)", "3")]
    [InlineData("percentile_disc(0) WITHIN GROUP (ORDER BY s)", "a")]
    [InlineData("mode() WITHIN GROUP (ORDER BY x)", "3")]
    [InlineData("median(DISTINCT x)", "2")]
    [InlineData("first_value(s ORDER BY x) || last_value(s ORDER BY x)", "bc")]
    [InlineData("max_by(s, x) || min_by(s, x)", "ab")]
    [InlineData("bit_xor(x)", "1")]
    [InlineData("count_if(x = 3)", "2")]
    [InlineData("round(corr(x, x), 3)", "1")]
    [InlineData("percentile_cont(0.5) WITHIN GROUP (ORDER BY x) - percentile_cont(0.25) WITHIN GROUP (ORDER BY x)", "1")]
    public void It_gives(string call, string result) => Assert.Equal(result, Value($"SELECT {call} {From}"));

    [Theory]
    [InlineData("IF(1 < 2, 'a', 'b')", "a")]
    [InlineData("IIF(NULL, 1, 2.5)", "2.5")]
    [InlineData("NVL(NULL, 7)", "7")]
    [InlineData("TIMESTAMPDIFF(DAY, TIMESTAMP '2024-01-01', TIMESTAMP '2024-03-01')", "60")]
    [InlineData("TIMESTAMPADD(MONTH, -1, TIMESTAMP '2024-03-31')", "2024-02-29 00:00:00")]
    [InlineData("TIMESTAMPDIFF('year', TIMESTAMP '2020-02-29', TIMESTAMP '2021-02-28')", "1")]
    [InlineData("age(TIMESTAMP '2024-01-31', TIMESTAMP '2024-03-01')", "-1 mons -1 days")]
    [InlineData("to_char(1234567.891, '9,999,999.99')", " 1,234,567.89")]
    [InlineData("to_char(-5, '999PR')", "  <5>")]
    [InlineData("to_char(CAST(0.125 AS DOUBLE), 'FM990.999')", "0.125")]
    public void A_function_gives(string call, string result) => Assert.Equal(result, Value($"SELECT {call}"));

    [Theory]
    [InlineData("SELECT percentile_cont(2) WITHIN GROUP (ORDER BY quantity) AS p FROM orders",
        "MR1066 6:25+51 the part is a number from 0 to 1. Usage: percentile_cont(p) WITHIN GROUP (ORDER BY x [DESC]).")]
    [InlineData("SELECT percentile_cont(quantity) WITHIN GROUP (ORDER BY quantity) AS p FROM orders",
        "MR1065 6:41+8 PERCENTILE_CONT needs a constant here. Usage: percentile_cont(p) WITHIN GROUP (ORDER BY x [DESC]).")]
    [InlineData("SELECT percentile_cont(0.5) AS p FROM orders",
        "MR1060 6:25+20 PERCENTILE_CONT needs WITHIN GROUP (ORDER BY ...). Usage: percentile_cont(p) WITHIN GROUP (ORDER BY x [DESC]).")]
    [InlineData("SELECT SUM(quantity ORDER BY price) AS p FROM orders", "MR1060 6:25+28 SUM does not take ORDER BY inside its parentheses. Usage: sum([DISTINCT] x).")]
    [InlineData("SELECT upper(product ORDER BY price) AS p FROM orders", "MR1082 6:25+29 ORDER BY belongs to aggregates; 'upper' is none.")]
    [InlineData("SELECT string_agg(DISTINCT product, ',' ORDER BY price, at) AS p FROM orders",
        "MR1066 6:25+52 with DISTINCT the one expression of ORDER BY is x itself. Usage: string_agg([DISTINCT] x [, separator] [ORDER BY y]).")]
    [InlineData("SELECT string_agg(product ORDER BY price NULLS FIRST) AS p FROM orders",
        "MR1900 6:53+5 NULLS FIRST upwards and NULLS LAST downwards do not exist yet inside an aggregate. NULLs stand last upwards and first downwards.")]
    [InlineData("SELECT ewma(quantity, INTERVAL '1 month') AS p FROM orders",
        "MR1066 6:25+34 a half-life is an INTERVAL without months, above zero and at most 100 years. Usage: ewma(x, half_life [, ts]).")]
    [InlineData("SELECT now() AS p FROM orders",
        "MR1044 6:25+3 there is no NOW: the same rows must give the same answer when they are read again. Use the rows' own time column, or a column PROCTIME() of the source.")]
    [InlineData("SELECT random() AS p FROM orders", "MR1044 6:25+6 there is no RANDOM: the same rows must give the same answer when they are read again. hash64(x) of a key spreads rows evenly.")]
    public void It_is_refused(string select, string error) => Assert.Equal(error, Compiling.Errors($"{Compiling.Orders}CREATE VIEW v AS {select}"));
}
