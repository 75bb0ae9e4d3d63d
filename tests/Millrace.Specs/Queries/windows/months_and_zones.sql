CREATE SOURCE visits (at TIMESTAMP, n INTEGER, WATERMARK FOR at AS at - INTERVAL '1 minute')
  WITH (connector = 'file', path = 'visits.csv', format = 'csv');

CREATE MATERIALIZED VIEW monthly AS
  SELECT window_start, window_end, SUM(n) AS n FROM TUMBLE(visits, at, INTERVAL '1 month') GROUP BY window_start, window_end;

CREATE MATERIALIZED VIEW weekly AS
  SELECT window_start, SUM(n) AS n FROM TUMBLE(visits, at, INTERVAL '7 days') GROUP BY window_start;

-- Days of Berlin: 23 hours on the day that summer time begins.
CREATE MATERIALIZED VIEW daily_berlin AS
  SELECT window_start, window_end, SUM(n) AS n FROM TUMBLE(visits, at, INTERVAL '1 day', zone => 'Europe/Berlin') GROUP BY window_start, window_end;

CREATE MATERIALIZED VIEW shifted AS
  SELECT window_start, SUM(n) AS n FROM TUMBLE(visits, at, INTERVAL '1 hour', offset => INTERVAL '15 minutes') GROUP BY window_start;

-- file visits.csv
-- at,n
-- 2024-02-29T23:59:59Z,1
-- 2024-03-01T00:00:00Z,2
-- 2024-03-30T22:59:59Z,4
-- 2024-03-30T23:00:00Z,8
-- 2024-03-31T21:59:59Z,16
-- 2024-03-31T22:00:00Z,32
-- expect monthly
-- window_start | window_end | n
-- 2024-02-01 00:00:00 | 2024-03-01 00:00:00 | 1
-- 2024-03-01 00:00:00 | 2024-04-01 00:00:00 | 62
-- expect weekly
-- window_start | n
-- 2024-02-26 00:00:00 | 3
-- 2024-03-25 00:00:00 | 60
-- expect daily_berlin
-- window_start | window_end | n
-- 2024-02-29 23:00:00 | 2024-03-01 23:00:00 | 3
-- 2024-03-29 23:00:00 | 2024-03-30 23:00:00 | 4
-- 2024-03-30 23:00:00 | 2024-03-31 22:00:00 | 24
-- 2024-03-31 22:00:00 | 2024-04-01 22:00:00 | 32
-- expect shifted
-- window_start | n
-- 2024-02-29 23:15:00 | 3
-- 2024-03-30 22:15:00 | 12
-- 2024-03-31 21:15:00 | 48
