namespace Millrace.Tests.Oracle;

/// <summary>Top-n, OVER and set operations: however a plan is run, its readers hear in the end what the plain evaluator says of the same rows.</summary>
public sealed class RankingLawTests(ITestOutputHelper log)
{
    const string Sources = """
        CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n INTEGER, amount DECIMAL(10,2), x DOUBLE, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop');
        CREATE SOURCE visits (at TIMESTAMP, shop TEXT, n INTEGER, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop') ON LATE UPDATE FOR INTERVAL '10 seconds';
        CREATE VIEW sums AS SELECT shop, SUM(n) AS s, COUNT(*) AS c FROM visits GROUP BY shop;
        CREATE VIEW per_window AS SELECT window_start, window_end, shop, SUM(n) AS s FROM TUMBLE(visits, at, INTERVAL '5 seconds') GROUP BY window_start, window_end, shop;

        """;

    const string Ranked = "SELECT *, {0}() OVER (PARTITION BY {1} ORDER BY {2}) AS r FROM {3}";

    static string Top(string function, string partition, string order, string from, string columns, string condition) =>
        $"SELECT {columns} FROM ({string.Format(System.Globalization.CultureInfo.InvariantCulture, Ranked, function, partition, order, from)}) AS t WHERE {condition}".Replace("PARTITION BY  ", "", StringComparison.Ordinal);

    public static TheoryData<string> TopQueries =>
    [
        Top("ROW_NUMBER", "shop", "n DESC", "orders", "*", "r <= 3"),
        Top("ROW_NUMBER", "shop", "n DESC, amount", "orders", "shop, n, amount", "r <= 3"),
        Top("ROW_NUMBER", "shop, n", "at DESC", "orders", "shop, n, at", "r = 1"),
        Top("ROW_NUMBER", "", "x", "orders", "shop, x", "r <= 1"),
        Top("ROW_NUMBER", "shop", "x DESC NULLS LAST, shop", "orders", "*", "r BETWEEN 2 AND 4"),
        Top("RANK", "shop", "n", "orders", "*", "r <= 2"),
        Top("DENSE_RANK", "shop", "n DESC", "orders", "shop, n, r", "r < 3"),
        Top("DENSE_RANK", "", "shop", "orders", "shop, n", "r = 2"),
        Top("ROW_NUMBER", "", "s DESC", "sums", "*", "r <= 2"),
        Top("ROW_NUMBER", "c", "s, shop", "sums", "c, shop, s", "r <= 2"),
        Top("ROW_NUMBER", "c", "s", "sums", "c, shop", "r = 1"),
        Top("RANK", "", "c DESC", "sums", "shop, c, r", "r <= 2"),
        Top("DENSE_RANK", "c", "s DESC", "sums", "shop, s", "r <= 1"),
        Top("ROW_NUMBER", "window_start", "s DESC", "per_window", "*", "r <= 2"),
        Top("ROW_NUMBER", "window_end", "s", "per_window", "window_end, shop", "r = 1"),
        Top("RANK", "window_start", "s", "per_window", "window_start, shop, s", "r <= 2"),
        Top("ROW_NUMBER", "window_start, shop", "n DESC", "TUMBLE(orders, at, INTERVAL '5 seconds')", "window_start, shop, n, r", "r <= 2"),
        Top("ROW_NUMBER", "window_start, shop", "n DESC", "TUMBLE(visits, at, INTERVAL '5 seconds')", "window_start, shop, n", "r <= 1"),
        "SELECT DISTINCT ON (c) c, shop, s FROM sums ORDER BY s DESC",
        "SELECT DISTINCT ON (window_end) window_end, shop FROM per_window",
        "SELECT r, COUNT(*) AS k, SUM(n) AS s FROM (SELECT shop, n, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY n) AS r FROM orders) WHERE r <= 3 GROUP BY r",
    ];

