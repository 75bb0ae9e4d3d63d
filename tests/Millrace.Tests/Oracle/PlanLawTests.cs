namespace Millrace.Tests.Oracle;

/// <summary>However a plan is run, its readers hear in the end what a plain evaluator says of the same rows: the laws of every clause, one query each.</summary>
public sealed class PlanLawTests(ITestOutputHelper log)
{
    const string Sources = """
        CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n INTEGER, amount DECIMAL(10,2), WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop');
        CREATE SOURCE visits (at TIMESTAMP, shop TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop') ON LATE UPDATE FOR INTERVAL '10 seconds';

        """;

    public static TheoryData<string> Queries =>
    [
        "SELECT shop, n + 1 AS more, amount * n AS total FROM orders WHERE n % 3 = 1 OR shop IS NULL",
        "SELECT n / (n - 2) AS fails FROM orders",
        "SELECT window_start, shop, COUNT(*) AS c, SUM(amount) AS s, AVG(n) AS a, MIN(shop) AS l FROM TUMBLE(orders, at, INTERVAL '10 seconds') GROUP BY window_start, shop",
        "SELECT window_start, window_end, COUNT(DISTINCT shop) AS c FROM HOP(orders, at, INTERVAL '4 seconds', INTERVAL '10 seconds') GROUP BY window_start, window_end HAVING COUNT(*) > 1",
        "SELECT window_start, SUM(n) AS s FROM TUMBLE(visits, at, INTERVAL '10 seconds') GROUP BY window_start",
        "SELECT shop, COUNT(*) FILTER (WHERE n > 2) AS c, MAX(amount) AS m FROM orders GROUP BY shop",
        "SELECT COUNT(*) AS c, SUM(n) AS s FROM visits",
        "SELECT DISTINCT shop, n FROM orders",
        "SELECT DISTINCT ON (shop) shop, at, n FROM orders ORDER BY n DESC, at",
        "SELECT s, COUNT(*) AS c FROM (SELECT shop, SUM(n) AS s FROM visits GROUP BY shop) AS t GROUP BY s",
        "SELECT shop, n FROM orders UNION ALL SELECT shop, n + 100 FROM visits",
        "SELECT window_start, SUM(c) AS c FROM TUMBLE((SELECT window_end, COUNT(*) AS c FROM TUMBLE(visits, at, INTERVAL '5 seconds') GROUP BY window_end), window_end, INTERVAL '20 seconds') GROUP BY window_start",
        "SELECT window_start, shop, n, GROUPING(shop, n) AS g, COUNT(*) AS c FROM TUMBLE(orders, at, INTERVAL '10 seconds') GROUP BY window_start, ROLLUP (shop, n)",
        "SELECT * FROM HOP(visits, at, INTERVAL '5 seconds', INTERVAL '10 seconds') WHERE n > 1",
        "SELECT window_end, shop, SUM(n) AS s, COUNT(DISTINCT n) AS d FROM CUMULATE(visits, at, INTERVAL '5 seconds', INTERVAL '10 seconds') GROUP BY window_end, shop",
        "SELECT o.shop, o.n, v.n AS m FROM orders AS o JOIN visits AS v ON o.shop = v.shop AND o.n < v.n",
        "SELECT o.at, o.shop, v.n AS m FROM orders AS o LEFT JOIN visits AS v ON o.shop = v.shop AND v.at BETWEEN o.at - INTERVAL '2 seconds' AND o.at + INTERVAL '4 seconds'",
        "SELECT o.shop, v.n AS m, o.c FROM (SELECT shop, COUNT(*) AS c FROM orders GROUP BY shop) AS o FULL JOIN (SELECT shop, MAX(n) AS n FROM visits WHERE shop IS NOT NULL GROUP BY shop) AS v ON o.shop = v.shop",
        "SELECT shop, n, r FROM (SELECT shop, n, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY n DESC) AS r FROM visits) AS t WHERE r <= 2",
        "SELECT shop, s, r FROM (SELECT shop, s, RANK() OVER (ORDER BY s DESC) AS r FROM (SELECT shop, SUM(n) AS s FROM visits GROUP BY shop) AS g) AS t WHERE r <= 2",
    ];

    [Theory, MemberData(nameof(Queries))]
    public void Any_way_to_run_it_gives_the_plain_answer(string query)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 4; round++)
        {
            var data = new Dictionary<string, IReadOnlyList<object?[]>[]>
            {
                ["orders"] = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomRows(random, true))],
                ["visits"] = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => RandomRows(random, false))],
            };
            var test = Trial.Of($"{Sources}CREATE MATERIALIZED VIEW v AS {query};", data);
            for (var way = 0; way < 4; way++) test.Check(Way.Random(random));
        }
    }

    static List<object?[]> RandomRows(Random random, bool hasAmount)
    {
        var rows = new List<object?[]>();
        for (var i = 0; i < random.Next(60); i++)
        {
            // Up to 12 s out of order: some rows are late.
            object? time = random.Next(30) == 0 ? null : (i - random.Next(13)) * 1_000_000L + random.Next(1_000_000);
            object?[] row = [time, random.Next(6) == 0 ? null : "s" + random.Next(4), random.Next(6) == 0 ? null : random.Next(-1, 5)];
            rows.Add(hasAmount ? [.. row, random.Next(6) == 0 ? null : (Int128)random.Next(1000)] : row);
        }
        return rows;
    }
}
