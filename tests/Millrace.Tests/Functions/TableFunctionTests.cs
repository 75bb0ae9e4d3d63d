using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Tests.Functions;

public sealed class TableFunctionTests
{
    public static TheoryData<string, string, string> Examples => [.. TableFunctions.All.SelectMany(f => f.Examples.Select(e => new TheoryDataRow<string, string, string>(f.Name, e.Sql, e.Result)))];

    /// <summary>The rows of a query: columns by ", ", rows by "; ".</summary>
    static string Run(string sql, int batchRows)
    {
        var compiled = SqlCompiler.CompileQuery(sql, [], new());
        Assert.True(compiled.Plan is not null, $"{sql}: {string.Join("; ", compiled.Diagnostics)}");
        var memory = new MemoryAccountant(batchRows: batchRows);
        var rows = new List<string>();
        foreach (var batch in QueryRunner.Run(compiled.Plan, null, memory))
        {
            Assert.True(batch.RowCount <= batchRows);
            for (var row = 0; row < batch.RowCount; row++) rows.Add(string.Join(", ", batch.Columns.Select(c => ValueText.Format(c, row))));
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        return string.Join("; ", rows);
    }

    [Theory, MemberData(nameof(Examples))]
    public void An_example_gives_what_it_says_in_batches_of_any_size(string name, string sql, string result)
    {
        foreach (var batchRows in new[] { 4096, 1, 2 }) Assert.Equal(result, Run(sql, batchRows));
        Assert.NotEmpty(name);
    }

    [Theory]
    [InlineData("SELECT * FROM generate_series(1, 0)", "")]
    [InlineData("SELECT * FROM generate_series(1, NULL)", "")]
    [InlineData("SELECT * FROM generate_series(9223372036854775806, 9223372036854775807)", "9223372036854775806; 9223372036854775807")]
    [InlineData("SELECT * FROM generate_series(2147483646, 2147483647)", "2147483646; 2147483647")]
    [InlineData("SELECT * FROM generate_series(-9223372036854775807, -9223372036854775808, -2)", "-9223372036854775807")]
    [InlineData("SELECT n FROM generate_series(1, 10000) AS n WHERE n % 5000 = 0", "5000; 10000")]
    [InlineData("SELECT * FROM string_to_table('', ',')", "")]
    [InlineData("SELECT * FROM string_to_table('a--b', '')", "a--b")]
    [InlineData("SELECT * FROM string_to_table(',', ',')", "; ")]
    [InlineData("SELECT * FROM regexp_split_to_table('abc', '')", "a; b; c")]
    [InlineData("SELECT * FROM regexp_split_to_table('-a-', '-')", "; a; ")]
    [InlineData("SELECT * FROM regexp_matches('Äb Äc', 'ä.', 'i')", "Äb; Äc")]
    [InlineData("SELECT * FROM json_array_elements_text('{\"a\": 1}')", "")]
    [InlineData("SELECT * FROM json_array_elements_text('[\"a\\n\", [1, 2], true]')", "a\n; [1, 2]; true")]
    [InlineData("SELECT * FROM json_each_text('{\"a\\u0041\": null}')", "aA, NULL")]
    [InlineData("SELECT n, ordinality FROM generate_series(7, 8) WITH ORDINALITY AS n", "7, 1; 8, 2")]
    [InlineData("SELECT a, b FROM string_to_table('x y', ' ') WITH ORDINALITY AS t (a, b)", "x, 1; y, 2")]
    [InlineData("SELECT t.x, u.part FROM (VALUES ('a b'), (''), ('c')) AS t(x) CROSS JOIN LATERAL string_to_table(t.x, ' ') AS u(part)", "a b, a; a b, b; c, c")]
    [InlineData("SELECT t.x, u.part FROM (VALUES ('a b'), (''), (NULL)) AS t(x) LEFT JOIN LATERAL string_to_table(t.x, ' ') AS u(part) ON TRUE", "a b, a; a b, b; , NULL; NULL, NULL")]
    [InlineData("SELECT x, part FROM (VALUES ('a b')) AS t(x), LATERAL TABLE(string_to_table(x, ' ')) AS u(part)", "a b, a; a b, b")]
    [InlineData("SELECT x, part FROM (VALUES ('a b')) AS t(x) CROSS JOIN UNNEST(string_to_table(x, ' ')) AS u(part)", "a b, a; a b, b")]
    [InlineData("SELECT x, part FROM (VALUES ('a b')) AS t(x) INNER JOIN string_to_table(x, ' ') AS u(part) ON part <> 'a'", "a b, b")]
    [InlineData("SELECT n, m FROM generate_series(1, 3) AS n, generate_series(n, 2) AS m", "1, 1; 1, 2; 2, 2")]
    [InlineData("SELECT n, m FROM generate_series(1, 3) AS n, generate_series(n, 2) AS m WHERE n = m", "1, 1; 2, 2")]
    public void It_stands_in_FROM(string sql, string result)
    {
        foreach (var batchRows in new[] { 4096, 1, 3 }) Assert.Equal(result, Run(sql, batchRows));
    }
}