    public static TheoryData<string> OverQueries =>
    [
        "SELECT shop, n, SUM(n) OVER (PARTITION BY shop ORDER BY at) AS a, COUNT(*) OVER (ORDER BY at) AS b, AVG(amount) OVER (PARTITION BY shop ORDER BY at ROWS 3 PRECEDING) AS c FROM orders",
        "SELECT shop, n, MIN(n) OVER w AS a, MAX(amount) OVER w AS b, COUNT(DISTINCT n) OVER w AS c, SUM(n) FILTER (WHERE n > 1) OVER w AS d FROM orders WINDOW w AS (PARTITION BY shop ORDER BY at RANGE BETWEEN INTERVAL '4 seconds' PRECEDING AND CURRENT ROW)",
        "SELECT at, FIRST_VALUE(n) OVER w AS a, LAST_VALUE(shop) OVER w AS b, NTH_VALUE(n, 2) OVER w AS c, LAG(n, 2, -7) OVER w AS d, LAG(shop) OVER w AS e FROM orders WINDOW w AS (PARTITION BY shop ORDER BY at ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING)",
        "SELECT at, FIRST_VALUE(n) OVER w AS a, NTH_VALUE(n, 3) OVER w AS c, LEAD(n) OVER w AS d, LEAD(shop, 2, 'none') OVER w AS e, SUM(n) OVER w AS f FROM orders WINDOW w AS (PARTITION BY shop ORDER BY at)",
        "SELECT at, ROW_NUMBER() OVER w AS a, RANK() OVER w AS b, DENSE_RANK() OVER w AS c, SUM(n) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS d, LAST_VALUE(n) OVER (w RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1 second' PRECEDING) AS e FROM visits WINDOW w AS (PARTITION BY shop ORDER BY at, n)"
            .Replace("ORDER BY at, n)", "ORDER BY at)", StringComparison.Ordinal),
        "SELECT window_end, shop, s, AVG(s) OVER (PARTITION BY shop ORDER BY window_end ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, s - LAG(s, 1, 0) OVER (PARTITION BY shop ORDER BY window_end) AS b FROM per_window",
        "SELECT window_start, shop, s, SUM(s) OVER (PARTITION BY window_start) AS a, RANK() OVER (PARTITION BY window_start ORDER BY s DESC) AS b, LEAD(shop) OVER (PARTITION BY window_start ORDER BY s, shop) AS c FROM per_window",
        "SELECT window_start, s, SUM(s) OVER (PARTITION BY window_start ORDER BY s RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, COUNT(*) OVER (PARTITION BY window_start ORDER BY s DESC RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS b FROM per_window",
        "SELECT shop, SUM(n) OVER (PARTITION BY shop ORDER BY at RANGE BETWEEN CURRENT ROW AND CURRENT ROW) AS a, MAX(shop) OVER (ORDER BY at RANGE BETWEEN INTERVAL '2 seconds' PRECEDING AND INTERVAL '1 second' PRECEDING) AS b FROM visits",
        "SELECT shop, m, AVG(m) OVER (PARTITION BY shop ORDER BY window_end) AS a FROM (SELECT window_end, shop, n AS m FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_end, shop ORDER BY n DESC) AS r FROM TUMBLE(visits, at, INTERVAL '3 seconds')) WHERE r = 1)",
    ];

    public static TheoryData<string> FollowingQueries =>
    [
        "SELECT at, n, SUM(n) OVER (w ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS a, MIN(n) OVER (w ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING) AS b, LAST_VALUE(shop) OVER (w ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS c, COUNT(*) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS d FROM orders WINDOW w AS (PARTITION BY shop ORDER BY at)",
        "SELECT window_start, s, SUM(s) OVER (w RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS a, MAX(s) OVER (w RANGE BETWEEN 1 FOLLOWING AND 4 FOLLOWING) AS b, COUNT(*) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS c, LAST_VALUE(shop) OVER (w RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS d, FIRST_VALUE(shop) OVER (w RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS e FROM per_window WINDOW w AS (PARTITION BY window_start ORDER BY s)",
        "SELECT window_end, s, COUNT(s) OVER (PARTITION BY window_end ORDER BY s DESC NULLS LAST RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS a, NTH_VALUE(shop, 2) OVER (PARTITION BY window_end ORDER BY s NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS b FROM per_window",
    ];

