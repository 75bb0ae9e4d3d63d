namespace Millrace.Tests.Sql;

/// <summary>A file with everything that the language has now.</summary>
static class WholeFile
{
    public const string Text = """
        -- Sales, from bytes to a page.
        SET commit_interval = '50 milliseconds';
        SET memory.limit = '1.5 GiB';
        SET lanes TO 2;

        CREATE SOURCE orders (
          invoice TEXT FROM 'InvoiceNo', product TEXT, description TEXT, quantity INTEGER, price DECIMAL(10,3),
          customer TEXT MASKED WITH (function = 'hash', key = SECRET PASSWORD), country TEXT, "At" TIMESTAMP,
          amount AS quantity * price,
          name TEXT GENERATED ALWAYS AS (coalesce(trim(description), 'unknown')),
          WATERMARK FOR "At" AS "At" - INTERVAL '10 seconds',
          CONSTRAINT has_product   EXPECT (product IS NOT NULL)  ON VIOLATION QUARANTINE,
          CONSTRAINT not_returned  EXPECT (quantity > 0)         ON VIOLATION DROP ROW,
          CONSTRAINT sane_price    EXPECT (price BETWEEN 0 AND 10000) ON VIOLATION WARN,
          CONSTRAINT known         EXPECT (country <> 'Atlantis')
        ) WITH (connector = 'pipe', path = '${DATA}/online_retail.csv.gz', format = 'csv', bad_data = 'dead_letter', bad_data.max_rate = 0.1, csv.delimiter = ';',
                watermark.idle_timeout = '10 seconds', watermark.all_idle = 'hold')
          ON LATE TO late_orders;

        CREATE VIEW clean (CONSTRAINT real EXPECT (invoice ~ '^[0-9]{6}$') ON VIOLATION DROP ROW) WITH (state_ttl = '1 day') AS
          SELECT DISTINCT ON (invoice, product, description, quantity, price, customer, country, "At") * FROM orders;

        CREATE MATERIALIZED VIEW revenue_by_country WITH (retention = '90 days') AS
          SELECT window_start, country, SUM(amount) AS revenue, COUNT(*) AS lines, COUNT(DISTINCT customer) AS customers, COUNT(*) FILTER (WHERE quantity > 10) AS large
          FROM TUMBLE(clean, "At", INTERVAL '1 hour') GROUP BY window_start, country HAVING COUNT(*) > 1
          EMIT ON WINDOW CLOSE;

        CREATE MATERIALIZED VIEW revenue AS
          SELECT window_start, window_end, SUM(amount) AS revenue FROM TABLE(HOP(TABLE clean, DESCRIPTOR("At"), INTERVAL '15 minutes', INTERVAL '1 hour')) GROUP BY window_start, window_end;

        CREATE MATERIALIZED VIEW daily AS
          WITH hours AS (SELECT window_start, revenue, lines FROM revenue_by_country WHERE country <> 'Unspecified')
          SELECT window_start, SUM(revenue) AS revenue, SUM(revenue) / NULLIF(SUM(lines), 0) AS per_line
          FROM TUMBLE(hours, window_start, INTERVAL '1 day', zone => 'Europe/London') GROUP BY 1;

        CREATE SINK archive FROM revenue EMIT FINAL WITH (connector = 'pipe', path = 'revenue.csv', format = 'csv', mode = 'append');
        CREATE SINK live FROM daily WITH (connector = 'pipe', path = 'daily', key = 'window_start');

        CREATE DASHBOARD sales TITLE 'Live sales' (
          TILE kpi  'Revenue'           FROM revenue VALUE revenue FORMAT 'currency',
          TILE line 'Revenue per hour'  FROM revenue_by_country X window_start Y revenue SERIES country WIDTH 2,
          TILE bar  'Top countries'     FROM revenue_by_country X country Y revenue TOP 10,
          TILE table 'Days'             FROM daily,
          TILE quality 'Data quality'   FROM orders,
          TILE pipeline );
        """;
}
