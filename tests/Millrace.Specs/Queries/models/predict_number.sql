-- Bayesian linear regression behind a standard scaler by their formulas; the bounds hold the 8th of 10 errors. A window is known at its end.
CREATE SOURCE sales (at TIMESTAMP, people INTEGER, amount DECIMAL(8,1), WATERMARK FOR at AS at - INTERVAL '5 minutes')
  WITH (connector = 'file', path = 'sales.csv', format = 'csv');

CREATE SOURCE plans (at TIMESTAMP, people INTEGER, WATERMARK FOR at AS at)
  WITH (connector = 'file', path = 'plans.csv', format = 'csv');

CREATE VIEW minutes AS SELECT window_start, SUM(people) AS people, SUM(amount) AS amount FROM TUMBLE(sales, at, INTERVAL '1 minute') GROUP BY window_start;

CREATE MODEL revenue WITH (type = 'bayesian_linear_regression', target = 'amount', confidence = 0.8) AS SELECT people, amount FROM minutes EMIT FINAL;

CREATE MATERIALIZED VIEW expected AS
  SELECT at, people, CAST(prediction AS DECIMAL(8,4)) AS prediction, CAST(lower_bound AS DECIMAL(8,4)) AS lower_bound, CAST(upper_bound AS DECIMAL(8,4)) AS upper_bound
  FROM ML_PREDICT(MODEL revenue, TABLE plans);

-- file sales.csv
-- at,people,amount
-- 2024-03-01T10:00:00Z,1,3.0
-- 2024-03-01T10:01:01Z,2,5.5
-- 2024-03-01T10:01:59Z,0,0.0
-- 2024-03-01T10:02:05Z,3,7.0
-- 2024-03-01T10:03:10Z,4,8.5
-- 2024-03-01T10:04:00Z,,6.0
-- 2024-03-01T10:05:00Z,5,11.5
-- 2024-03-01T10:06:05Z,6,
-- 2024-03-01T10:07:10Z,7,15.0
-- 2024-03-01T10:08:01Z,8,16.5
-- 2024-03-01T10:08:20Z,0,
-- file plans.csv
-- at,people
-- 2024-03-01T10:00:00Z,1
-- 2024-03-01T10:01:00Z,2
-- 2024-03-01T10:02:00Z,3
-- 2024-03-01T10:04:10Z,4
-- 2024-03-01T10:05:01Z,5
-- 2024-03-01T10:08:00Z,10
-- 2024-03-01T10:09:01Z,10
-- 2024-03-01T10:10:00Z,
-- expect expected
-- at | people | prediction | lower_bound | upper_bound
-- 2024-03-01 10:00:00 | 1 | NULL | NULL | NULL
-- 2024-03-01 10:01:00 | 2 | NULL | NULL | NULL
-- 2024-03-01 10:02:00 | 3 | 3.0000 | NULL | NULL
-- 2024-03-01 10:04:10 | 4 | 8.1116 | NULL | NULL
-- 2024-03-01 10:05:01 | 5 | 8.9116 | 6.4116 | 11.4116
-- 2024-03-01 10:08:00 | 10 | 17.3263 | 14.7380 | 19.9147
-- 2024-03-01 10:09:01 | 10 | 19.0899 | 16.5015 | 21.6783
-- 2024-03-01 10:10:00 | NULL | 9.8940 | 7.3056 | 12.4824
