-- What ./bench/long-run runs: windows, sessions, duplicates, dead letters and late rows at full speed; what is stored is bounded by retention.
SET commit_interval = '1 second';

CREATE SOURCE sales (
  order_id TEXT, line INTEGER, at TIMESTAMP, shop TEXT, country TEXT, product TEXT, category TEXT, quantity INTEGER, price DECIMAL(10,2), customer TEXT, payment TEXT,
  WATERMARK FOR at AS at - INTERVAL '5 minutes',
  CONSTRAINT has_price EXPECT (price > 0) ON VIOLATION DROP ROW
) WITH (connector = 'generator', template = 'sales', rate = 'max', rows_per_hour = 1000000, bad_data = 'drop');

CREATE VIEW once AS SELECT DISTINCT ON (order_id, line, at) order_id, line, at, shop, country, product, category, quantity, price, customer FROM sales;

CREATE MATERIALIZED VIEW per_minute WITH (retention = '2 hours') AS
  SELECT window_start, window_time, shop, category, COUNT(*) AS lines, SUM(quantity * price) AS revenue, COUNT(DISTINCT customer) AS customers
  FROM TUMBLE(once, at, INTERVAL '1 minute') GROUP BY window_start, window_time, shop, category;

CREATE MATERIALIZED VIEW last_ten_minutes WITH (retention = '1 hour') AS
  SELECT window_start, window_time, product, SUM(quantity) AS pieces FROM HOP(once, at, INTERVAL '1 minute', INTERVAL '10 minutes') GROUP BY window_start, window_time, product;

CREATE MATERIALIZED VIEW by_shop AS SELECT shop, country, COUNT(*) AS lines, SUM(quantity * price) AS revenue FROM once GROUP BY shop, country;
