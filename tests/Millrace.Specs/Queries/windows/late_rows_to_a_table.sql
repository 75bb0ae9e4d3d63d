CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE TO late_orders;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

-- The last row is late for its minute, yet in time for its hour.
CREATE MATERIALIZED VIEW per_hour AS
  SELECT window_start, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start;

-- in order: rows are late
-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:10Z,north,1
-- 2024-03-01T10:01:09Z,north,2
-- 2024-03-01T10:00:59Z,north,4
-- 2024-03-01T10:01:10Z,north,8
-- 2024-03-01T10:00:58Z,south,16
-- expect per_minute
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 5
-- 2024-03-01 10:01:00 | north | 10
-- expect per_hour
-- window_start | total
-- 2024-03-01 10:00:00 | 31
-- expect late_orders
-- at | shop | amount | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:58 | south | 16 | per_minute | 2024-03-01 10:01:00 | 2024-03-01 10:01:00 | 0 | 131
