-- Texts that are NULL are compared like any other, also in rows that waited for their time.
CREATE SOURCE s1 (at TIMESTAMP, k TEXT, b BIGINT, j TEXT, WATERMARK FOR at AS at - INTERVAL '0 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS
  SELECT l.at, r.at AS before, l.j FROM s1 AS l ASOF LEFT JOIN s1 AS r ON l.b = r.b AND l.at > r.at WHERE (l.j >= r.k) IS NOT FALSE;

-- file s1.csv
-- at,k,b,j
-- 2024-03-01T10:00:55Z,,0,
-- 2024-03-01T10:00:56Z,b,2,b
-- 2024-03-01T10:00:57Z,b,-1,
-- 2024-03-01T10:00:57.1Z,,-1,ab
-- 2024-03-01T10:00:58.5Z,ab,0,ab
-- 2024-03-01T10:01:01Z,a,0,a
-- 2024-03-01T10:01:03Z,b,-1,
-- 2024-03-01T10:01:04.5Z,a,0,
-- expect v1
-- at | before | j
-- 2024-03-01 10:00:55 | NULL | NULL
-- 2024-03-01 10:00:56 | NULL | b
-- 2024-03-01 10:00:57 | NULL | NULL
-- 2024-03-01 10:00:58.5 | 2024-03-01 10:00:55 | ab
-- 2024-03-01 10:01:03 | 2024-03-01 10:00:57.1 | NULL
-- 2024-03-01 10:01:04.5 | 2024-03-01 10:01:01 | NULL
