using Millrace.Bench.HandWritten;

namespace Millrace.Bench.Sales;

/// <summary>A question about sales that Millrace, DuckDB (bench/peers/duckdb.mjs) and a loop written by hand answer.</summary>
/// <param name="Name">w1 to w9.</param>
/// <param name="Summary">One line.</param>
/// <param name="Target">How many times DuckDB's speed is aimed at, with one thread each.</param>
/// <param name="View">The SELECT of the answer, in columns that DuckDB's answer has too, windows as their start.</param>
/// <param name="Scales">For each column of the answer: null where it is a time, otherwise what it is multiplied by before it is rounded and compared.</param>
/// <param name="Format">json or csv where rows come from a text file of 2 million rows; null for columns of 10 million in memory.</param>
/// <param name="Sources">Further sources.</param>
/// <param name="ByHand">The loop that answers it, or null where there is none.</param>
sealed record SalesQuestion(string Name, string Summary, double Target, string View, double?[] Scales, string? Format = null, string Sources = "", Func<SalesArrays, ILoop>? ByHand = null)
{
    const string PerMinute = """
        SELECT window_start, product, SUM(qty * price) AS rev, COUNT(*) AS n
        FROM TUMBLE(sales, ts, INTERVAL '1 minute') WHERE qty > 0 GROUP BY window_start, product
        """;

    /// <summary>Prices have two digits: their sums times 100 are whole numbers, in whatever order doubles were added.</summary>
    const double Cents = 100;

    /// <summary>Means have any digits; with a factor as odd as this none lies just between two whole numbers.</summary>
    const double Means = 9876.54321;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SalesQuestion> All { get; } =
    [
        new("w1", "TUMBLE 1 minute by product, SUM and COUNT", 2.5, PerMinute, [null, 1, Cents, 1], ByHand: s => new MinutesByProduct(s)),
        new("w2", "TUMBLE 1 second, COUNT", 1.3, "SELECT window_start, COUNT(*) AS n FROM TUMBLE(sales, ts, INTERVAL '1 second') GROUP BY window_start", [null, 1], ByHand: s => new CountsPerSecond(s)),
        new("w3", "the ten products with the most revenue of every 10 minutes", 1.3, """
            SELECT window_start, product, rev FROM (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY rev DESC) AS place FROM (
                SELECT window_start, product, SUM(qty * price) AS rev FROM TUMBLE(sales, ts, INTERVAL '10 minutes') GROUP BY window_start, product))
            WHERE place <= 10
            """, [null, 1, Cents], ByHand: s => new BestProducts(s)),
        new("w4", "HOP 10 minutes by 1 minute by store, AVG", 1.2, """
            SELECT window_start, store, AVG(qty * price) AS mean
            FROM HOP(sales, ts, INTERVAL '1 minute', INTERVAL '10 minutes') GROUP BY window_start, store
            """, [null, 1, Means], ByHand: s => new SlidingMeans(s)),
        new("w5", "exact COUNT(DISTINCT customer) of every hour", 2, "SELECT window_start, COUNT(DISTINCT customer) AS customers FROM TUMBLE(sales, ts, INTERVAL '1 hour') GROUP BY window_start", [null, 1],
            ByHand: s => new CustomersPerHour(s)),
        new("w6", "join to 40 categories, TUMBLE 1 minute, SUM", 1.2, """
            SELECT window_start, category, SUM(qty * price) AS rev
            FROM TUMBLE((SELECT s.ts, s.qty, s.price, d.category FROM sales AS s JOIN dim AS d ON s.product = d.product), ts, INTERVAL '1 minute')
            GROUP BY window_start, category
            """, [null, 1, Cents], Sources: """
            CREATE SOURCE dim (product INTEGER, category INTEGER, PRIMARY KEY (product)) WITH (connector = 'file', path = '${DIM}', format = 'csv');
            """, ByHand: s => new MinutesByCategory(s)),
        new("w7", "SESSION 30 seconds by customer, COUNT, SUM, first and last", 20, """
            SELECT customer, COUNT(*) AS n, SUM(qty * price) AS rev, MIN(ts) AS first_at, MAX(ts) AS last_at
            FROM SESSION(sales PARTITION BY customer, ts, INTERVAL '30 seconds') GROUP BY customer, window_start, window_end
            """, [1, 1, Cents, null, null], ByHand: s => new SessionsByCustomer(s)),
        new("w8", "w1 from a JSON lines file of 2 million rows, decoding included", 3.5, PerMinute, [null, 1, Cents, 1], Format: "json"),
        new("w9", "w1 from a CSV file of 2 million rows, decoding included", 2.5, PerMinute, [null, 1, Cents, 1], Format: "csv"),
    ];

    /// <summary>Rows that it reads.</summary>
    public int Rows => Format is null ? Harness.Workshop.SalesRows : Harness.Workshop.SalesTextRows;

    /// <summary>The SQL as it is put to Millrace.</summary>
    /// <param name="path">The text file, where there is one.</param>
    public string Text(string? path) => $"""
        SET commit_interval = '20 milliseconds';
        CREATE SOURCE sales (ts TIMESTAMP, {(Format is null ? "product INTEGER, store INTEGER, customer INTEGER" : "product TEXT, store TEXT, customer TEXT")}, qty INTEGER, price DOUBLE,
                             WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
          WITH ({(Format is null ? "connector = 'memory'" : $"connector = 'file', path = '{path}', format = '{Format}'")});
        {Sources}
        CREATE VIEW answer AS
        {View};
        CREATE SINK result FROM answer EMIT ON WINDOW CLOSE WITH (connector = 'columns');
        """;
}
