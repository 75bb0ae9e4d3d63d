-- A table that ends and has no watermark is looked up: rows of the stream meet it when all of it is there.

CREATE SOURCE sales (at TIMESTAMP, product INTEGER, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv');
CREATE SOURCE products (product INTEGER, category TEXT, since TIMESTAMP, until TIMESTAMP) WITH (connector = 'file', path = 'products.csv', format = 'csv');
CREATE VIEW names AS VALUES ('fruit', 'Fruit'), ('tool', 'Tools'), ('tool', 'Werkzeug');

CREATE MATERIALIZED VIEW by_category AS
  SELECT window_start, category, SUM(amount) AS amount, COUNT(*) AS sales
  FROM TUMBLE(sales, at, INTERVAL '1 minute') AS s JOIN products AS p ON s.product = p.product
  GROUP BY window_start, category;

CREATE VIEW each AS SELECT s.at, s.product, s.amount, p.category, p.since FROM sales AS s LEFT JOIN products AS p ON p.product = s.product AND s.at BETWEEN p.since AND p.until;
CREATE MATERIALIZED VIEW all_sales AS SELECT * FROM each;

CREATE MATERIALIZED VIEW by_name AS
  SELECT n.column2 AS name, window_start, SUM(amount) AS amount
  FROM TUMBLE(each, at, INTERVAL '1 minute') AS e JOIN names AS n ON n.column1 = e.category
  GROUP BY n.column2, window_start;

-- The table stands on the left, and the key is computed.
CREATE MATERIALIZED VIEW turned AS SELECT p.category, s.at, s.amount FROM products AS p RIGHT JOIN sales AS s ON p.product = s.product % 3 AND p.category <> 'tool';

-- A table made from a table: its rows are counted first.
CREATE VIEW sizes AS SELECT category, COUNT(*) AS products FROM products GROUP BY category;
CREATE MATERIALIZED VIEW with_sizes AS SELECT e.at, e.product, z.products FROM each AS e JOIN sizes AS z ON z.category = e.category;

-- disorder sales.csv 00:00:10
-- file sales.csv
-- at,product,amount
-- 2024-03-01T10:00:10Z,1,1
-- 2024-03-01T10:00:20Z,2,2
-- 2024-03-01T10:00:30Z,3,4
-- 2024-03-01T10:00:40Z,9,8
-- 2024-03-01T10:01:05Z,,16
-- 2024-03-01T10:00:59Z,1,32
-- 2024-03-01T10:01:30Z,1,64
-- 2024-03-01T10:03:00Z,2,128
-- file products.csv
-- product,category,since,until
-- 1,fruit,2024-01-01T00:00:00Z,2024-03-01T10:01:00Z
-- 1,tool,2024-03-01T10:01:01Z,2025-01-01T00:00:00Z
-- 2,fruit,2024-01-01T00:00:00Z,2025-01-01T00:00:00Z
-- 3,tool,2024-03-01T10:00:30Z,2025-01-01T00:00:00Z
-- ,fruit,2024-01-01T00:00:00Z,2025-01-01T00:00:00Z

-- expect by_category
-- window_start | category | amount | sales
-- 2024-03-01 10:00:00 | fruit | 35 | 3
-- 2024-03-01 10:00:00 | tool | 37 | 3
-- 2024-03-01 10:01:00 | fruit | 64 | 1
-- 2024-03-01 10:01:00 | tool | 64 | 1
-- 2024-03-01 10:03:00 | fruit | 128 | 1
-- expect all_sales
-- at | product | amount | category | since
-- 2024-03-01 10:00:10 | 1 | 1 | fruit | 2024-01-01 00:00:00
-- 2024-03-01 10:00:20 | 2 | 2 | fruit | 2024-01-01 00:00:00
-- 2024-03-01 10:00:30 | 3 | 4 | tool | 2024-03-01 10:00:30
-- 2024-03-01 10:00:40 | 9 | 8 | NULL | NULL
-- 2024-03-01 10:00:59 | 1 | 32 | fruit | 2024-01-01 00:00:00
-- 2024-03-01 10:01:05 | NULL | 16 | NULL | NULL
-- 2024-03-01 10:01:30 | 1 | 64 | tool | 2024-03-01 10:01:01
-- 2024-03-01 10:03:00 | 2 | 128 | fruit | 2024-01-01 00:00:00
-- expect by_name
-- name | window_start | amount
-- Fruit | 2024-03-01 10:00:00 | 35
-- Fruit | 2024-03-01 10:03:00 | 128
-- Tools | 2024-03-01 10:00:00 | 4
-- Tools | 2024-03-01 10:01:00 | 64
-- Werkzeug | 2024-03-01 10:00:00 | 4
-- Werkzeug | 2024-03-01 10:01:00 | 64
-- expect turned
-- category | at | amount
-- NULL | 2024-03-01 10:00:30 | 4
-- NULL | 2024-03-01 10:00:40 | 8
-- NULL | 2024-03-01 10:01:05 | 16
-- fruit | 2024-03-01 10:00:10 | 1
-- fruit | 2024-03-01 10:00:20 | 2
-- fruit | 2024-03-01 10:00:59 | 32
-- fruit | 2024-03-01 10:01:30 | 64
-- fruit | 2024-03-01 10:03:00 | 128
-- expect with_sizes
-- at | product | products
-- 2024-03-01 10:00:10 | 1 | 3
-- 2024-03-01 10:00:20 | 2 | 3
-- 2024-03-01 10:00:30 | 3 | 2
-- 2024-03-01 10:00:59 | 1 | 3
-- 2024-03-01 10:01:30 | 1 | 2
-- 2024-03-01 10:03:00 | 2 | 3
