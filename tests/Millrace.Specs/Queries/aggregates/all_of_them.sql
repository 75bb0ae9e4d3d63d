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
-- expect sums
-- expect extremes
-- expect spread
-- expect nothing
-- expect busy
