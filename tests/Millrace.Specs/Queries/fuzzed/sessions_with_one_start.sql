-- The last row is in time for the session of the row before, which then begins where a session began that is final already: two sessions.
CREATE SOURCE s1 (at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1 second') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT window_start, COUNT(*) AS n FROM SESSION(s1, at, INTERVAL '2 seconds') GROUP BY window_start;

-- in order: rows are late
-- file s1.csv
-- at
-- 2024-03-01T09:59:58Z
-- 2024-03-01T10:00:02.5Z
-- 2024-03-01T09:59:59.5Z
-- 2024-03-01T09:59:58Z
-- expect v1
-- window_start | n
-- 2024-03-01 09:59:58 | 1
-- 2024-03-01 09:59:58 | 2
-- 2024-03-01 10:00:02.5 | 1
