using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>The pages of the reference say what the code does.</summary>
public sealed partial class ReferencePageTests
{
    static string Page(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/reference", name);

    static string ErrorsPage()
    {
        var text = new StringBuilder("""
            # Errors and warnings

            Every finding has a stable code, a place, marks under what is meant, a message and this page. Codes from MR2000 on are warnings: the file runs.
            The page is made from `src/Millrace.Sql/Codes.cs`; a test compares the two (`MILLRACE_WRITE_DOCS=1` writes it anew).

            """);
        foreach (var code in Codes.All) text.Append($"\n## {code.Id}\n\n{char.ToUpperInvariant(code.Title[0])}{code.Title[1..]}.\n\nCause: {code.Cause}\n\nFix: {code.Fix}\n");
        return text.ToString();
    }

    [Fact]
    public void The_page_of_errors_is_that_of_the_codes()
    {
        if (Environment.GetEnvironmentVariable("MILLRACE_WRITE_DOCS") == "1") File.WriteAllText(Page("errors.md"), ErrorsPage());
        Assert.Equal(ErrorsPage(), File.ReadAllText(Page("errors.md")));
    }

    [Fact]
    public void Every_setting_stands_in_the_reference_with_its_default()
    {
        var page = File.ReadAllText(Page("sql.md"));
        foreach (var setting in Millrace.Planning.Settings.Specs)
            Assert.Contains($"| `{setting.Name}` | {setting.Kind} | {(string.IsNullOrEmpty(setting.Default) ? "" : $"`{setting.Default}`")} |", page);
    }

    [Fact]
    public void Codes_are_unique_and_in_order() => Assert.Equal(Codes.All.Select(c => c.Id).Distinct().Order(StringComparer.Ordinal), Codes.All.Select(c => c.Id));

    [Fact]
    public void Every_code_is_told_by_a_test()
    {
        var tests = string.Concat(Directory.GetFiles(Folder(), "*Tests.cs").Select(File.ReadAllText));
        Assert.Empty(string.Join(", ", Codes.All.Select(c => c.Id).Where(id => !tests.Contains(id, StringComparison.Ordinal))));
    }

    static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [Fact]
    public void Every_example_of_the_SQL_page_compiles()
    {
        var blocks = Block().Matches(File.ReadAllText(Page("sql.md"))).Select(m => m.Groups[1].Value).ToList();
        Assert.True(blocks.Count > 15);
        foreach (var block in blocks)
        {
            var isQuery = Regex.IsMatch(block.TrimStart(), "^(SELECT|VALUES|SHOW|EXPLAIN|WITH)", RegexOptions.IgnoreCase);
            var diagnostics = isQuery ? SqlCompiler.CompileQuery(block, Stored(), Options).Diagnostics : SqlCompiler.Compile(Before(block) + PaymentsFor(block) + ProductsFor(block, blocks) + block, Options).Diagnostics;
            Assert.True(diagnostics.All(d => d.Severity == Severity.Warning), $"{block}\n{DiagnosticText.Render(diagnostics)}");
        }
    }

    static CompileOptions Options => new() { Path = "sql.md", Variables = _ => "/data", Secrets = _ => "secret" };

    // Examples other than CREATE SOURCE orders read that source, and the views of earlier examples.
    const string Orders = """
        CREATE SOURCE orders (invoice TEXT, product TEXT, quantity INTEGER, price DECIMAL(10,3), customer TEXT, country TEXT, at TIMESTAMP,
          amount AS quantity * price, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'orders.csv', format = 'csv');

        """;

    const string Hourly = """
        CREATE MATERIALIZED VIEW hourly AS
          SELECT window_start, country, SUM(amount) AS revenue, COUNT(*) AS lines FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start, country;
        CREATE MATERIALIZED VIEW total AS SELECT window_start, SUM(amount) AS revenue FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start;

        """;

    // The sections on joins declare a second source.
    const string Payments = """
        CREATE SOURCE payments (invoice TEXT, paid DECIMAL(10,3), at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '10 seconds')
          WITH (connector = 'file', path = 'payments.csv', format = 'csv');

        """;

    static string PaymentsFor(string block) => block.Contains("payments", StringComparison.Ordinal) && !block.Contains("SOURCE payments", StringComparison.Ordinal) ? Payments : "";

    // That on look-ups reads the upsert source of its own section.
    static string ProductsFor(string block, IEnumerable<string> blocks) =>
        block.Contains("JOIN products", StringComparison.Ordinal) ? blocks.First(x => x.Contains("SOURCE products (", StringComparison.Ordinal)).Split("CREATE MATERIALIZED")[0] : "";

    static string Before(string block) => block.Contains("SOURCE orders", StringComparison.Ordinal) ? "" : block.Contains("VIEW hourly", StringComparison.Ordinal) ? Orders : Orders + Hourly;

    static IReadOnlyList<Millrace.Stores.TableDefinition> Stored() => [.. SqlCompiler.Compile(Orders + Hourly, Options).Pipeline!.Views
        .Select(v => new Millrace.Stores.TableDefinition(v.Name, v.Plan.Schema, v.Plan.Key, Millrace.Stores.TableKind.View))];
}
