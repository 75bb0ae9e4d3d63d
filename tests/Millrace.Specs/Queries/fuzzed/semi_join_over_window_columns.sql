-- Columns of a window that nobody reads are not there, and say nothing of what can have a partner.
CREATE SOURCE s1 (at TIMESTAMP, n INTEGER, u TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS
  SELECT l.at, r.window_start FROM s1 AS l RIGHT JOIN HOP(s1, at, INTERVAL '5 seconds', INTERVAL '10 seconds') AS r ON l.n = r.n AND l.at >= r.window_time AND l.at < r.window_time + INTERVAL '4 seconds'
  WHERE r.window_start IN (SELECT u FROM s1 AS t);

-- file s1.csv
-- at,n,u
-- 2024-03-01T10:00:20Z,2,2024-03-01T10:00:08.5Z
-- 2024-03-01T10:01:32Z,0,2024-03-01T10:00:15Z
-- expect v1
-- at | window_start
-- NULL | 2024-03-01 10:00:15
