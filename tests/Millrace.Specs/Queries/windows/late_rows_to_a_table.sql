CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE TO late_orders;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

-- The last row is late for its minute, yet in time for its hour.
CREATE MATERIALIZED VIEW per_hour AS
  SELECT window_start, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start;

-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:10Z,north,1
-- 2024-03-01T10:01:09Z,north,2
-- 2024-03-01T10:00:59Z,north,4
-- 2024-03-01T10:01:10Z,north,8
-- 2024-03-01T10:00:58Z,south,16
-- expect per_minute
-- expect per_hour
-- expect late_orders