    public static TheoryData<string> SetQueries =>
    [
        "SELECT shop, n FROM orders UNION SELECT shop, n FROM visits",
        "SELECT shop, n FROM orders INTERSECT SELECT shop, n FROM visits",
        "SELECT shop, n FROM orders INTERSECT ALL SELECT shop, n FROM visits",
        "SELECT shop, n FROM orders EXCEPT SELECT shop, n FROM visits",
        "SELECT shop, n FROM orders EXCEPT ALL SELECT shop, n FROM visits",
        "SELECT c FROM sums EXCEPT ALL SELECT n FROM orders",
        "SELECT shop, s FROM sums INTERSECT ALL SELECT shop, n FROM visits",
        "SELECT DISTINCT c FROM sums",
        "SELECT c FROM sums UNION SELECT n FROM orders UNION ALL SELECT 1 FROM visits INTERSECT SELECT c FROM sums",
        "SELECT c, s FROM sums UNION ALL SELECT c, s FROM sums",
        "SELECT window_end, shop FROM per_window EXCEPT SELECT window_end, shop FROM per_window WHERE s > 3",
        "SELECT DISTINCT window_end, s FROM per_window",
        "SELECT window_end, shop FROM TUMBLE(orders, at, INTERVAL '4 seconds') INTERSECT SELECT window_end, shop FROM TUMBLE(visits, at, INTERVAL '4 seconds')",
    ];

    [Theory, MemberData(nameof(TopQueries)), MemberData(nameof(OverQueries)), MemberData(nameof(FollowingQueries)), MemberData(nameof(SetQueries))]
    public void Any_way_to_run_it_gives_the_plain_answer(string query)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (var ttl in OverQueries.Concat(FollowingQueries).Any(q => q.Data == query) && !query.Contains("per_window", StringComparison.Ordinal) ? new[] { "", " WITH (state_ttl = '4 seconds')" } : [""])
        {
            for (var round = 0; round < 3; round++)
            {
                var data = new Dictionary<string, IReadOnlyList<object?[]>[]>
                {
                    // Where order of arrival decides between rows of several partitions no two ways need agree: state_ttl has one.
                    ["orders"] = [.. Enumerable.Range(0, ttl.Length > 0 ? 1 : random.Next(1, 4)).Select(_ => RandomRows(random, true))],
                    ["visits"] = [.. Enumerable.Range(0, ttl.Length > 0 ? 1 : random.Next(1, 3)).Select(_ => RandomRows(random, false))],
                };
                var test = Trial.Of($"{Sources}CREATE MATERIALIZED VIEW v{ttl} AS {query};", data);
                for (var way = 0; way < 5; way++) test.Check(Way.Random(random));
            }
        }
    }

    static List<object?[]> RandomRows(Random random, bool isOrder)
    {
        var rows = new List<object?[]>();
        for (var i = 0; i < random.Next(80); i++)
        {
            // Up to 12 s out of order, many at the same time: some rows are late, many tie.
            object? time = random.Next(30) == 0 ? null : (i / 2 - random.Next(random.Next(13) + 1)) * 1_000_000L;
            object?[] row = [time, random.Next(6) == 0 ? null : "s" + random.Next(3), random.Next(6) == 0 ? null : random.Next(-1, 5)];
            object? x = random.Next(7) switch { 0 => null, 1 => double.NaN, 2 => -0.0, 3 => 0.0, var v => v - 4.5 };
            rows.Add(isOrder ? [.. row, random.Next(6) == 0 ? null : (Int128)random.Next(5), x] : row);
        }
        return rows;
    }
}
