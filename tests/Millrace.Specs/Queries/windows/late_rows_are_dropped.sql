CREATE SOURCE orders (at TIMESTAMP, amount INTEGER, WATERMARK FOR at AS at)
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE DROP;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start;

-- in order: rows are late
-- file orders.csv
-- at,amount
-- 2024-03-01T10:00:10Z,1
-- 2024-03-01T10:01:00Z,2
-- 2024-03-01T10:00:59Z,4
-- 2024-03-01T10:01:30Z,8
-- expect per_minute
-- window_start | total
-- 2024-03-01 10:00:00 | 1
-- 2024-03-01 10:01:00 | 10
