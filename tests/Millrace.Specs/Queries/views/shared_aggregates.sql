CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount DOUBLE, pieces INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE UPDATE FOR INTERVAL '20 seconds' THEN TO late_orders;

-- The same groups, asked for in four ways; each hears of them as it wants.
CREATE MATERIALIZED VIEW revenue AS
  SELECT window_start, shop, SUM(amount * 2.0) AS revenue FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

CREATE MATERIALIZED VIEW counts AS
  SELECT shop, window_end, COUNT(*) AS n, MAX(pieces) AS most, SUM(amount * 2.0) AS revenue FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_end, shop
  EMIT FINAL;

CREATE MATERIALIZED VIEW large AS
  SELECT window_start, shop, COUNT(*) FILTER (WHERE pieces > 2) AS large, COUNT(DISTINCT pieces) AS sizes FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop
  HAVING COUNT(*) > 1 EMIT ON WINDOW CLOSE;

CREATE VIEW unread AS
  SELECT window_start, shop, MIN(pieces) AS least FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

-- Other rows, so other groups.
CREATE MATERIALIZED VIEW dear AS
  SELECT window_start, shop, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 minute') WHERE amount > 3.0 GROUP BY window_start, shop;

-- An aggregate over each of two that are one below.
CREATE MATERIALIZED VIEW best AS SELECT window_start, MAX(revenue) AS best FROM revenue GROUP BY window_start;
CREATE MATERIALIZED VIEW shops AS SELECT window_start, COUNT(*) AS shops FROM revenue GROUP BY window_start;

-- in order: rows are late
-- file orders.csv
-- at,shop,amount,pieces
-- 2024-03-01T10:00:10Z,north,1.5,1
-- 2024-03-01T10:00:40Z,south,4,3
-- 2024-03-01T10:01:15Z,north,2,2
-- 2024-03-01T10:00:30Z,north,8,5
-- 2024-03-01T10:01:31Z,south,16,3
-- 2024-03-01T10:00:50Z,north,32,4
-- 2024-03-01T10:00:51Z,south,0.5,4
-- 2024-03-01T10:01:20Z,north,64,2
-- expect revenue
-- window_start | shop | revenue
-- 2024-03-01 10:00:00 | north | 19
-- 2024-03-01 10:00:00 | south | 8
-- 2024-03-01 10:01:00 | north | 132
-- 2024-03-01 10:01:00 | south | 32
-- expect counts
-- shop | window_end | n | most | revenue
-- north | 2024-03-01 10:01:00 | 2 | 5 | 19
-- south | 2024-03-01 10:01:00 | 1 | 3 | 8
-- north | 2024-03-01 10:02:00 | 2 | 2 | 132
-- south | 2024-03-01 10:02:00 | 1 | 3 | 32
-- expect large
-- window_start | shop | large | sizes
-- 2024-03-01 10:00:00 | north | 1 | 2
-- 2024-03-01 10:01:00 | north | 0 | 1
-- expect dear
-- window_start | shop | n
-- 2024-03-01 10:00:00 | north | 1
-- 2024-03-01 10:00:00 | south | 1
-- 2024-03-01 10:01:00 | north | 1
-- 2024-03-01 10:01:00 | south | 1
-- expect best
-- window_start | best
-- 2024-03-01 10:00:00 | 19
-- 2024-03-01 10:01:00 | 132
-- expect shops
-- window_start | shops
-- 2024-03-01 10:00:00 | 2
-- 2024-03-01 10:01:00 | 2
-- expect late_orders
-- at | shop | amount | pieces | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:50 | north | 32 | 4 | counts | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 180
-- 2024-03-01 10:00:50 | north | 32 | 4 | dear | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 180
-- 2024-03-01 10:00:50 | north | 32 | 4 | large | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 180
-- 2024-03-01 10:00:50 | north | 32 | 4 | revenue | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 180
-- 2024-03-01 10:00:51 | south | 0.5 | 4 | counts | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 212
-- 2024-03-01 10:00:51 | south | 0.5 | 4 | large | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 212
-- 2024-03-01 10:00:51 | south | 0.5 | 4 | revenue | 2024-03-01 10:01:00 | 2024-03-01 10:01:01 | 0 | 212
