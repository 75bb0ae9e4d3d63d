-- The row of a key may be replaced long after its own time, so its time says nothing of when it is final.
CREATE SOURCE s1 (at TIMESTAMP, n INTEGER, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT DISTINCT n, at FROM (SELECT DISTINCT ON (k) 2 AS k, n, at FROM s1 ORDER BY n) AS q;
CREATE MATERIALIZED VIEW v2 AS SELECT q.n AS a, s.n AS b FROM (SELECT DISTINCT ON (k) 2 AS k, n, at FROM s1 ORDER BY n) AS q LEFT JOIN s1 AS s ON q.at = s.at;

-- file s1.csv
-- at,n
-- 2024-03-01T10:00:04Z,3
-- 2024-03-01T10:01:00Z,2
-- 2024-03-01T10:02:00Z,4
-- 2024-03-01T10:03:00Z,-1
-- expect v1
-- n | at
-- -1 | 2024-03-01 10:03:00
-- expect v2
-- a | b
-- -1 | -1
