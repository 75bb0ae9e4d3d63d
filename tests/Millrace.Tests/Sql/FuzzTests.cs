using Millrace.Data;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Tests.Sql;

/// <summary>
/// Strategy: random characters, random rows of tokens, and sound files with pieces cut out, doubled, swapped or replaced. Invariant: every entry answers with diagnostics or
/// a plan, never with an exception, and in time; a plan comes exactly where there is no error.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    static readonly string[] s_tokens =
    [
        "SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "DISTINCT", "DISTINCT ON (", "UNION ALL", "VALUES", "WITH", "AS", "CREATE", "SOURCE", "VIEW",
        "MATERIALIZED", "SINK", "DASHBOARD", "TILE", "kpi", "line", "bar", "VALUE", "X", "Y", "SERIES", "TOP", "SET", "EXPLAIN", "SHOW", "FUNCTIONS", "SETTINGS", "TUMBLE(", "HOP(", "TABLE(", "DESCRIPTOR(",
        "INTERVAL '1 hour'", "INTERVAL '1 month'", "TIMESTAMP '2024-01-01'", "'text'", "''", "E'\\x'", "\"q\"", "1", "2.5", "1e9", "NULL", "TRUE", "orders", "t", "v", "a", "at", "quantity", "product", "price",
        "window_start", "COUNT(*)", "SUM(", "MIN(", "COALESCE(", "NULLIF(", "CAST(", "::", "TEXT", "INTEGER", "DECIMAL(10,2)", "(", ")", ")", ")", ",", ",", ";", ".", "*", "+", "-", "/", "%", "^", "||", "=", "<>",
        "<", "~", "->>", "=>", "AND", "OR", "NOT", "IS", "IN (", "LIKE", "BETWEEN", "SYMMETRIC", "CASE", "WHEN", "THEN", "ELSE", "END", "EXTRACT(HOUR FROM", "SUBSTRING(", "TRIM(", "POSITION(", "AT TIME ZONE",
        "FILTER (WHERE", "EMIT", "CHANGES", "FINAL", "EVERY", "ON", "WINDOW", "CLOSE", "CONSTRAINT c EXPECT (", "ON VIOLATION", "DROP ROW", "QUARANTINE", "WATERMARK FOR at AS at", "MASKED WITH (function = 'hash')",
        "WITH (connector = 'pipe', format = 'csv')", "ON LATE TO", "late", "--", "/*", "*/", "\n",
    ];

    static readonly TableDefinition[] s_tables =
    [
        new("t", new Schema(new Field("a", DataType.Integer), new Field("at", DataType.Timestamp), new Field("product", DataType.Text), new Field("$k", DataType.Text)), [3], TableKind.View),
        new("v", new Schema(new Field("window_start", DataType.Timestamp), new Field("quantity", DataType.BigInt), new Field("price", DataType.Decimal(10, 2))), [0], TableKind.View),
    ];

    void Try(string text, int seed)
    {
        try
        {
            var file = SqlCompiler.Compile(text, Compiling.Options);
            Assert.Equal(file.Pipeline is null, file.Diagnostics.Any(d => d.Severity == Severity.Error));
            var query = SqlCompiler.CompileQuery(text, s_tables, Compiling.Options);
            Assert.Equal(query.Plan is null, query.Diagnostics.Any(d => d.Severity == Severity.Error));
            foreach (var diagnostic in file.Diagnostics.Concat(query.Diagnostics)) Assert.NotEmpty(DiagnosticText.Render(diagnostic));
            if (query.Plan is not null) Assert.NotEmpty(PlanText.Lines(query.Plan));
        }
        catch (Exception)
        {
            output.WriteLine($"seed {seed}: {text}");
            throw;
        }
    }

    [Fact]
    public void Random_characters_give_diagnostics()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = new char[random.Next(200)];
            for (var i = 0; i < text.Length; i++) text[i] = random.Next(4) == 0 ? (char)random.Next(0x10000) : (char)random.Next(0x20, 0x7F);
            Try(new string(text), seed);
        }
    }

    [Fact]
    public void Random_tokens_give_diagnostics_or_plans()
    {
        string[] starts = ["", "SELECT ", "SELECT a FROM t WHERE ", "SELECT COUNT(*) FROM v GROUP BY ", $"{Compiling.Orders}CREATE VIEW x AS SELECT ", "CREATE SOURCE s (a INTEGER, ", "EXPLAIN SELECT ",
            $"{Compiling.Orders}CREATE MATERIALIZED VIEW m AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start; CREATE DASHBOARD d (TILE "];
        for (var seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            var tokens = Enumerable.Range(0, random.Next(1, 25)).Select(_ => s_tokens[random.Next(s_tokens.Length)]);
            Try(starts[random.Next(starts.Length)] + string.Join(' ', tokens), seed);
        }
    }

    [Fact]
    public void Damaged_files_give_diagnostics_or_pipelines()
    {
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var parts = WholeFile.Text.Split(' ').ToList();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(parts.Count);
                switch (random.Next(5))
                {
                    case 0: parts.RemoveAt(at); break;
                    case 1: parts.Insert(at, parts[random.Next(parts.Count)]); break;
                    case 2: parts[at] = s_tokens[random.Next(s_tokens.Length)]; break;
                    case 3: parts[at] = parts[at].Length > 0 ? parts[at].Remove(random.Next(parts[at].Length), 1) : ""; break;
                    default: (parts[at], parts[^1]) = (parts[^1], parts[at]); break;
                }
            }
            Try(string.Join(' ', parts), seed);
        }
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused()
    {
        var result = SqlCompiler.Compile(new string(' ', 1_000_001), Compiling.Options);
        Assert.Equal("MR1001", Assert.Single(result.Diagnostics).Code);
    }
}
