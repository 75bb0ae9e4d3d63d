-- Flink's older spelling: the window stands in GROUP BY, and functions of its name say where it begins and ends. One row comes too late.
CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '4 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv');
CREATE SOURCE shops (shop TEXT, city TEXT) WITH (connector = 'file', path = 'shops.csv', format = 'csv');

CREATE MATERIALIZED VIEW tumbling AS
  SELECT TUMBLE_START(at, INTERVAL '10' SECOND) AS begins, TUMBLE_END(at, INTERVAL '10' SECOND) AS ends, TUMBLE_ROWTIME(at, INTERVAL '10' SECOND) AS row_time, shop, SUM(amount) AS total
  FROM orders WHERE amount < 100 GROUP BY TUMBLE(at, INTERVAL '10' SECOND), shop HAVING SUM(amount) > 1;

CREATE MATERIALIZED VIEW hopping AS
  SELECT HOP_START(at, INTERVAL '10' SECOND, INTERVAL '20' SECOND) AS begins, SUM(amount) AS total
  FROM orders GROUP BY HOP(at, INTERVAL '10' SECOND, INTERVAL '20' SECOND);

CREATE MATERIALIZED VIEW sessions AS
  SELECT shop, SESSION_START(at, INTERVAL '5' SECOND) AS begins, SESSION_END(at, INTERVAL '5' SECOND) AS ends, COUNT(*) AS orders
  FROM orders GROUP BY shop, SESSION(at, INTERVAL '5' SECOND);

-- The window over a join, its column found by its table; and windows over what it gives.
CREATE VIEW by_city AS
  SELECT TUMBLE_ROWTIME(o.at, INTERVAL '10' SECOND) AS row_time, s.city, COUNT(*) AS orders
  FROM orders AS o JOIN shops AS s ON o.shop = s.shop GROUP BY s.city, TUMBLE(o.at, INTERVAL '10' SECOND);
CREATE MATERIALIZED VIEW by_minute AS
  SELECT TUMBLE_END(row_time, INTERVAL '1' MINUTE) AS ends, city, SUM(orders) AS orders FROM by_city GROUP BY TUMBLE(row_time, INTERVAL '1' MINUTE), city;

-- in order: a row is late
-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:01Z,north,1
-- 2024-03-01T10:00:12Z,south,2
-- 2024-03-01T10:00:09Z,south,4
-- 2024-03-01T10:00:13Z,south,100
-- 2024-03-01T10:00:25Z,north,8
-- 2024-03-01T10:00:08Z,north,16
-- 2024-03-01T10:01:00Z,,32
-- file shops.csv
-- shop,city
-- north,Oslo
-- south,Rome
-- expect tumbling
-- begins | ends | row_time | shop | total
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:10 | 2024-03-01 10:00:09.999999 | south | 4
-- 2024-03-01 10:00:10 | 2024-03-01 10:00:20 | 2024-03-01 10:00:19.999999 | south | 2
-- 2024-03-01 10:00:20 | 2024-03-01 10:00:30 | 2024-03-01 10:00:29.999999 | north | 8
-- 2024-03-01 10:01:00 | 2024-03-01 10:01:10 | 2024-03-01 10:01:09.999999 | NULL | 32
-- expect hopping
-- begins | total
-- 2024-03-01 09:59:50 | 5
-- 2024-03-01 10:00:00 | 107
-- 2024-03-01 10:00:10 | 110
-- 2024-03-01 10:00:20 | 8
-- 2024-03-01 10:00:50 | 32
-- 2024-03-01 10:01:00 | 32
-- expect sessions
-- shop | begins | ends | orders
-- north | 2024-03-01 10:00:01 | 2024-03-01 10:00:06 | 1
-- south | 2024-03-01 10:00:09 | 2024-03-01 10:00:18 | 3
-- north | 2024-03-01 10:00:25 | 2024-03-01 10:00:30 | 1
-- NULL | 2024-03-01 10:01:00 | 2024-03-01 10:01:05 | 1
-- expect by_minute
-- ends | city | orders
-- 2024-03-01 10:01:00 | Oslo | 2
-- 2024-03-01 10:01:00 | Rome | 3
