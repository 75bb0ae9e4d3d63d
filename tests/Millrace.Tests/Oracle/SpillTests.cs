namespace Millrace.Tests.Oracle;

/// <summary>State on disk changes no answer: every query that can spill does so at each commit, with crashes and other numbers of lanes between.</summary>
public sealed class SpillTests
{
    const string Source = "CREATE SOURCE s (at TIMESTAMP, k TEXT, n INTEGER, m BIGINT, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop')";

    [Theory]
    [InlineData("SELECT k, COUNT(*) AS c, SUM(n) AS s, MIN(n) AS least, MAX(m) AS most, AVG(n) AS mean FROM s GROUP BY k")]
    [InlineData("SELECT k, n, COUNT(DISTINCT m) AS d, MAX(k) AS t FROM s GROUP BY k, n")]
    [InlineData("SELECT window_start, k, COUNT(*) AS c, SUM(m) AS s FROM TUMBLE(s, at, INTERVAL '10 seconds') GROUP BY window_start, k")]
    [InlineData("SELECT window_start, n, MIN(k) AS t FROM TUMBLE(s, at, INTERVAL '7 seconds') GROUP BY window_start, n")]
    [InlineData("SELECT c, COUNT(*) AS keys, SUM(x) AS sum, MIN(x) AS least, MAX(t) AS t FROM (SELECT k, n % 3 AS t, COUNT(*) AS c, SUM(m) AS x FROM s GROUP BY k, n % 3) AS q GROUP BY c")]
    [InlineData("SELECT k, COUNT(*) FILTER (WHERE n > 2) AS c, STDDEV(n) AS d FROM s GROUP BY k HAVING COUNT(*) > 1")]
    [InlineData("SELECT DISTINCT k, n FROM s")]
    public void Answers_are_those_of_the_plain_evaluator(string query)
    {
        foreach (var late in new[] { "", "ON LATE UPDATE FOR INTERVAL '5 seconds'" })
            for (var seed = 0; seed < 24; seed++)
            {
                var random = new Random(seed);
                List<object?[]> all = [.. Enumerable.Range(0, 90).Select(i => new object?[] { (i + random.Next(-6, 3)) * 1_000_000L, random.Next(9) == 0 ? null : "key " + random.Next(12), random.Next(6), random.Next(11) == 0 ? null : (long)random.Next(20) })];
                var trial = Trial.Of($"{Source} {late}; CREATE MATERIALIZED VIEW v AS {query};", new Dictionary<string, IReadOnlyList<object?[]>[]> { ["s"] = [all[..45], all[45..]] });
                trial.Check(new Way(seed, Lanes: 1 + seed % 3, BatchRows: 1 + seed % 8, QueueLength: 1 + seed % 2, TickMs: 100, Crashes: seed % 4, Spills: true));
            }
    }
}
