CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at) WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE MATERIALIZED VIEW means AS
  WITH large AS (SELECT at, shop, amount FROM orders WHERE amount > 1)
  SELECT window_start, AVG(doubled) AS mean
  FROM TUMBLE((SELECT at, amount * 2 AS doubled FROM large), at, INTERVAL '1 minute') GROUP BY window_start;

CREATE MATERIALIZED VIEW labelled AS
  SELECT o.at, o.shop || '!' AS shop, CASE WHEN o.amount > 2 THEN 'large' WHEN o.amount IS NULL THEN 'none' ELSE 'small' END AS size
  FROM (SELECT * FROM orders) AS o WHERE o.shop IN ('north', 'south') OR o.shop IS NULL;

-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:00Z,north,1
-- 2024-03-01T10:00:10Z,south,2
-- 2024-03-01T10:00:20Z,north,3
-- 2024-03-01T10:00:30Z,west,4
-- 2024-03-01T10:00:40Z,,
-- expect means
-- window_start | mean
-- 2024-03-01 10:00:00 | 6.000000
-- expect labelled
-- at | shop | size
-- 2024-03-01 10:00:00 | north! | small
-- 2024-03-01 10:00:10 | south! | small
-- 2024-03-01 10:00:20 | north! | large
-- 2024-03-01 10:00:40 | NULL | none
