-- The pair may be given before the row without a partner is taken back; what is stored is the pair.
CREATE SOURCE s2 (at TIMESTAMP, n INTEGER, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'file', path = 's2.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT a AS k, b AS j, MIN(a + 10) AS m FROM (SELECT COUNT(n) AS a, COUNT(*) AS b FROM s2) AS q GROUP BY a, b;
CREATE MATERIALIZED VIEW v2 AS SELECT r.m FROM v1 AS l LEFT JOIN v1 AS r ON l.k = r.k AND l.j = r.j;

-- disorder s2.csv 00:00:03
-- file s2.csv
-- at,n
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:00:05Z,
-- 2024-03-01T10:00:06Z,5
-- expect v1
-- k | j | m
-- 2 | 3 | 12
-- expect v2
-- m
-- 12
