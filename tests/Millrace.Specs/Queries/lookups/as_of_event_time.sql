-- Each order meets the price that held at its time, whoever comes first; a product that was deleted has none until it comes back.

CREATE SOURCE orders (at TIMESTAMP, product TEXT, quantity INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');
CREATE SOURCE prices (since TIMESTAMP, product TEXT, price DECIMAL(8,2), gone BOOLEAN, PRIMARY KEY (product) NOT ENFORCED, WATERMARK FOR since AS since - INTERVAL '5 seconds')
  WITH (connector = 'file', path = 'prices.csv', format = 'csv', changes = 'upsert', deleted = 'gone');

CREATE VIEW priced AS SELECT o.at, o.product, o.quantity, p.price FROM orders AS o JOIN prices FOR SYSTEM_TIME AS OF o.at AS p ON o.product = p.product;
CREATE MATERIALIZED VIEW with_price AS SELECT at, product, quantity * price AS amount FROM priced;
CREATE MATERIALIZED VIEW all_orders AS
  SELECT o.at, o.product, p.price, p.since FROM orders o LEFT JOIN prices FOR SYSTEM_TIME AS OF o.at AS p ON o.product = p.product AND p.price > 1.00;

-- What is joined is final, so a window above it closes with its rows.
CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, SUM(quantity * price) AS amount, COUNT(*) AS orders FROM TUMBLE(priced, at, INTERVAL '1 minute') GROUP BY window_start EMIT FINAL;

-- disorder orders.csv 00:00:10
-- disorder prices.csv 00:00:05
-- file orders.csv
-- at,product,quantity
-- 2024-03-01T10:00:00Z,apple,1
-- 2024-03-01T10:00:20Z,apple,2
-- 2024-03-01T10:00:30Z,apple,4
-- 2024-03-01T10:00:31Z,pear,8
-- 2024-03-01T10:00:45Z,plum,16
-- 2024-03-01T10:01:10Z,apple,32
-- 2024-03-01T10:01:30Z,pear,64
-- 2024-03-01T10:02:00Z,,128
-- 2024-03-01T10:02:10Z,apple,256
-- 2024-03-01T10:05:00Z,pear,512
-- file prices.csv
-- since,product,price,gone
-- 2024-03-01T09:59:00Z,apple,1.00,
-- 2024-03-01T10:00:25Z,apple,1.50,false
-- 2024-03-01T10:00:31Z,pear,3.00,
-- 2024-03-01T10:01:00Z,apple,,true
-- 2024-03-01T10:01:20Z,pear,2.00,
-- 2024-03-01T10:02:00Z,apple,0.50,
-- 2024-03-01T10:04:00Z,pear,9.00,true

-- expect with_price
-- at | product | amount
-- 2024-03-01 10:00:00 | apple | 1.00
-- 2024-03-01 10:00:20 | apple | 2.00
-- 2024-03-01 10:00:30 | apple | 6.00
-- 2024-03-01 10:00:31 | pear | 24.00
-- 2024-03-01 10:01:30 | pear | 128.00
-- 2024-03-01 10:02:10 | apple | 128.00
-- expect all_orders
-- at | product | price | since
-- 2024-03-01 10:00:00 | apple | NULL | NULL
-- 2024-03-01 10:00:20 | apple | NULL | NULL
-- 2024-03-01 10:00:30 | apple | 1.50 | 2024-03-01 10:00:25
-- 2024-03-01 10:00:31 | pear | 3.00 | 2024-03-01 10:00:31
-- 2024-03-01 10:00:45 | plum | NULL | NULL
-- 2024-03-01 10:01:10 | apple | NULL | NULL
-- 2024-03-01 10:01:30 | pear | 2.00 | 2024-03-01 10:01:20
-- 2024-03-01 10:02:00 | NULL | NULL | NULL
-- 2024-03-01 10:02:10 | apple | NULL | NULL
-- 2024-03-01 10:05:00 | pear | NULL | NULL
-- expect per_minute
-- window_start | amount | orders
-- 2024-03-01 10:00:00 | 33.00 | 4
-- 2024-03-01 10:01:00 | 128.00 | 1
-- 2024-03-01 10:02:00 | 128.00 | 1
