-- A late row that is taken replaces what was told when the window closed.
CREATE SOURCE s1 (at TIMESTAMP, u INTEGER, WATERMARK FOR at AS at - INTERVAL '10 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv') ON LATE UPDATE FOR INTERVAL '10 seconds';
CREATE MATERIALIZED VIEW v1 AS SELECT DISTINCT ON (window_start) window_start, u FROM TUMBLE(s1, at, INTERVAL '10 seconds') ORDER BY u EMIT ON WINDOW CLOSE;

-- in order: the last row is late
-- file s1.csv
-- at,u
-- 2024-03-01T10:01:38.5Z,27
-- 2024-03-01T10:01:53.5Z,2
-- 2024-03-01T10:01:39Z,9
-- expect v1
-- window_start | u
-- 2024-03-01 10:01:30 | 9
-- 2024-03-01 10:01:50 | 2
