CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE UPDATE FOR INTERVAL '10 minutes' THEN TO late_orders;

-- Ten minutes in steps of five: 0 to 5, 0 to 10, then 10 to 15 and so on. The row of 23:02 comes after its first window has closed.
CREATE MATERIALIZED VIEW so_far AS
  SELECT window_start, window_end, shop, COUNT(*) AS n, SUM(amount) AS total, MAX(amount) AS largest
  FROM CUMULATE(orders, at, INTERVAL '5 minutes', INTERVAL '10 minutes')
  GROUP BY window_start, window_end, shop
  EMIT ON WINDOW CLOSE;

-- A day in Berlin that has 23 hours, in steps of six: the last one is five hours long.
CREATE MATERIALIZED VIEW by_day AS
  SELECT window_start, window_end, SUM(amount) AS total
  FROM CUMULATE(orders, at, step => INTERVAL '6 hours', size => INTERVAL '1 day', zone => 'Europe/Berlin')
  GROUP BY window_start, window_end;

-- Rows with their windows.
CREATE MATERIALIZED VIEW assigned AS
  SELECT window_end, amount FROM CUMULATE(orders, at, INTERVAL '2 minutes', INTERVAL '6 minutes') WHERE amount IN (1, 4, 16);

-- disorder orders.csv 00:00:05
-- file orders.csv
-- at,shop,amount
-- 2024-03-30T23:01:00Z,north,1
-- 2024-03-30T23:04:00Z,south,2
-- 2024-03-30T23:05:00Z,north,4
-- 2024-03-30T23:12:00Z,north,8
-- 2024-03-30T23:02:00Z,north,16
-- 2024-03-31T21:59:00Z,north,32
-- 2024-03-31T22:00:00Z,north,64
-- expect so_far
-- window_start | window_end | shop | n | total | largest
-- 2024-03-30 23:00:00 | 2024-03-30 23:05:00 | north | 2 | 17 | 16
-- 2024-03-30 23:00:00 | 2024-03-30 23:05:00 | south | 1 | 2 | 2
-- 2024-03-30 23:00:00 | 2024-03-30 23:10:00 | north | 3 | 21 | 16
-- 2024-03-30 23:00:00 | 2024-03-30 23:10:00 | south | 1 | 2 | 2
-- 2024-03-30 23:10:00 | 2024-03-30 23:15:00 | north | 1 | 8 | 8
-- 2024-03-30 23:10:00 | 2024-03-30 23:20:00 | north | 1 | 8 | 8
-- 2024-03-31 21:50:00 | 2024-03-31 22:00:00 | north | 1 | 32 | 32
-- 2024-03-31 22:00:00 | 2024-03-31 22:05:00 | north | 1 | 64 | 64
-- 2024-03-31 22:00:00 | 2024-03-31 22:10:00 | north | 1 | 64 | 64
-- expect by_day
-- window_start | window_end | total
-- 2024-03-30 23:00:00 | 2024-03-31 05:00:00 | 31
-- 2024-03-30 23:00:00 | 2024-03-31 11:00:00 | 31
-- 2024-03-30 23:00:00 | 2024-03-31 17:00:00 | 31
-- 2024-03-30 23:00:00 | 2024-03-31 22:00:00 | 63
-- 2024-03-31 22:00:00 | 2024-04-01 04:00:00 | 64
-- 2024-03-31 22:00:00 | 2024-04-01 10:00:00 | 64
-- 2024-03-31 22:00:00 | 2024-04-01 16:00:00 | 64
-- 2024-03-31 22:00:00 | 2024-04-01 22:00:00 | 64
-- expect assigned
-- window_end | amount
-- 2024-03-30 23:02:00 | 1
-- 2024-03-30 23:04:00 | 1
-- 2024-03-30 23:04:00 | 16
-- 2024-03-30 23:06:00 | 1
-- 2024-03-30 23:06:00 | 16
-- 2024-03-30 23:06:00 | 4
