-- A partition that has two times of a window is complete when the earlier one is past.
CREATE SOURCE s1 (at TIMESTAMP, x INTEGER, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'file', path = 's1.csv', format = 'csv');
CREATE MATERIALIZED VIEW v1 AS SELECT ends, x FROM (SELECT window_end AS ends, x, RANK() OVER (PARTITION BY window_start, window_end ORDER BY x) AS rn
  FROM CUMULATE(s1, at, INTERVAL '5 seconds', INTERVAL '10 seconds')) AS q WHERE rn <= 3;

-- disorder s1.csv 00:00:05
-- file s1.csv
-- at,x
-- 2024-03-01T10:00:00.5Z,1
-- 2024-03-01T10:00:11Z,
-- expect v1
-- ends | x
-- 2024-03-01 10:00:05 | 1
-- 2024-03-01 10:00:10 | 1
-- 2024-03-01 10:00:15 | NULL
-- 2024-03-01 10:00:20 | NULL
