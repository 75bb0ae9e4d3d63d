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
-- expect uneven
