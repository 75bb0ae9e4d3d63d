CREATE SOURCE web (at TIMESTAMP, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '1 minute') WITH (connector = 'file', path = 'web.csv', format = 'csv');
CREATE SOURCE shop (at TIMESTAMP, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '1 minute') WITH (connector = 'file', path = 'shop.csv', format = 'csv');

CREATE VIEW all_sales AS SELECT at, amount, 'web' AS channel FROM web UNION ALL SELECT at, amount, 'shop' FROM shop;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, SUM(amount) AS total, COUNT(DISTINCT channel) AS channels FROM TUMBLE(all_sales, at, INTERVAL '1 minute') GROUP BY window_start;
CREATE MATERIALIZED VIEW each AS SELECT at, amount, channel FROM all_sales;

-- file web.csv
-- at,amount
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:05:00Z,2
-- file shop.csv
-- at,amount
-- 2024-03-01T10:00:30Z,4
-- 2024-03-01T10:01:00Z,8
-- expect per_minute
-- window_start | total | channels
-- 2024-03-01 10:00:00 | 5 | 2
-- 2024-03-01 10:01:00 | 8 | 1
-- 2024-03-01 10:05:00 | 2 | 1
-- expect each
-- at | amount | channel
-- 2024-03-01 10:00:00 | 1 | web
-- 2024-03-01 10:00:30 | 4 | shop
-- 2024-03-01 10:01:00 | 8 | shop
-- 2024-03-01 10:05:00 | 2 | web
