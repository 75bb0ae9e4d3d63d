CREATE SOURCE sales (at TIMESTAMP, country TEXT, product TEXT, quantity INTEGER, WATERMARK FOR at AS at - INTERVAL '30 seconds')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv')
  ON LATE TO late_sales;

-- Subtotals within each window; a NULL of the data stays apart from the NULL of a set that leaves the key out.
CREATE MATERIALIZED VIEW by_minute AS
  SELECT window_start, country, product, GROUPING(country, product) AS level, SUM(quantity) AS units, COUNT(*) AS lines
  FROM TUMBLE(sales, at, INTERVAL '1 minute')
  GROUP BY window_start, ROLLUP (country, product);

CREATE MATERIALIZED VIEW cube AS
  SELECT coalesce(country, CASE WHEN GROUPING(country) = 1 THEN '(all)' ELSE '(none)' END) AS country, product, SUM(quantity) AS units
  FROM sales GROUP BY CUBE (country, product) HAVING SUM(quantity) > 4;

-- The key is summed too: arguments see it as it is.
CREATE MATERIALIZED VIEW both AS
  SELECT quantity, product, SUM(quantity) AS units FROM sales WHERE quantity < 4 GROUP BY GROUPING SETS (quantity, (product), ());

-- A composite goes as one; sets of several elements are multiplied.
CREATE MATERIALIZED VIEW composite AS
  SELECT country, product, quantity > 2 AS large, COUNT(*) AS lines FROM sales
  GROUP BY country, ROLLUP ((product, quantity > 2));

-- The same set twice gives its groups twice.
CREATE MATERIALIZED VIEW twice AS SELECT country, COUNT(*) AS lines FROM sales GROUP BY GROUPING SETS (country, country);

-- One set is a plain GROUP BY.
CREATE MATERIALIZED VIEW single AS SELECT country, GROUPING(country) AS g, COUNT(*) AS lines FROM sales GROUP BY GROUPING SETS ((country));
CREATE MATERIALIZED VIEW grand AS SELECT COUNT(*) AS lines FROM sales GROUP BY ();

-- in order: rows are late
-- file sales.csv
-- at,country,product,quantity
-- 2024-03-01T10:00:00Z,DE,nut,1
-- 2024-03-01T10:00:10Z,DE,bolt,2
-- 2024-03-01T10:00:20Z,FR,nut,4
-- 2024-03-01T10:00:30Z,,nut,8
-- 2024-03-01T10:01:30Z,DE,nut,1
-- 2024-03-01T10:03:00Z,FR,,3
-- 2024-03-01T10:00:40Z,DE,nut,100
-- expect by_minute
-- window_start | country | product | level | units | lines
-- 2024-03-01 10:00:00 | DE | bolt | 0 | 2 | 1
-- 2024-03-01 10:00:00 | DE | nut | 0 | 1 | 1
-- 2024-03-01 10:00:00 | DE | NULL | 1 | 3 | 2
-- 2024-03-01 10:00:00 | FR | nut | 0 | 4 | 1
-- 2024-03-01 10:00:00 | FR | NULL | 1 | 4 | 1
-- 2024-03-01 10:00:00 | NULL | nut | 0 | 8 | 1
-- 2024-03-01 10:00:00 | NULL | NULL | 1 | 8 | 1
-- 2024-03-01 10:00:00 | NULL | NULL | 3 | 15 | 4
-- 2024-03-01 10:01:00 | DE | nut | 0 | 1 | 1
-- 2024-03-01 10:01:00 | DE | NULL | 1 | 1 | 1
-- 2024-03-01 10:01:00 | NULL | NULL | 3 | 1 | 1
-- 2024-03-01 10:03:00 | FR | NULL | 0 | 3 | 1
-- 2024-03-01 10:03:00 | FR | NULL | 1 | 3 | 1
-- 2024-03-01 10:03:00 | NULL | NULL | 3 | 3 | 1
-- expect cube
-- country | product | units
-- DE | nut | 102
-- DE | NULL | 104
-- FR | NULL | 7
-- (none) | nut | 8
-- (all) | nut | 114
-- (none) | NULL | 8
-- (all) | NULL | 119
-- expect both
-- quantity | product | units
-- 1 | NULL | 2
-- 2 | NULL | 2
-- 3 | NULL | 3
-- NULL | bolt | 2
-- NULL | nut | 2
-- NULL | NULL | 3
-- NULL | NULL | 7
-- expect composite
-- country | product | large | lines
-- DE | bolt | false | 1
-- DE | nut | false | 2
-- DE | nut | true | 1
-- DE | NULL | NULL | 4
-- FR | nut | true | 1
-- FR | NULL | true | 1
-- FR | NULL | NULL | 2
-- NULL | nut | true | 1
-- NULL | NULL | NULL | 1
-- expect twice
-- country | lines
-- DE | 4
-- DE | 4
-- FR | 2
-- FR | 2
-- NULL | 1
-- NULL | 1
-- expect single
-- country | g | lines
-- DE | 0 | 4
-- FR | 0 | 2
-- NULL | 0 | 1
-- expect grand
-- lines
-- 7
-- expect late_sales
-- at | country | product | quantity | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:40 | DE | nut | 100 | by_minute | 2024-03-01 10:01:00 | 2024-03-01 10:02:30 | 0 | 204
