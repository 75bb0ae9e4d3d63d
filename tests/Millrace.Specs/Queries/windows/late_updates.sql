-- Ten seconds of disorder are waited for; for a minute more late rows update what was told; later ones go to a table.
CREATE SOURCE orders (at TIMESTAMP, shop TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'orders.csv', format = 'csv')
  ON LATE UPDATE FOR INTERVAL '1 minute' THEN TO late_orders;

CREATE MATERIALIZED VIEW per_minute AS
  SELECT window_start, window_time, shop, SUM(amount) AS total, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, window_time, shop;

CREATE MATERIALIZED VIEW closed AS
  SELECT window_start, shop, total FROM per_minute EMIT ON WINDOW CLOSE;

CREATE MATERIALIZED VIEW settled AS
  SELECT window_start, shop, total FROM per_minute EMIT FINAL;

CREATE MATERIALIZED VIEW now_and_then AS
  SELECT window_start, shop, total FROM per_minute EMIT EVERY INTERVAL '1 second';

-- A window over the windows, and what only some groups reach.
CREATE MATERIALIZED VIEW two_minutes AS
  SELECT window_start, SUM(total) AS total, SUM(n) AS n, COUNT(*) AS groups, MAX(total) AS most
  FROM TUMBLE(per_minute, window_time, INTERVAL '2 minutes') GROUP BY window_start;

CREATE MATERIALIZED VIEW two_minutes_closed AS
  SELECT window_start, SUM(total) AS total, SUM(n) AS n, COUNT(*) AS groups, MAX(total) AS most
  FROM TUMBLE(per_minute, window_time, INTERVAL '2 minutes') GROUP BY window_start EMIT ON WINDOW CLOSE;

CREATE MATERIALIZED VIEW two_minutes_settled AS
  SELECT window_start, SUM(total) AS total, SUM(n) AS n, COUNT(*) AS groups, MAX(total) AS most
  FROM TUMBLE(per_minute, window_time, INTERVAL '2 minutes') GROUP BY window_start EMIT FINAL;

CREATE MATERIALIZED VIEW busy AS
  SELECT window_start, shop, SUM(amount) AS total FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, shop HAVING SUM(amount) < 100
  EMIT ON WINDOW CLOSE;

CREATE MATERIALIZED VIEW sliding AS
  SELECT window_start, SUM(amount) AS total FROM HOP(orders, at, INTERVAL '1 minute', INTERVAL '2 minutes') GROUP BY window_start EMIT ON WINDOW CLOSE;

CREATE SINK closed_csv FROM per_minute EMIT FINAL WITH (connector = 'file', path = 'settled.csv', format = 'csv');

-- in order: rows are late
-- file orders.csv
-- at,shop,amount
-- 2024-03-01T10:00:10Z,north,1
-- 2024-03-01T10:01:09Z,north,2
-- 2024-03-01T10:00:59Z,north,4
-- 2024-03-01T10:01:30Z,north,8
-- 2024-03-01T10:00:58Z,south,16
-- 2024-03-01T10:02:09Z,north,32
-- 2024-03-01T10:00:57Z,north,64
-- 2024-03-01T10:02:10Z,north,128
-- 2024-03-01T10:00:56Z,south,256
-- 2024-03-01T10:01:40Z,south,512
-- expect per_minute
-- window_start | window_time | shop | total | n
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:59.999999 | north | 69 | 3
-- 2024-03-01 10:00:00 | 2024-03-01 10:00:59.999999 | south | 16 | 1
-- 2024-03-01 10:01:00 | 2024-03-01 10:01:59.999999 | north | 10 | 2
-- 2024-03-01 10:01:00 | 2024-03-01 10:01:59.999999 | south | 512 | 1
-- 2024-03-01 10:02:00 | 2024-03-01 10:02:59.999999 | north | 160 | 2
-- expect closed
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 69
-- 2024-03-01 10:00:00 | south | 16
-- 2024-03-01 10:01:00 | north | 10
-- 2024-03-01 10:01:00 | south | 512
-- 2024-03-01 10:02:00 | north | 160
-- expect settled
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 69
-- 2024-03-01 10:00:00 | south | 16
-- 2024-03-01 10:01:00 | north | 10
-- 2024-03-01 10:01:00 | south | 512
-- 2024-03-01 10:02:00 | north | 160
-- expect now_and_then
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 69
-- 2024-03-01 10:00:00 | south | 16
-- 2024-03-01 10:01:00 | north | 10
-- 2024-03-01 10:01:00 | south | 512
-- 2024-03-01 10:02:00 | north | 160
-- expect two_minutes
-- window_start | total | n | groups | most
-- 2024-03-01 10:00:00 | 607 | 7 | 4 | 512
-- 2024-03-01 10:02:00 | 160 | 2 | 1 | 160
-- expect two_minutes_closed
-- window_start | total | n | groups | most
-- 2024-03-01 10:00:00 | 607 | 7 | 4 | 512
-- 2024-03-01 10:02:00 | 160 | 2 | 1 | 160
-- expect two_minutes_settled
-- window_start | total | n | groups | most
-- 2024-03-01 10:00:00 | 607 | 7 | 4 | 512
-- 2024-03-01 10:02:00 | 160 | 2 | 1 | 160
-- expect busy
-- window_start | shop | total
-- 2024-03-01 10:00:00 | north | 69
-- 2024-03-01 10:00:00 | south | 16
-- 2024-03-01 10:01:00 | north | 10
-- expect sliding
-- window_start | total
-- 2024-03-01 09:59:00 | 85
-- 2024-03-01 10:00:00 | 863
-- 2024-03-01 10:01:00 | 682
-- 2024-03-01 10:02:00 | 160
-- expect settled.csv
-- window_start,window_time,shop,total,n
-- 2024-03-01 10:00:00,2024-03-01 10:00:59.999999,north,69,3
-- 2024-03-01 10:00:00,2024-03-01 10:00:59.999999,south,16,1
-- 2024-03-01 10:01:00,2024-03-01 10:01:59.999999,north,10,2
-- 2024-03-01 10:01:00,2024-03-01 10:01:59.999999,south,512,1
-- 2024-03-01 10:02:00,2024-03-01 10:02:59.999999,north,160,2
-- expect late_orders
-- at | shop | amount | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:56 | south | 256 | busy | 2024-03-01 10:01:00 | 2024-03-01 10:01:00 | 0 | 252
-- 2024-03-01 10:00:56 | south | 256 | per_minute | 2024-03-01 10:01:00 | 2024-03-01 10:01:00 | 0 | 252
-- 2024-03-01 10:00:56 | south | 256 | sliding | 2024-03-01 10:01:00 | 2024-03-01 10:01:00 | 0 | 252
