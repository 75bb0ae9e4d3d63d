-- Visits: clicks of a visitor no more than 30 seconds apart. Ten seconds of disorder are waited for; for another minute late clicks update visits.
CREATE SOURCE clicks (at TIMESTAMP, visitor TEXT, amount INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'clicks.csv', format = 'csv')
  ON LATE UPDATE FOR INTERVAL '1 minute' THEN TO late_clicks;

CREATE MATERIALIZED VIEW visits AS
  SELECT visitor, window_start, window_end, COUNT(*) AS clicks, SUM(amount) AS total, MIN(at) AS first_click, COUNT(DISTINCT amount) AS kinds, COUNT(*) FILTER (WHERE amount > 2) AS large
  FROM SESSION(clicks PARTITION BY visitor, at, INTERVAL '30 seconds')
  GROUP BY visitor, window_start, window_end;

CREATE MATERIALIZED VIEW visits_closed AS
  SELECT visitor, window_start, window_end, clicks, total FROM visits EMIT ON WINDOW CLOSE;

CREATE MATERIALIZED VIEW visits_settled AS
  SELECT visitor, window_start, window_end, clicks, total FROM visits EMIT FINAL;

-- Flink's spelling, and no PARTITION BY: the keys of GROUP BY tell sessions apart.
CREATE MATERIALIZED VIEW spelt_otherwise AS
  SELECT visitor, window_start, COUNT(*) AS clicks
  FROM TABLE(SESSION(TABLE clicks PARTITION BY (visitor), DESCRIPTOR(at), INTERVAL '30' SECOND)) GROUP BY visitor, window_start, window_end;
CREATE MATERIALIZED VIEW keys_of_the_group AS
  SELECT visitor, window_start, COUNT(*) AS clicks FROM SESSION(clicks, at, INTERVAL '30 seconds') GROUP BY visitor, window_start;

-- Without a key the sessions of everybody.
CREATE MATERIALIZED VIEW busy_times AS
  SELECT window_start, window_end, COUNT(*) AS clicks FROM SESSION(clicks, at, INTERVAL '30 seconds') GROUP BY window_start, window_end HAVING COUNT(*) > 1;

-- A window over sessions, which late clicks join.
CREATE MATERIALIZED VIEW visits_per_hour AS
  SELECT window_start, COUNT(*) AS visits, SUM(clicks) AS clicks FROM TUMBLE(visits, window_end, INTERVAL '1 hour') GROUP BY window_start EMIT ON WINDOW CLOSE;

