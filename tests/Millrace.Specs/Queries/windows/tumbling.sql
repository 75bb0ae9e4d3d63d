CREATE SOURCE orders (
  at TIMESTAMP, product TEXT, quantity INTEGER, price DECIMAL(10,2),
  WATERMARK FOR at AS at - INTERVAL '10 seconds'
) WITH (connector = 'file', path = 'orders.csv', format = 'csv');

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, window_end, product, COUNT(*) AS lines, SUM(quantity) AS units, SUM(quantity * price) AS revenue
  FROM TUMBLE(orders, at, INTERVAL '1 minute')
  GROUP BY window_start, window_end, product;

-- Flink's spelling of the same window.
CREATE MATERIALIZED VIEW per_minute_flink AS
  SELECT window_start, COUNT(*) AS lines
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(at), INTERVAL '1' MINUTE))
  GROUP BY window_start;

-- disorder orders.csv 00:00:10
-- file orders.csv
-- at,product,quantity,price
-- 2024-03-01T10:00:00Z,tea,1,2.50
-- 2024-03-01T10:00:30Z,milk,2,0.99
-- 2024-03-01T10:00:59.999999Z,tea,3,2.50
-- 2024-03-01T10:01:00Z,tea,1,2.75
-- 2024-03-01T10:03:10Z,,5,1.00
-- 2024-03-01T10:03:11Z,milk,,0.99
-- expect per_minute
-- window_start | window_end | product | lines | units | revenue
-- 2024-03-01 10:00:00 | 2024-03-01 10:01:00 | milk | 1 | 2 | 1.98
-- 2024-03-01 10:00:00 | 2024-03-01 10:01:00 | tea | 2 | 4 | 10.00
-- 2024-03-01 10:01:00 | 2024-03-01 10:02:00 | tea | 1 | 1 | 2.75
-- 2024-03-01 10:03:00 | 2024-03-01 10:04:00 | milk | 1 | NULL | NULL
-- 2024-03-01 10:03:00 | 2024-03-01 10:04:00 | NULL | 1 | 5 | 5.00
-- expect per_minute_flink
-- window_start | lines
-- 2024-03-01 10:00:00 | 3
-- 2024-03-01 10:01:00 | 1
-- 2024-03-01 10:03:00 | 2
