-- Live sales of eight shops: collected, cleaned, analysed, stored and charted.
-- Edit anything and start again; "millrace check" explains what it does not understand.

-- The data is made up: two minutes of business a second, after a day of history that comes at once. It is dirty on purpose:
-- lines that come twice, without customer, with impossible prices, cut off in the middle, out of order, hours late.
CREATE SOURCE sales (
  order_id BIGINT,
  line INTEGER,
  at TIMESTAMP,
  shop TEXT,
  country TEXT,
  product TEXT,
  category TEXT,
  quantity INTEGER,
  price DECIMAL(10,2),
  customer TEXT MASKED WITH (function = 'hash'),
  payment TEXT,
  amount AS quantity * price,
  -- Rows may be two minutes out of order; who comes later than that is late.
  WATERMARK FOR at AS at - INTERVAL '2 minutes',
  CONSTRAINT has_customer EXPECT (COALESCE(customer, '') <> '') ON VIOLATION WARN,
  CONSTRAINT has_price    EXPECT (price > 0)                    ON VIOLATION QUARANTINE,
  CONSTRAINT sane_price   EXPECT (price <= 10000)               ON VIOLATION QUARANTINE,
  CONSTRAINT not_returned EXPECT (quantity > 0)                 ON VIOLATION DROP ROW
) WITH (
  connector = 'generator', template = 'sales', seed = 1,
  rate = '500', speed = '120x', history = '24 hours',
  bad_data = 'dead_letter'
) ON LATE TO late_sales;

-- Each line once. The key holds the time, so what is remembered stays small.
CREATE VIEW orders AS
  SELECT DISTINCT ON (order_id, line, at) order_id, line, at, shop, country, product, category, quantity, customer, payment, amount
  FROM sales;

-- The key figures: one row for each ten minutes.
CREATE MATERIALIZED VIEW revenue WITH (retention = '7 days') AS
  SELECT window_start, window_end,
         SUM(amount) AS revenue,
         COUNT(DISTINCT order_id) AS orders,
         COUNT(DISTINCT customer) AS customers,
         SUM(quantity) AS units,
         AVG(amount) AS average_line
  FROM TUMBLE(orders, at, INTERVAL '10 minutes')
  GROUP BY window_start, window_end;

CREATE MATERIALIZED VIEW revenue_by_country WITH (retention = '7 days') AS
  SELECT window_start, country, SUM(amount) AS revenue, COUNT(*) AS lines
  FROM TUMBLE(orders, at, INTERVAL '1 hour')
  GROUP BY window_start, country;

CREATE MATERIALIZED VIEW revenue_by_category WITH (retention = '7 days') AS
  SELECT window_start, category, SUM(amount) AS revenue, SUM(quantity) AS units
  FROM TUMBLE(orders, at, INTERVAL '1 hour')
  GROUP BY window_start, category;

-- The last three hours, anew every hour.
CREATE MATERIALIZED VIEW top_products WITH (retention = '7 days') AS
  SELECT window_start, window_end, product, SUM(amount) AS revenue, SUM(quantity) AS units
  FROM HOP(orders, at, INTERVAL '1 hour', INTERVAL '3 hours')
  GROUP BY window_start, window_end, product;

CREATE MATERIALIZED VIEW payments WITH (retention = '7 days') AS
  SELECT window_start, payment, COUNT(*) AS lines, SUM(amount) AS revenue
  FROM TUMBLE(orders, at, INTERVAL '1 hour')
  GROUP BY window_start, payment;

