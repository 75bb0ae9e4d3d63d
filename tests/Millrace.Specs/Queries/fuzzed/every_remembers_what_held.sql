-- What changes several times before it is told must still take back what was told before.
CREATE SOURCE s1 (at TIMESTAMP, m INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT window_start, MIN(m) AS least FROM CUMULATE(s1, at, INTERVAL '30 minutes', INTERVAL '1 hour') GROUP BY window_start, CUBE (window_end)
  HAVING COUNT(*) % 2 = 1 EMIT EVERY INTERVAL '1 second';

-- disorder s1.csv 00:00:10
-- file s1.csv
-- at,m
-- 2024-03-01T10:01:29Z,3
-- 2024-03-01T10:01:29.5Z,2
-- 2024-03-01T10:01:34.5Z,-1
-- 2024-03-01T10:01:36Z,5
-- 2024-03-01T10:31:36Z,5
-- expect v1
-- window_start | least
-- 2024-03-01 10:00:00 | -1
-- 2024-03-01 10:00:00 | -1
