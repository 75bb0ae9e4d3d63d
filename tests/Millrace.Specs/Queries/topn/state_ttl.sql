CREATE SOURCE visits (at TIMESTAMP, page TEXT, seconds INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds')
  WITH (connector = 'file', path = 'visits.csv', format = 'csv')
  ON LATE TO late_visits;

-- A page that nobody visits for a minute begins anew: what it told stays, the first of the new rows replaces the first of the old ones.
CREATE MATERIALIZED VIEW longest WITH (state_ttl = '1 minute') AS
  SELECT page, seconds, at FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY page ORDER BY seconds DESC) AS rn FROM visits) WHERE rn = 1;

-- Counts begin anew too.
CREATE MATERIALIZED VIEW numbered WITH (state_ttl = '1 minute') AS
  SELECT page, at, ROW_NUMBER() OVER (PARTITION BY page ORDER BY at) AS n, SUM(seconds) OVER (PARTITION BY page ORDER BY at) AS total FROM visits;

-- in order: rows are late, and which row begins a key anew depends on when it comes
-- file visits.csv
-- at,page,seconds
-- 2024-03-01T10:00:00Z,home,50
-- 2024-03-01T10:00:30Z,home,5
-- 2024-03-01T10:00:40Z,help,7
-- 2024-03-01T10:01:00Z,home,9
-- 2024-03-01T10:01:30Z,help,3
-- 2024-03-01T10:02:05Z,home,8
-- 2024-03-01T10:02:00Z,help,1
-- 2024-03-01T10:02:20Z,home,11
-- 2024-03-01T10:00:50Z,help,99
-- expect longest
-- page | seconds | at
-- help | 7 | 2024-03-01 10:00:40
-- home | 11 | 2024-03-01 10:02:20
-- expect numbered
-- page | at | n | total
-- help | 2024-03-01 10:00:40 | 1 | 7
-- help | 2024-03-01 10:01:30 | 2 | 10
-- help | 2024-03-01 10:02:00 | 3 | 11
-- home | 2024-03-01 10:00:00 | 1 | 50
-- home | 2024-03-01 10:00:30 | 2 | 55
-- home | 2024-03-01 10:01:00 | 3 | 64
-- home | 2024-03-01 10:02:05 | 1 | 8
-- home | 2024-03-01 10:02:20 | 2 | 19
-- expect late_visits
-- at | page | seconds | view | window_end | watermark | partition | offset
-- 2024-03-01 10:00:50 | help | 99 | longest | 2024-03-01 10:01:50 | 2024-03-01 10:02:10 | 0 | 242
-- 2024-03-01 10:00:50 | help | 99 | numbered | 2024-03-01 10:00:50 | 2024-03-01 10:02:10 | 0 | 242
