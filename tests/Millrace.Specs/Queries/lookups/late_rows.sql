-- Late for a join by time is a row behind the watermark of its source, on either side; a look-up in a table that ends lets rows pass, and the window above judges them.
-- in order: a row is late by what came before it

CREATE SOURCE orders (at TIMESTAMP, product TEXT, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 'orders.csv', format = 'csv') ON LATE TO late_orders;
CREATE SOURCE prices (since TIMESTAMP, product TEXT, price INTEGER, WATERMARK FOR since AS since) WITH (connector = 'file', path = 'prices.csv', format = 'csv') ON LATE TO late_prices;
CREATE SOURCE kinds (product TEXT, kind TEXT) WITH (connector = 'file', path = 'kinds.csv', format = 'csv');

CREATE MATERIALIZED VIEW priced AS SELECT o.at, o.product, p.price FROM orders o ASOF JOIN prices p ON o.product = p.product AND o.at >= p.since;
CREATE MATERIALIZED VIEW by_kind AS
  SELECT window_start, kind, COUNT(*) AS orders FROM TUMBLE((SELECT o.at, k.kind FROM orders o JOIN kinds FOR SYSTEM_TIME AS OF o.at AS k ON o.product = k.product), at, INTERVAL '1 minute')
  GROUP BY window_start, kind;
CREATE MATERIALIZED VIEW kinds_of AS SELECT o.at, k.kind FROM orders o JOIN kinds FOR SYSTEM_TIME AS OF o.at AS k ON o.product = k.product;

-- file orders.csv
-- at,product
-- 2024-03-01T10:00:00Z,apple
-- 2024-03-01T10:01:30Z,apple
-- 2024-03-01T10:00:59Z,apple
-- 2024-03-01T10:01:20Z,apple
-- 2024-03-01T10:03:00Z,apple
-- file prices.csv
-- since,product,price
-- 2024-03-01T09:00:00Z,apple,1
-- 2024-03-01T10:01:10Z,apple,3
-- 2024-03-01T10:01:00Z,apple,2
-- 2024-03-01T10:02:00Z,apple,4
-- file kinds.csv
-- product,kind
-- apple,fruit

-- expect priced
-- at | product | price
-- 2024-03-01 10:00:00 | apple | 1
-- 2024-03-01 10:01:20 | apple | 3
-- 2024-03-01 10:01:30 | apple | 3
-- 2024-03-01 10:03:00 | apple | 4
-- expect by_kind
-- window_start | kind | orders
-- 2024-03-01 10:00:00 | fruit | 1
-- 2024-03-01 10:01:00 | fruit | 2
-- 2024-03-01 10:03:00 | fruit | 1
-- expect kinds_of
-- at | kind
-- 2024-03-01 10:00:00 | fruit
-- 2024-03-01 10:00:59 | fruit
-- 2024-03-01 10:01:20 | fruit
-- 2024-03-01 10:01:30 | fruit
-- 2024-03-01 10:03:00 | fruit
-- expect late_orders
-- at | product | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:59 | apple | by_kind | 2024-03-01 10:01:00 | 2024-03-01 10:01:20 | 0 | 65
-- 2024-03-01 10:00:59 | apple | priced | 2024-03-01 10:00:59 | 2024-03-01 10:01:20 | 0 | 65
-- expect late_prices
-- since | product | price | view | window_end | watermark | partition | offset
-- 2024-03-01 10:01:00 | apple | 2 | priced | 2024-03-01 10:01:00 | 2024-03-01 10:01:10 | 0 | 78
