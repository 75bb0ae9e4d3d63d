-- Joins of windows: Nexmark's queries 5, 7 and 8 in small.
CREATE SOURCE bid (at TIMESTAMP, auction INTEGER, price INTEGER, WATERMARK FOR at AS at - INTERVAL '4 seconds') WITH (connector = 'file', path = 'bid.csv', format = 'csv');
CREATE SOURCE person (at TIMESTAMP, id INTEGER, name TEXT, WATERMARK FOR at AS at - INTERVAL '4 seconds') WITH (connector = 'file', path = 'person.csv', format = 'csv');

CREATE MATERIALIZED VIEW hot AS
  SELECT c.window_start, c.auction, c.num
  FROM (SELECT auction, COUNT(*) AS num, window_start, window_end FROM TABLE(HOP(TABLE bid, DESCRIPTOR(at), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end) AS c
  JOIN (SELECT MAX(n.num) AS maxn, n.window_start, n.window_end
        FROM (SELECT COUNT(*) AS num, window_start, window_end FROM TABLE(HOP(TABLE bid, DESCRIPTOR(at), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end) AS n
        GROUP BY n.window_start, n.window_end) AS m
  ON c.window_start = m.window_start AND c.window_end = m.window_end AND c.num >= m.maxn;

CREATE MATERIALIZED VIEW highest AS
  SELECT b.auction, b.price, b.at
  FROM bid b
  JOIN (SELECT MAX(price) AS maxprice, window_end AS at FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(at), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) AS m ON b.price = m.maxprice
  WHERE b.at BETWEEN m.at - INTERVAL '10' SECOND AND m.at;

CREATE MATERIALIZED VIEW newcomers AS
  SELECT p.id, p.name, p.window_start
  FROM (SELECT id, name, window_start, window_end FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(at), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end) AS p
  JOIN (SELECT auction, window_start, window_end FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(at), INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end) AS b
  ON p.id = b.auction AND p.window_start = b.window_start AND p.window_end = b.window_end;

-- Windowed rows as they are, both sides; a later window over the joined rows.
CREATE MATERIALIZED VIEW rows_of_windows AS
  SELECT p.name, b.price, p.window_end FROM TUMBLE(person, at, INTERVAL '10 seconds') p LEFT JOIN TUMBLE(bid, at, INTERVAL '10 seconds') b ON p.id = b.auction AND p.window_time = b.window_time;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, COUNT(*) AS n, SUM(price) AS total
  FROM TUMBLE((SELECT b.price, p.window_time AS at FROM TUMBLE(person, at, INTERVAL '10 seconds') p JOIN TUMBLE(bid, at, INTERVAL '10 seconds') b ON p.id = b.auction AND p.window_time = b.window_time),
    at, INTERVAL '1 minute')
  GROUP BY window_start;

-- disorder bid.csv 00:00:04
-- file bid.csv
-- at,auction,price
-- 2024-03-01T10:00:01Z,1,10
-- 2024-03-01T10:00:02Z,1,30
-- 2024-03-01T10:00:03Z,2,30
-- 2024-03-01T10:00:11Z,2,40
-- 2024-03-01T10:00:12Z,1,5
-- 2024-03-01T10:01:01Z,3,7
-- file person.csv
-- at,id,name
-- 2024-03-01T10:00:00Z,1,ann
-- 2024-03-01T10:00:09Z,3,cid
-- 2024-03-01T10:00:10Z,2,bob
-- 2024-03-01T10:01:02Z,3,cid
-- expect hot
-- window_start | auction | num
-- 2024-03-01 09:59:52 | 1 | 1
-- 2024-03-01 09:59:54 | 1 | 2
-- 2024-03-01 09:59:56 | 1 | 2
-- 2024-03-01 09:59:58 | 1 | 2
-- 2024-03-01 10:00:00 | 1 | 2
-- 2024-03-01 10:00:02 | 2 | 2
-- 2024-03-01 10:00:04 | 1 | 1
-- 2024-03-01 10:00:04 | 2 | 1
-- 2024-03-01 10:00:06 | 1 | 1
-- 2024-03-01 10:00:06 | 2 | 1
-- 2024-03-01 10:00:08 | 1 | 1
-- 2024-03-01 10:00:08 | 2 | 1
-- 2024-03-01 10:00:10 | 1 | 1
-- 2024-03-01 10:00:10 | 2 | 1
-- 2024-03-01 10:00:12 | 1 | 1
-- 2024-03-01 10:00:52 | 3 | 1
-- 2024-03-01 10:00:54 | 3 | 1
-- 2024-03-01 10:00:56 | 3 | 1
-- 2024-03-01 10:00:58 | 3 | 1
-- 2024-03-01 10:01:00 | 3 | 1
-- expect highest
-- auction | price | at
-- 1 | 30 | 2024-03-01 10:00:02
-- 2 | 30 | 2024-03-01 10:00:03
-- 2 | 40 | 2024-03-01 10:00:11
-- 3 | 7 | 2024-03-01 10:01:01
-- expect newcomers
-- id | name | window_start
-- 1 | ann | 2024-03-01 10:00:00
-- 2 | bob | 2024-03-01 10:00:10
-- 3 | cid | 2024-03-01 10:01:00
-- expect rows_of_windows
-- name | price | window_end
-- ann | 10 | 2024-03-01 10:00:10
-- ann | 30 | 2024-03-01 10:00:10
-- bob | 40 | 2024-03-01 10:00:20
-- cid | 7 | 2024-03-01 10:01:10
-- cid | NULL | 2024-03-01 10:00:10
-- expect per_minute
-- window_start | n | total
-- 2024-03-01 10:00:00 | 3 | 80
-- 2024-03-01 10:01:00 | 1 | 7
