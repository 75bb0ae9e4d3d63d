using System.Globalization;
using Millrace.Data;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Tests.Oracle;

/// <summary>Queries over rows that end: OVER in any order, ranks without a limit, set operations. The rows are what the plain evaluator says.</summary>
public sealed class QueryLawTests(ITestOutputHelper log)
{
    public static TheoryData<string> Queries =>
    [
        "SELECT k, n, SUM(n) OVER (PARTITION BY k ORDER BY n DESC) AS a, COUNT(*) OVER (PARTITION BY k) AS b, SUM(n) OVER () AS c FROM t",
        "SELECT k, n, ROW_NUMBER() OVER (ORDER BY x, n) AS a, RANK() OVER (PARTITION BY k ORDER BY n) AS b, DENSE_RANK() OVER (ORDER BY k DESC NULLS LAST) AS c FROM t",
        "SELECT n, x, FIRST_VALUE(k) OVER w AS a, LAST_VALUE(x) OVER w AS b, NTH_VALUE(n, 2) OVER w AS c, LAG(n) OVER w AS d, LEAD(x, 3) OVER w AS e FROM t WINDOW w AS (PARTITION BY k ORDER BY n, x DESC)",
        "SELECT k, n, SUM(n) OVER (ORDER BY n RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, COUNT(*) OVER (ORDER BY n DESC RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS b FROM t WHERE n IS NOT NULL",
        "SELECT k, MAX(n) OVER (PARTITION BY k ORDER BY x ROWS BETWEEN 4 PRECEDING AND 2 PRECEDING) AS a, AVG(n) OVER (ORDER BY k ROWS 2 PRECEDING) AS b, COUNT(DISTINCT k) OVER (ORDER BY n ROWS 5 PRECEDING) AS c FROM t",
        "SELECT k, n, SUM(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) AS a, MAX(n) OVER (PARTITION BY k ORDER BY n NULLS FIRST RANGE BETWEEN 2 FOLLOWING AND 3 FOLLOWING) AS b, LAST_VALUE(x) OVER (PARTITION BY k ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS c FROM t",
        "SELECT * FROM (SELECT k, n, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS r FROM t) AS ranked WHERE r <= 3 AND n > 0",
        "SELECT k, s, RANK() OVER (ORDER BY s DESC) AS r, SUM(s) OVER (ORDER BY s ROWS UNBOUNDED PRECEDING) AS running FROM (SELECT k, SUM(n) AS s FROM t GROUP BY k) AS g",
        "SELECT k, SUM(n) AS s, SUM(SUM(n)) OVER () AS total, LAG(SUM(n)) OVER (ORDER BY k) AS before FROM t GROUP BY k",
        "SELECT k, n FROM t EXCEPT ALL SELECT k, n FROM t WHERE n > 2 UNION SELECT k, 5 FROM t INTERSECT SELECT k, n FROM t",
        "SELECT DISTINCT s FROM (SELECT k, COUNT(*) AS s FROM t GROUP BY k) AS g",
    ];

    [Theory, MemberData(nameof(Queries))]
    public void A_query_gives_the_plain_answer(string query)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (var count in new[] { 1, 7, 40, 300 })
        {
            string Value(int nulls, Func<string> value) => random.Next(nulls) == 0 ? "NULL" : value();
            var rows = Enumerable.Range(0, count).Select(_ =>
                $"({Value(6, () => $"'k{random.Next(4)}'")}, {Value(8, () => random.Next(-2, 6).ToString(CultureInfo.InvariantCulture))}, {Value(8, () => (random.Next(8) / 2.0).ToString("0.0", CultureInfo.InvariantCulture))})");
            var text = $"WITH t AS (SELECT CAST(column1 AS TEXT) AS k, CAST(column2 AS INTEGER) AS n, CAST(column3 AS DOUBLE) AS x FROM (VALUES {string.Join(", ", rows)}) AS v) {query}";
            var compiled = SqlCompiler.CompileQuery(text, [], new CompileOptions { Name = "query" });
            Assert.True(compiled.Plan is not null, DiagnosticText.Render(compiled.Diagnostics));
            var plan = compiled.Plan;
            var expected = new PlainEvaluator(_ => null).Evaluate(plan).Select(r => r.Values).ToList();
            var memory = new MemoryAccountant(batchRows: random.Next(1, 50));
            var found = new List<(object?[] Row, int Weight)>();
            foreach (var batch in QueryRunner.Run(plan, null, memory, TestContext.Current.CancellationToken))
            {
                for (var row = 0; row < batch.RowCount; row++) found.Add(([.. batch.Columns.Select(c => PlainValues.Of(c, row))], batch.Weights is null ? 1 : batch.Weights[row]));
                batch.Release();
            }
            Assert.Null(Rows.Difference(expected, found, plan.Schema));
            Assert.Equal(0, memory.Alive);
            foreach (var owner in memory.Owners) Assert.True(owner == memory.Buffers || owner.Bytes == 0, owner.Name);
        }
    }
}