-- in order: two clicks are late
-- file clicks.csv
-- at,visitor,amount
-- 2024-03-01T10:00:00Z,ann,1
-- 2024-03-01T10:00:30Z,ann,2
-- 2024-03-01T10:00:20Z,ann,2
-- 2024-03-01T10:01:01Z,ann,4
-- 2024-03-01T10:00:55Z,bob,1
-- 2024-03-01T10:00:50Z,ann,8
-- 2024-03-01T10:01:05Z,,16
-- 2024-03-01T10:02:00Z,cid,1
-- 2024-03-01T10:01:25Z,bob,32
-- 2024-03-01T10:03:30Z,cid,1
-- 2024-03-01T10:02:45Z,cid,64
-- 2024-03-01T10:03:10Z,cid,1
-- ,cid,128
-- 2024-03-01T10:01:40Z,bob,256
-- 2024-03-01T10:06:00Z,cid,2
-- 2024-03-01T10:02:10Z,dan,512
-- 2024-03-01T10:05:00Z,ann,3
-- expect visits
-- visitor | window_start | window_end | clicks | total | first_click | kinds | large
-- ann | 2024-03-01 10:00:00 | 2024-03-01 10:01:31 | 5 | 17 | 2024-03-01 10:00:00 | 4 | 2
-- NULL | 2024-03-01 10:01:05 | 2024-03-01 10:01:35 | 1 | 16 | 2024-03-01 10:01:05 | 1 | 1
-- bob | 2024-03-01 10:00:55 | 2024-03-01 10:01:55 | 2 | 33 | 2024-03-01 10:00:55 | 2 | 1
-- cid | 2024-03-01 10:02:00 | 2024-03-01 10:02:30 | 1 | 1 | 2024-03-01 10:02:00 | 1 | 0
-- cid | 2024-03-01 10:02:45 | 2024-03-01 10:04:00 | 3 | 66 | 2024-03-01 10:02:45 | 2 | 1
-- ann | 2024-03-01 10:05:00 | 2024-03-01 10:05:30 | 1 | 3 | 2024-03-01 10:05:00 | 1 | 1
-- cid | 2024-03-01 10:06:00 | 2024-03-01 10:06:30 | 1 | 2 | 2024-03-01 10:06:00 | 1 | 0
-- expect visits_closed
-- visitor | window_start | window_end | clicks | total
-- ann | 2024-03-01 10:00:00 | 2024-03-01 10:01:31 | 5 | 17
-- NULL | 2024-03-01 10:01:05 | 2024-03-01 10:01:35 | 1 | 16
-- bob | 2024-03-01 10:00:55 | 2024-03-01 10:01:55 | 2 | 33
-- cid | 2024-03-01 10:02:00 | 2024-03-01 10:02:30 | 1 | 1
-- cid | 2024-03-01 10:02:45 | 2024-03-01 10:04:00 | 3 | 66
-- ann | 2024-03-01 10:05:00 | 2024-03-01 10:05:30 | 1 | 3
-- cid | 2024-03-01 10:06:00 | 2024-03-01 10:06:30 | 1 | 2
-- expect visits_settled
-- visitor | window_start | window_end | clicks | total
-- ann | 2024-03-01 10:00:00 | 2024-03-01 10:01:31 | 5 | 17
-- NULL | 2024-03-01 10:01:05 | 2024-03-01 10:01:35 | 1 | 16
-- bob | 2024-03-01 10:00:55 | 2024-03-01 10:01:55 | 2 | 33
-- cid | 2024-03-01 10:02:00 | 2024-03-01 10:02:30 | 1 | 1
-- cid | 2024-03-01 10:02:45 | 2024-03-01 10:04:00 | 3 | 66
-- ann | 2024-03-01 10:05:00 | 2024-03-01 10:05:30 | 1 | 3
-- cid | 2024-03-01 10:06:00 | 2024-03-01 10:06:30 | 1 | 2
-- expect spelt_otherwise
-- visitor | window_start | clicks
-- ann | 2024-03-01 10:00:00 | 5
-- NULL | 2024-03-01 10:01:05 | 1
-- bob | 2024-03-01 10:00:55 | 2
-- cid | 2024-03-01 10:02:00 | 1
-- cid | 2024-03-01 10:02:45 | 3
-- ann | 2024-03-01 10:05:00 | 1
-- cid | 2024-03-01 10:06:00 | 1
-- expect keys_of_the_group
-- visitor | window_start | clicks
-- ann | 2024-03-01 10:00:00 | 5
-- NULL | 2024-03-01 10:01:05 | 1
-- bob | 2024-03-01 10:00:55 | 2
-- cid | 2024-03-01 10:02:00 | 1
-- cid | 2024-03-01 10:02:45 | 3
-- ann | 2024-03-01 10:05:00 | 1
-- cid | 2024-03-01 10:06:00 | 1
-- expect busy_times
-- window_start | window_end | clicks
-- 2024-03-01 10:00:00 | 2024-03-01 10:01:55 | 8
-- 2024-03-01 10:01:40 | 2024-03-01 10:02:30 | 2
-- 2024-03-01 10:02:45 | 2024-03-01 10:04:00 | 3
-- expect visits_per_hour
-- window_start | visits | clicks
-- 2024-03-01 10:00:00 | 7 | 14
-- expect late_clicks
-- at | visitor | amount | view | window_end | watermark | partition | offset
-- 2024-03-01 10:01:40 | bob | 256 | keys_of_the_group | 2024-03-01 10:02:10 | 2024-03-01 10:02:20 | 0 | 351
-- 2024-03-01 10:01:40 | bob | 256 | spelt_otherwise | 2024-03-01 10:02:10 | 2024-03-01 10:02:20 | 0 | 351
-- 2024-03-01 10:01:40 | bob | 256 | visits | 2024-03-01 10:02:10 | 2024-03-01 10:02:20 | 0 | 351
-- 2024-03-01 10:02:10 | dan | 512 | busy_times | 2024-03-01 10:02:40 | 2024-03-01 10:04:50 | 0 | 407
-- 2024-03-01 10:02:10 | dan | 512 | keys_of_the_group | 2024-03-01 10:02:40 | 2024-03-01 10:04:50 | 0 | 407
-- 2024-03-01 10:02:10 | dan | 512 | spelt_otherwise | 2024-03-01 10:02:40 | 2024-03-01 10:04:50 | 0 | 407
-- 2024-03-01 10:02:10 | dan | 512 | visits | 2024-03-01 10:02:40 | 2024-03-01 10:04:50 | 0 | 407
