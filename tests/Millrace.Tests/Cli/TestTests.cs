using System.Text.Json;

namespace Millrace.Tests.Cli;

/// <summary><c>millrace test</c>: what it prints and what it ends with.</summary>
public sealed class TestTests
{
    const string Shop = """
        CREATE SOURCE sales (product TEXT, price DECIMAL(10,2)) WITH (connector = 'file', path = '${WHERE}', format = 'csv');
        CREATE MATERIALIZED VIEW totals AS SELECT product, SUM(price) AS total FROM sales GROUP BY product;
        CREATE TEST sums GIVEN sales VALUES ('tea', 1), ('tea', 2) EXPECT SELECT * FROM totals RETURNS ('tea', 3);

        """;

    const string Wrong = "CREATE TEST wrong GIVEN sales VALUES ('tea', 1) EXPECT SELECT * FROM totals RETURNS ('tea', 2);\n";

    static async Task<(int Code, string Output, string Errors)> Run(string sql, params string[] more)
    {
        using var folder = new CliFolder(sql);
        return await MillraceProcess.RunAsync(folder.Path, ["test", "pipe.sql", .. more]);
    }

    [Fact]
    public async Task Tests_that_pass_end_with_0()
    {
        var (code, output, errors) = await Run(Shop);
        Assert.Equal("""
            pipe.sql
              ok    sums
            1 test passed; each ran in 8 ways (straight, row by row, and by seeds: lanes, batches, commits, crashes).

            """, output);
        Assert.Equal((0, ""), (code, errors));
    }

    [Fact]
    public async Task A_test_that_fails_ends_with_1_and_shows_the_rows()
    {
        var (code, output, errors) = await Run(Shop + Wrong, "--seed", "3");
        Assert.Equal("""
            pipe.sql
              ok    sums
              FAIL  wrong (pipe.sql:4:13)
                    pipe.sql:4: 1 row is different (expected -> found)
                      product |        total
                    ~ tea     | 2.00 -> 1.00   line 4
            1 of 2 tests passed, 1 failed; each ran straight and by seed 3.

            """, output);
        Assert.Equal((1, ""), (code, errors));
    }

    [Fact]
    public async Task A_file_with_errors_ends_with_2()
    {
        var (code, output, errors) = await Run(Shop + "CREATE TEST bad GIVEN sale VALUES ('tea', 1) EXPECT SELECT * FROM totals RETURNS NOTHING;");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("MR1700 at pipe.sql:4:23", errors);
        Assert.Contains("no source 'sale'. Did you mean 'sales'?", errors);
        Assert.EndsWith("error: 'pipe.sql' has errors; none of its tests was run.\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_run_ends_with_2()
    {
        var (code, _, errors) = await Run("CREATE SOURCE sales (product TEXT) WITH (connector = 'file', path = 'x.csv', format = 'csv');");
        Assert.Equal(2, code);
        Assert.StartsWith("error: there is no test. A test is written CREATE TEST", errors, StringComparison.Ordinal);
        (code, _, errors) = await Run(Shop, "--only", "nothing");
        Assert.Equal((2, "error: there is no test 'nothing'.\n"), (code, errors));
        using var folder = new CliFolder(Shop);
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "test", "pip.sql");
        Assert.Equal((2, "error: There is no file 'pip.sql'; there is 'pipe.sql'.\n"), (code, errors));
    }

    [Fact]
    public async Task Results_are_JSON_for_programs()
    {
        var (code, output, _) = await Run(Shop + Wrong, "--json");
        Assert.Equal(1, code);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 1), (result.GetProperty("passed").GetInt32(), result.GetProperty("failed").GetInt32()));
        var tests = result.GetProperty("files")[0].GetProperty("tests");
        Assert.Equal((true, 8), (tests[0].GetProperty("passed").GetBoolean(), tests[0].GetProperty("ways").GetInt32()));
        var different = tests[1].GetProperty("failure").GetProperty("different")[0];
        Assert.Equal("2.00", different.GetProperty("expected")[1].GetString());
        Assert.Equal("1.00", different.GetProperty("found")[1].GetString());
    }

    [Fact]
    public async Task Check_verifies_tests_and_counts_them_and_run_leaves_them_alone()
    {
        using var folder = new CliFolder(Shop.Replace("${WHERE}", "sales.csv", StringComparison.Ordinal) + Wrong);
        folder.Write("sales.csv", "product,price\ntea,5\n");
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Contains("0 sinks, 2 tests, ", output);
        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal(0, code);
        Assert.Contains("1 rows", output);
    }
}
