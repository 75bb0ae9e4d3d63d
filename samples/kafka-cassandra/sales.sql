-- Sales by product and minute: from a topic of Kafka into a table of Cassandra, and live on a page.
--
-- ${BROKERS}: brokers of Kafka, host:port with commas. ${HOSTS}: nodes of Cassandra, host:port with commas.

-- What a reader of the table waits for is mostly this.
SET commit_interval = '20 milliseconds';

CREATE SOURCE sales (
  order_id BIGINT, line INTEGER, at TIMESTAMP, shop TEXT, country TEXT, product TEXT, quantity INTEGER, price DECIMAL(10,2),
  amount AS quantity * price,
  WATERMARK FOR at AS at - INTERVAL '5 seconds',
  CONSTRAINT sane_price   EXPECT (price > 0 AND price <= 10000) ON VIOLATION QUARANTINE,
  CONSTRAINT not_returned EXPECT (quantity > 0)                 ON VIOLATION DROP ROW
) WITH (connector = 'kafka', brokers = '${BROKERS}', broker.version = '0.9.0', topic = 'sales', format = 'json', bad_data = 'dead_letter', group = 'millrace-sales');

-- Each line once, also where a producer has sent it again.
CREATE VIEW orders AS SELECT DISTINCT ON (order_id, line, at) order_id, line, at, shop, product, quantity, amount FROM sales;

CREATE MATERIALIZED VIEW product_minute WITH (retention = '1 day') AS
  SELECT window_start AS minute, product, SUM(amount) AS revenue, SUM(quantity) AS quantity, COUNT(*) AS lines
  FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, product;

CREATE MATERIALIZED VIEW shop_minute WITH (retention = '1 day') AS
  SELECT window_start AS minute, shop, SUM(amount) AS revenue, COUNT(DISTINCT order_id) AS orders
  FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

CREATE MATERIALIZED VIEW revenue_minute WITH (retention = '1 day') AS
  SELECT window_start AS minute, SUM(amount) AS revenue, COUNT(*) AS lines
  FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start;

-- One product, one day, newest minute first: that is how the table is read.
CREATE SINK product_minute_table FROM product_minute WITH (
  connector = 'cassandra', hosts = '${HOSTS}', keyspace = 'shop', table = 'product_minute', replication = '1',
  partition_key = 'product, day(minute)', clustering_key = 'minute DESC', ttl = '30 days');

CREATE DASHBOARD shops TITLE 'Shops' (
  TILE kpi  'Revenue this minute' FROM revenue_minute VALUE revenue FORMAT 'currency',
  TILE line 'Revenue by shop'     FROM shop_minute X minute Y revenue SERIES shop FORMAT 'currency' WIDTH 2,
  TILE bar  'Best products, this minute' FROM product_minute X product Y revenue TOP 10 FORMAT 'currency' WIDTH 2,
  TILE quality 'Data quality' FROM sales WIDTH 2,
  TILE pipeline 'Pipeline' WIDTH 4
);

CREATE TEST a_line_that_is_sent_again_counts_once
  GIVEN sales (order_id, line, at, shop, product, quantity, price) VALUES
    (1, 1, '2026-03-02 10:00:00', 'Berlin', 'tea',  2, 2.50),
    (1, 1, '2026-03-02 10:00:00', 'Berlin', 'tea',  2, 2.50),
    (2, 1, '2026-03-02 10:00:59', 'Paris',  'tea',  1, 2.50),
    (2, 2, '2026-03-02 10:00:59', 'Paris',  'cake', -1, 4.00)
  EXPECT SELECT minute, product, revenue, quantity, lines FROM product_minute RETURNS ('2026-03-02 10:00:00', 'tea', 7.50, 3, 2)
  EXPECT SELECT shop, orders FROM shop_minute ORDER BY shop RETURNS ('Berlin', 1), ('Paris', 1);

CREATE TEST what_breaks_a_rule_is_set_aside
  GIVEN sales (order_id, line, at, shop, product, quantity, price) VALUES
    (1, 1, '2026-03-02 10:00:00', 'Berlin', 'tea', 2, 2.50),
    (1, 2, '2026-03-02 10:00:01', 'Berlin', 'tea', 2, 0.00),
    (1, 3, '2026-03-02 10:00:02', 'Berlin', 'tea', 2, 10000.01)
  EXPECT SELECT revenue, lines FROM revenue_minute RETURNS (5.00, 1)
  EXPECT SELECT rule, COUNT(*) FROM dead_letters GROUP BY rule RETURNS ('sane_price', 2);

CREATE TEST a_minute_has_its_own_rows
  GIVEN sales (order_id, line, at, shop, product, quantity, price) VALUES
    (1, 1, '2026-03-02 10:00:59', 'Berlin', 'tea', 1, 2.50),
    (2, 1, '2026-03-02 10:01:00', 'Berlin', 'tea', 1, 2.50)
  EXPECT SELECT minute, shop, revenue, orders FROM shop_minute ORDER BY minute RETURNS
    ('2026-03-02 10:00:00', 'Berlin', 2.50, 1),
    ('2026-03-02 10:01:00', 'Berlin', 2.50, 1);