CREATE DASHBOARD live_sales TITLE 'Live sales' (
  TILE kpi  'Revenue'                 FROM revenue VALUE revenue FORMAT 'currency',
  TILE kpi  'Orders'                  FROM revenue VALUE orders,
  TILE kpi  'Customers'               FROM revenue VALUE customers,
  TILE kpi  'Average line'            FROM revenue VALUE average_line FORMAT 'currency',
  TILE line 'Revenue per 10 minutes'  FROM revenue X window_start Y revenue FORMAT 'currency' WIDTH 2,
  TILE line 'Revenue by country'      FROM revenue_by_country X window_start Y revenue SERIES country FORMAT 'currency' WIDTH 2,
  TILE bar  'Top products, 3 hours'   FROM top_products X product Y revenue TOP 10 FORMAT 'currency' WIDTH 2,
  TILE bar  'Categories, this hour'   FROM revenue_by_category X category Y revenue FORMAT 'currency' WIDTH 2,
  TILE table 'Payments'               FROM payments WIDTH 2,
  TILE quality 'Data quality'         FROM sales WIDTH 2,
  TILE pipeline 'Pipeline' WIDTH 4
);

-- What the views must do, on rows of its own: "millrace test" runs these in memory. Each row has the columns of the source that are not computed.
CREATE TEST a_line_that_comes_twice_counts_once
  GIVEN sales (order_id, line, at, country, product, category, quantity, price) VALUES
    (1, 1, '2026-03-02 10:00:00', 'DE', 'tea',  'drinks', 2, 2.50),
    (1, 1, '2026-03-02 10:00:00', 'DE', 'tea',  'drinks', 2, 2.50),
    (1, 2, '2026-03-02 10:00:00', 'DE', 'cake', 'food',   1, 4.00),
    (2, 1, '2026-03-02 10:09:59', 'FR', 'tea',  'drinks', 1, 2.50),
    (3, 1, '2026-03-02 10:10:00', 'FR', 'tea',  'drinks', 1, 2.50)
  EXPECT SELECT window_start, revenue, orders, units FROM revenue RETURNS
    ('2026-03-02 10:00:00', 11.50, 2, 4),
    ('2026-03-02 10:10:00',  2.50, 1, 1)
  EXPECT SELECT country, revenue, lines FROM revenue_by_country RETURNS
    ('DE', 9.00, 2),
    ('FR', 5.00, 2);

CREATE TEST what_breaks_a_rule_is_set_aside
  GIVEN sales (order_id, line, at, product, quantity, price, customer) VALUES
    (1, 1, '2026-03-02 10:00:00', 'tea', 2, 2.50, 'ann'),
    (1, 2, '2026-03-02 10:00:01', 'tea', 1, 0.00, 'ann'),
    (1, 3, '2026-03-02 10:00:02', 'tea', 1, 10000.01, 'ann'),
    (1, 4, '2026-03-02 10:00:03', 'tea', -1, 2.50, 'ann'),
    (2, 1, '2026-03-02 10:00:04', 'tea', 1, 2.50, NULL)
  EXPECT SELECT order_id, line FROM orders ORDER BY order_id, line RETURNS (1, 1), (2, 1)
  EXPECT SELECT rule, COUNT(*) FROM dead_letters GROUP BY rule RETURNS ('has_price', 1), ('sane_price', 1);

CREATE TEST a_line_that_comes_too_late_is_kept_aside
  GIVEN sales (order_id, line, at, product, quantity, price) VALUES (1, 1, '2026-03-02 10:05:00', 'tea', 2, 2.50)
  ADVANCE EVENT TIME TO '2026-03-02 10:10:00'
  GIVEN sales (order_id, line, at, product, quantity, price) VALUES (2, 1, '2026-03-02 10:09:00', 'tea', 1, 2.50)
  EXPECT SELECT window_start, revenue FROM revenue RETURNS ('2026-03-02 10:00:00', 5.00)
  EXPECT SELECT order_id, view FROM late_sales RETURNS (2, 'orders');

CREATE TEST the_last_three_hours_overlap
  GIVEN sales (order_id, line, at, product, quantity, price) VALUES
    (1, 1, '2026-03-02 10:30:00', 'tea', 1, 2.50),
    (2, 1, '2026-03-02 12:30:00', 'tea', 2, 2.50)
  EXPECT SELECT window_end, units FROM top_products ORDER BY window_end RETURNS
    ('2026-03-02 11:00:00', 1), ('2026-03-02 12:00:00', 1), ('2026-03-02 13:00:00', 3), ('2026-03-02 14:00:00', 2), ('2026-03-02 15:00:00', 2);
