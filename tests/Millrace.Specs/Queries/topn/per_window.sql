CREATE SOURCE sales (at TIMESTAMP, product TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv')
  ON LATE TO late_sales;

-- The two products with most revenue in each minute, once a minute has closed; and as it changes.
CREATE VIEW ranked AS SELECT window_start, product, revenue, rn FROM (
    SELECT window_start, product, SUM(amount) AS revenue, ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY SUM(amount) DESC, product) AS rn
    FROM TUMBLE(sales, at, INTERVAL '1 minute') GROUP BY window_start, product)
  WHERE rn <= 2;
CREATE MATERIALIZED VIEW closed AS SELECT * FROM ranked EMIT ON WINDOW CLOSE;
CREATE MATERIALIZED VIEW live AS SELECT * FROM ranked;

-- The first sale of each product in each minute, straight from the rows.
CREATE MATERIALIZED VIEW firsts AS
  SELECT window_start, product, at, amount FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, product ORDER BY at) AS rn FROM TUMBLE(sales, at, INTERVAL '1 minute'))
  WHERE rn = 1;

-- in order: rows are late
-- file sales.csv
-- at,product,amount
-- 2024-03-01T10:00:10Z,tea,5
-- 2024-03-01T10:00:05Z,tea,4
-- 2024-03-01T10:00:20Z,milk,9
-- 2024-03-01T10:00:30Z,salt,1
-- 2024-03-01T10:00:59Z,salt,7
-- 2024-03-01T10:01:05Z,milk,2
-- 2024-03-01T10:00:58Z,milk,1
-- 2024-03-01T10:02:00Z,tea,3
-- 2024-03-01T10:00:01Z,milk,100
-- 2024-03-01T10:01:55Z,rice,1
-- expect closed
-- window_start | product | revenue | rn
-- 2024-03-01 10:00:00 | milk | 10 | 1
-- 2024-03-01 10:00:00 | tea | 9 | 2
-- 2024-03-01 10:01:00 | milk | 2 | 1
-- 2024-03-01 10:01:00 | rice | 1 | 2
-- 2024-03-01 10:02:00 | tea | 3 | 1
-- expect live
-- window_start | product | revenue | rn
-- 2024-03-01 10:00:00 | milk | 10 | 1
-- 2024-03-01 10:00:00 | tea | 9 | 2
-- 2024-03-01 10:01:00 | milk | 2 | 1
-- 2024-03-01 10:01:00 | rice | 1 | 2
-- 2024-03-01 10:02:00 | tea | 3 | 1
-- expect firsts
-- window_start | product | at | amount
-- 2024-03-01 10:00:00 | milk | 2024-03-01 10:00:20 | 9
-- 2024-03-01 10:00:00 | salt | 2024-03-01 10:00:30 | 1
-- 2024-03-01 10:00:00 | tea | 2024-03-01 10:00:05 | 4
-- 2024-03-01 10:01:00 | milk | 2024-03-01 10:01:05 | 2
-- 2024-03-01 10:01:00 | rice | 2024-03-01 10:01:55 | 1
-- 2024-03-01 10:02:00 | tea | 2024-03-01 10:02:00 | 3
