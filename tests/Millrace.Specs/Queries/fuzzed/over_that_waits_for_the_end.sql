-- Rows whose time the watermark no longer speaks of are put in order when the input ends, and not before.
CREATE SOURCE s1 (at TIMESTAMP, x INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT x, COUNT(*) OVER (ORDER BY at) AS n FROM s1 WHERE x IN (SELECT x FROM s1 AS t);

-- file s1.csv
-- at,x
-- 2024-03-01T10:01:42Z,1
-- 2024-03-01T10:02:42Z,4
-- 2024-03-01T10:02:42Z,8
-- expect v1
-- x | n
-- 1 | 1
-- 4 | 3
-- 8 | 3
