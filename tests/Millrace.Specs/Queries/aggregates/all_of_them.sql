CREATE SOURCE t (k TEXT, i INTEGER, d DECIMAL(10,3), x DOUBLE, s TEXT)
  WITH (connector = 'file', path = 't.csv', format = 'csv');

CREATE MATERIALIZED VIEW counts AS
  SELECT k, COUNT(*) AS n, COUNT(i) AS i, COUNT(DISTINCT i) AS distinct_i, COUNT(DISTINCT s) AS distinct_s, COUNT(*) FILTER (WHERE i > 1) AS above_one
  FROM t GROUP BY k;

CREATE MATERIALIZED VIEW sums AS
  SELECT k, SUM(i) AS i, SUM(d) AS d, SUM(x) AS x, AVG(i) AS avg_i, AVG(d) AS avg_d, AVG(x) AS avg_x FROM t GROUP BY k;

CREATE MATERIALIZED VIEW extremes AS
  SELECT k, MIN(i) AS min_i, MAX(i) AS max_i, MIN(d) AS min_d, MAX(x) AS max_x, MIN(s) AS min_s, MAX(s) AS max_s FROM t GROUP BY k;

CREATE MATERIALIZED VIEW spread AS
  SELECT k, VARIANCE(x) AS var, VAR_POP(x) AS var_pop, STDDEV(x) AS dev, STDDEV_POP(i) AS dev_pop FROM t GROUP BY k;

-- One row even where nothing came; a condition over groups; expressions around aggregates.
CREATE MATERIALIZED VIEW nothing AS SELECT COUNT(*) AS n, SUM(i) AS total FROM t WHERE i > 1000;
CREATE MATERIALIZED VIEW busy AS SELECT upper(k) AS name, SUM(i) * 100 / COUNT(*) AS share FROM t GROUP BY k HAVING COUNT(*) > 2;

-- file t.csv
-- k,i,d,x,s
-- a,1,0.125,1.5,x
-- a,2,0.250,2.5,y
-- a,2,,4.0,x
-- a,,1000000.001,,
-- b,7,-0.001,0.1,z
-- b,7,0.002,0.2,"z"
-- ,3,3,3,
-- expect counts
-- k | n | i | distinct_i | distinct_s | above_one
-- a | 4 | 3 | 2 | 2 | 2
-- b | 2 | 2 | 1 | 1 | 2
-- NULL | 1 | 1 | 1 | 0 | 1
-- expect sums
-- k | i | d | x | avg_i | avg_d | avg_x
-- a | 5 | 1000000.376 | 8 | 1.666667 | 333333.458667 | 2.6666666666666665
-- b | 14 | 0.001 | 0.30000000000000004 | 7.000000 | 0.000500 | 0.15000000000000002
-- NULL | 3 | 3.000 | 3 | 3.000000 | 3.000000 | 3
-- expect extremes
-- k | min_i | max_i | min_d | max_x | min_s | max_s
-- a | 1 | 2 | 0.125 | 4 | x | y
-- b | 7 | 7 | -0.001 | 0.2 | z | z
-- NULL | 3 | 3 | 3.000 | 3 | NULL | NULL
-- expect spread
-- k | var | var_pop | dev | dev_pop
-- a | 1.5833333333333333 | 1.0555555555555556 | 1.2583057392117916 | 0.4714045207910317
-- b | 0.005000000000000001 | 0.0025000000000000005 | 0.07071067811865477 | 0
-- NULL | NULL | 0 | NULL | 0
-- expect nothing
-- n | total
-- 0 | NULL
-- expect busy
-- name | share
-- A | 125
