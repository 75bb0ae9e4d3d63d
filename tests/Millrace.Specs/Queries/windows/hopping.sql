CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount DECIMAL(10,2), WATERMARK FOR at AS at - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');

-- Ten minutes every five: each row falls in two windows; only windows with rows exist.
CREATE MATERIALIZED VIEW sliding AS
  SELECT window_start, window_end, shop, COUNT(*) AS n, SUM(amount) AS total, MAX(amount) AS largest
  FROM HOP(orders, at, INTERVAL '5 minutes', INTERVAL '10 minutes')
  GROUP BY window_start, window_end, shop;

-- A slide that does not divide the size.
CREATE MATERIALIZED VIEW uneven AS
  SELECT window_start, window_end, COUNT(*) AS n
  FROM HOP(orders, at, INTERVAL '4 minutes', INTERVAL '10 minutes')
  GROUP BY window_start, window_end;

-- disorder orders.csv 00:00:05
-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:00Z,north,10.00
-- 2024-03-01T10:04:59Z,south,1.50
-- 2024-03-01T10:05:00Z,north,2.25
-- 2024-03-01T10:12:00Z,north,4.00
-- 2024-03-01T11:00:00Z,south,8.00
-- expect sliding
-- window_start | window_end | shop | n | total | largest
-- 2024-03-01 09:55:00 | 2024-03-01 10:05:00 | north | 1 | 10.00 | 10.00
-- 2024-03-01 09:55:00 | 2024-03-01 10:05:00 | south | 1 | 1.50 | 1.50
-- 2024-03-01 10:00:00 | 2024-03-01 10:10:00 | north | 2 | 12.25 | 10.00
-- 2024-03-01 10:00:00 | 2024-03-01 10:10:00 | south | 1 | 1.50 | 1.50
-- 2024-03-01 10:05:00 | 2024-03-01 10:15:00 | north | 2 | 6.25 | 4.00
-- 2024-03-01 10:10:00 | 2024-03-01 10:20:00 | north | 1 | 4.00 | 4.00
-- 2024-03-01 10:55:00 | 2024-03-01 11:05:00 | south | 1 | 8.00 | 8.00
-- 2024-03-01 11:00:00 | 2024-03-01 11:10:00 | south | 1 | 8.00 | 8.00
-- expect uneven
-- window_start | window_end | n
-- 2024-03-01 09:52:00 | 2024-03-01 10:02:00 | 1
-- 2024-03-01 09:56:00 | 2024-03-01 10:06:00 | 3
-- 2024-03-01 10:00:00 | 2024-03-01 10:10:00 | 3
-- 2024-03-01 10:04:00 | 2024-03-01 10:14:00 | 3
-- 2024-03-01 10:08:00 | 2024-03-01 10:18:00 | 1
-- 2024-03-01 10:12:00 | 2024-03-01 10:22:00 | 1
-- 2024-03-01 10:52:00 | 2024-03-01 11:02:00 | 1
-- 2024-03-01 10:56:00 | 2024-03-01 11:06:00 | 1
-- 2024-03-01 11:00:00 | 2024-03-01 11:10:00 | 1
