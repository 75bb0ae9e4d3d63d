CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE MATERIALIZED VIEW totals AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop;

CREATE MATERIALIZED VIEW closed AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop
  EMIT ON WINDOW CLOSE;

CREATE MATERIALIZED VIEW settled AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop
  EMIT FINAL;

CREATE MATERIALIZED VIEW now_and_then AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop
  EMIT EVERY INTERVAL '1 second';

CREATE SINK totals_csv FROM totals WITH (connector = 'file', path = 'totals.csv', format = 'csv');

-- disorder orders.csv 00:00:10
-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:10Z,north,1
-- 2024-03-01T10:00:20Z,south,2
-- 2024-03-01T10:00:59Z,north,4
-- 2024-03-01T10:01:10Z,north,8
-- expect totals
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 5
-- 2024-03-01 10:00:00 | south | 2
-- 2024-03-01 10:01:00 | north | 8
-- expect closed
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 5
-- 2024-03-01 10:00:00 | south | 2
-- 2024-03-01 10:01:00 | north | 8
-- expect settled
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 5
-- 2024-03-01 10:00:00 | south | 2
-- 2024-03-01 10:01:00 | north | 8
-- expect now_and_then
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 5
-- 2024-03-01 10:00:00 | south | 2
-- 2024-03-01 10:01:00 | north | 8
-- expect totals.csv
-- window_start,shop,total
-- 2024-03-01 10:00:00,north,5
-- 2024-03-01 10:00:00,south,2
-- 2024-03-01 10:01:00,north,8
